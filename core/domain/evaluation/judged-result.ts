import { RESULT_FORMATS } from '../metrics/check-counts.ts';

/** Files of results: numbers that training wrote, values per example, the test cases of a test run, and checks of other tools. */
export const RESULT_KINDS = ['metrics', 'examples', 'junit', ...RESULT_FORMATS] as const;

/** A file of results that is judged. */
export interface JudgedResult {
  readonly kind: (typeof RESULT_KINDS)[number];
  /** As tidegate.yaml names it. */
  readonly path: string;
  /** `sha256:<hex>` of its bytes. */
  readonly digest: string;
}

/** True if two lists name the same bytes; what no one recorded is not the same. */
export function areSameResults(
  one: readonly JudgedResult[] | undefined,
  other: readonly JudgedResult[] | undefined,
): boolean {
  const text = (results: readonly JudgedResult[] = []) =>
    JSON.stringify(results.map(({ kind, digest }) => [kind, digest]).sort());
  return text(one) === text(other);
}
