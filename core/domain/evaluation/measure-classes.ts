import { decide } from '../metrics/confusion.ts';
import type { ScoredRows } from '../metrics/metric.ts';
import { oneVersusRest } from '../metrics/one-versus-rest.ts';
import type { MeasuredPopulation, MeasurementPlan } from './measure-estimates.ts';
import { type ContenderRows, contendersOf, measureContenders } from './measure-population.ts';
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
  // Decisions are made once for all classes.
  const whole = decidedContenders(population, plan);
  const decidedIn = (part: ScoredPopulation) =>
    part.labels === population.labels ? whole : decidedContenders(part, plan);
  return names.map((value, of) => {
    const slice = { column, value };
    const ofClass = (part: ScoredPopulation) => classContenders(decidedIn(part), of);
    const measured = measureContenders(ofClass, { ...population, slice }, plan);
    const rows = rowsOfClass(population, of);
    return {
      ...measured,
      rows,
      metrics: measured.metrics.map((metric) => ({ ...metric, rows })),
      comparisons: measured.comparisons.map((compared) => ({ ...compared, rows })),
    };
  });
}

/** Rows of both models, with the class that each decides. */
interface DecidedContenders {
  readonly all: ContenderRows;
  readonly candidate: Uint8Array;
  readonly champion: Uint8Array | null;
}

function decidedContenders(population: ScoredPopulation, plan: MeasurementPlan): DecidedContenders {
  const all = contendersOf(population);
  const decidedBy = (rows: ScoredRows) => decide(rows, plan);
  return { all, candidate: decidedBy(all.candidate), champion: all.champion && decidedBy(all.champion) };
}

/** Rows of both models for one class against the rest. */
function classContenders({ all, candidate, champion }: DecidedContenders, of: number): ContenderRows {
  return {
    ...all,
    candidate: oneVersusRest(all.candidate, of, candidate),
    champion: all.champion && oneVersusRest(all.champion, of, champion ?? undefined),
  };
}

/** Number of rows of the dataset with a class. */
function rowsOfClass({ labels, folds }: ScoredPopulation, of: number): number {
  if (folds === undefined) return labels.reduce((count, label) => count + (label === of ? 1 : 0), 0);
  return new Set(folds.rows.filter((_, at) => labels[at] === of)).size;
}
