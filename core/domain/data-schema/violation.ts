import type { Severity } from './data-schema.ts';
import type { CheckKind } from './schema-checks.ts';

/** In place of a value that is not shown. */
export const HIDDEN_VALUE = '***';

/** A row that violates a check. */
export interface ExampleRow {
  /** From 1: the first row of data. Of several Parquet files, the row in its file. */
  readonly row: number;
  /** Null where it is missing; `***` where it is sensitive. */
  readonly value: string | null;
}

/** A check that does not hold. */
export interface Violation {
  readonly check: CheckKind;
  /** Undefined for checks of the whole table. */
  readonly column?: string | undefined;
  readonly severity: Severity;
  /** Rows that violate it. */
  readonly count: number;
  /** Their share, in [0, 1]; null where it has no meaning. */
  readonly share: number | null;
  /** A sentence for people, without values of sensitive columns. */
  readonly message: string;
  /** At most three. */
  readonly examples: readonly ExampleRow[];
}

/** Result of all checks of a dataset. */
export interface DataValidation {
  readonly rows: number;
  /** Number of checks, held or not. */
  readonly checks: number;
  /** Failures first, then warnings, each in the order of the schema. */
  readonly violations: readonly Violation[];
  readonly verdict: 'pass' | 'warn' | 'fail';
  /** Checks that were not made, each a clause; absent where all were. */
  readonly notes?: readonly string[];
}

/** `fail` if any check that counts does not hold; `warn` if another one does not; else `pass`. */
export function validationVerdict(violations: readonly Violation[]): DataValidation['verdict'] {
  if (violations.some(({ severity }) => severity === 'fail')) return 'fail';
  return violations.length > 0 ? 'warn' : 'pass';
}

/** Violations with those that fail first; the order is kept otherwise. */
export function failuresFirst(violations: readonly Violation[]): readonly Violation[] {
  const of = (wanted: Severity) => violations.filter(({ severity }) => severity === wanted);
  return [...of('fail'), ...of('warn')];
}
