import type { Loss, Metric } from '../metrics/metric.ts';
import type { PartSizes } from './part-influence.ts';
import { type SqlDialect, sqlNumber } from './sql-dialect.ts';
import {
  type Cut,
  EMPTY,
  keySql,
  type ScoredRelation,
  type Statement,
  selecting,
  sourceOf,
  stable,
} from './statement.ts';

/** Terms that the explained shares are made of: the error, its square, the label and its square, about a centre. */
export const TERMS = 4;

/** A model's predictions of numbers, as sums by part. */
export interface RegressionAggregates {
  readonly losses: ReadonlyMap<Loss, Float64Array>;
  /** Errors, squared errors, labels and squared labels of each part, labels about a centre. */
  readonly terms: Float64Array;
  /** The largest absolute error; 0 without rows. */
  readonly largestError: number;
}

/** A model's predictions. */
export interface RegressionScores {
  readonly relation: ScoredRelation;
  readonly prediction: string;
  readonly cut: Cut;
  /** About the mean label: sums of squares about it lose no digits to a mean far from 0. */
  readonly centre: number;
}

/** The statement for the sums of one model, one entry a slice. */
export function regressionStatement(
  { relation, prediction, cut, centre }: RegressionScores,
  metrics: readonly Metric[],
  dialect: SqlDialect,
): Statement<readonly RegressionAggregates[]> {
  const { label, weight, part, parts } = relation;
  const losses = new Map(
    metrics.flatMap(({ aggregated }) =>
      aggregated?.kind === 'mean-loss' ? [[aggregated.loss, aggregated.sql] as const] : [],
    ),
  );
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: part, size: parts },
  ]);
  const about = `(${label} - ${sqlNumber(centre)})`;
  const error = `(${label} - ${prediction})`;
  const times = weight === null ? '' : `${weight} * `;
  // A row without weight does not count, whatever it loses.
  const sumOfLoss = (loss: string) =>
    weight === null ? `SUM(${loss})` : `SUM(CASE WHEN ${weight} > 0 THEN ${weight} * (${loss}) ELSE 0 END)`;
  const columns = [
    `MAX(ABS(${error}))`,
    ...[error, `${error} * ${error}`, about, `${about} * ${about}`].map((term) => `SUM(${times}${term})`),
    ...[...losses.values()].map((sql) => sumOfLoss(sql(label, prediction, dialect.double("'NaN'")))),
  ];
  return {
    ...selecting([dialect.whole(key.sql), ...columns], `${sourceOf(cut)} GROUP BY 1`),
    read: ([keys = EMPTY, largest = EMPTY, ...sums]) => {
      const slices = Array.from({ length: cut.count }, () => ({
        losses: new Map([...losses.keys()].map((loss) => [loss, new Float64Array(parts)])),
        terms: new Float64Array(parts * TERMS),
        largestError: 0,
      }));
      keys.forEach((at, i) => {
        const slice = slices[Math.floor(at / parts)];
        const of = (column: number) => stable(sums[column]?.[i] ?? 0);
        if (slice !== undefined) slice.largestError = Math.max(slice.largestError, largest[i] ?? 0);
        for (let term = 0; term < TERMS; term++) slice?.terms.set([of(term)], (at % parts) * TERMS + term);
        for (const [index, loss] of [...losses.keys()].entries())
          slice?.losses.get(loss)?.set([of(TERMS + index)], at % parts);
      });
      return slices;
    },
  };
}

/** Root mean squared error, the scale of the errors; 1 where that is 0 or not finite. */
export function errorScale({ terms }: RegressionAggregates, { total }: PartSizes): number {
  let squares = 0;
  for (let at = 1; at < terms.length; at += TERMS) squares += terms[at] ?? 0;
  const scale = Math.sqrt(squares / total);
  return Number.isFinite(scale) && scale > 0 ? scale : 1;
}
