import { decide } from '../metrics/confusion.ts';
import type { ScoredRows } from '../metrics/metric.ts';
import { oneVersusRest } from '../metrics/one-versus-rest.ts';
import {
  type ContenderRows,
  contendersOf,
  type MeasuredPopulation,
  type MeasurementPlan,
  measureContenders,
} from './measure-population.ts';
import type { ScoredPopulation } from './population.ts';

/** The classes of a label. */
export interface LabelClasses {
  /** The column of the label. */
  readonly column: string;
  /** By index. */
  readonly names: readonly string[];
}

/**
 * Measures each class against the rest, on all rows. A class is where slices do: its rows are those that have it.
 *
 * @param plan With metrics of binary classification.
 */
export function measureClasses(
  population: ScoredPopulation,
  { column, names }: LabelClasses,
  plan: MeasurementPlan,
): readonly MeasuredPopulation[] {
  const all = contendersOf(population);
  const decidedBy = (rows: ScoredRows) => decide(rows, plan);
  const decided = { candidate: decidedBy(all.candidate), champion: all.champion && decidedBy(all.champion) };
  return names.map((value, of) => {
    const contenders: ContenderRows = {
      ...all,
      candidate: oneVersusRest(all.candidate, of, decided.candidate),
      champion: all.champion && oneVersusRest(all.champion, of, decided.champion ?? undefined),
    };
    const measured = measureContenders(contenders, { ...population, slice: { column, value } }, plan);
    const rows = contenders.candidate.labels.reduce((count, label) => count + label, 0);
    return {
      ...measured,
      rows,
      metrics: measured.metrics.map((metric) => ({ ...metric, rows })),
      comparisons: measured.comparisons.map((compared) => ({ ...compared, rows })),
    };
  });
}
