import { sqlNumber } from '../aggregates/sql-dialect.ts';

/** Range of values: bins are narrow about the centre. */
export interface ValueRange {
  readonly centre: number;
  /** Above 0. */
  readonly scale: number;
}

/** The range of values by five of their quantiles: the middle, and the first spread that is above 0; 1 without one. */
export function rangeOfQuantiles([q10, q25, q50, q75, q90]: readonly [
  number,
  number,
  number,
  number,
  number,
]): ValueRange {
  const scale = [q75 - q25, q90 - q10].find((one) => one > 0 && Number.isFinite(one)) ?? 1;
  return { centre: Number.isFinite(q50) ? q50 : 0, scale };
}

/** SQL of the place of a value, from 0 to twice `half`: equal steps of u / (1 + |u|) about the centre. */
export function placeSql(value: string, { centre, scale }: ValueRange, half: number): string {
  const u = `((${value} - ${sqlNumber(centre)}) / ${sqlNumber(scale)})`;
  return `${half} * (1 + ${u} / (1 + ABS(${u})))`;
}
