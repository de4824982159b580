import type { TextMeasure } from './text/text-measures.ts';
import type { TimeMeasure } from './time-measures.ts';

/** A number or category that is computed from each text or time. */
export type Measure = TextMeasure | TimeMeasure;

/** The name of a measure of a column, as profiles and reports have it. */
export function measuredName(column: string, measure: Measure): string {
  return `${column}.${measure}`;
}

/** Those of some names that measures of a column would have. */
export function takenNames(
  names: readonly string[],
  { column, measures }: { readonly column: string; readonly measures: readonly Measure[] },
): readonly string[] {
  const measured = new Set(measures.map((measure) => measuredName(column, measure)));
  return names.filter((name) => measured.has(name));
}
