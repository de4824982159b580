import { z } from 'zod';
import { CHECK_KINDS } from '../domain/data-schema/schema-checks.ts';
import { type DataValidation, failuresFirst, type Violation } from '../domain/data-schema/violation.ts';
import { digest, finite } from './header.ts';

/** Chosen: no one fixes more at once; the number of all is told. */
export const MAX_REPORTED_VIOLATIONS = 100;
const MAX_CHANGES = 100;
const MAX_MESSAGE = 1_000;
const MAX_NAME = 1_000;
/** Of a value: an example is shown to be recognised. */
const MAX_VALUE = 200;

/** A check that does not hold. */
export const violationSchema = z.looseObject({
  check: z.enum(CHECK_KINDS),
  /** Absent for checks of the whole table. */
  column: z.string().max(MAX_NAME).optional(),
  severity: z.enum(['fail', 'warn']),
  /** Rows that violate it. */
  count: z.number().int().min(0),
  share: finite.min(0).max(1).nullable(),
  message: z.string().max(MAX_MESSAGE),
  /** The first rows; `***` where the column is sensitive, null where the value is missing. */
  examples: z
    .array(z.looseObject({ row: z.number().int().min(1), value: z.string().max(MAX_VALUE).nullable() }))
    .max(3)
    .readonly(),
});

/** Check of a dataset by a data schema. */
export const dataValidationSchema = z.looseObject({
  schema: z.looseObject({ path: z.string().max(MAX_NAME), digest }),
  rows: z.number().int().min(0),
  verdict: z.enum(['pass', 'warn', 'fail']),
  checks: z.number().int().min(0),
  failures: z.number().int().min(0),
  warnings: z.number().int().min(0),
  /** The first 100 of them, failures first. */
  violations: z.array(violationSchema).max(MAX_REPORTED_VIOLATIONS).readonly(),
  /** Checks that were not made, each a clause; absent where all were. */
  notes: z.array(z.string().max(MAX_MESSAGE)).max(20).readonly().optional(),
  /** Differences from the schema of the base branch, in words; absent where it is the same. */
  changes: z
    .array(z.looseObject({ text: z.string().max(MAX_MESSAGE), loosens: z.boolean() }))
    .max(MAX_CHANGES)
    .readonly()
    .optional(),
});

/** Reports of before data schemas could have a list of problems under this name, which nothing read: it is left out. */
export const writtenValidation = z
  .preprocess((value) => (isEarlier(value) ? undefined : value), dataValidationSchema.optional())
  .optional();

function isEarlier(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'problems' in value && !('schema' in value);
}

/** Check of a dataset by a data schema. */
export type ReportedValidation = z.infer<typeof dataValidationSchema>;

/** A change of a schema, as reports hold it. */
export interface ReportedChange {
  readonly text: string;
  readonly loosens: boolean;
}

/** The result of a check as reports hold it: cut to their bounds. */
export function reportedValidation(
  { rows, verdict, checks, violations, notes = [] }: DataValidation,
  {
    path,
    digest: of,
    changes,
  }: { readonly path: string; readonly digest: string; readonly changes: readonly ReportedChange[] },
): ReportedValidation {
  const failures = violations.filter(({ severity }) => severity === 'fail').length;
  return {
    schema: { path, digest: of },
    ...{ rows, verdict, checks, failures, warnings: violations.length - failures },
    violations: failuresFirst(violations).slice(0, MAX_REPORTED_VIOLATIONS).map(reported),
    ...(notes.length === 0 ? {} : { notes: notes.slice(0, 20).map((note) => cut(note, MAX_MESSAGE)) }),
    ...(changes.length === 0
      ? {}
      : {
          changes: changes
            .slice(0, MAX_CHANGES)
            .map(({ text, loosens }) => ({ text: cut(text, MAX_MESSAGE), loosens })),
        }),
  };
}

function reported({ column, message, examples, ...rest }: Violation): ReportedValidation['violations'][number] {
  return {
    ...rest,
    ...(column === undefined ? {} : { column: cut(column, MAX_NAME) }),
    message: cut(message, MAX_MESSAGE),
    examples: examples
      .slice(0, 3)
      .map(({ row, value }) => ({ row, value: value === null ? null : cut(value, MAX_VALUE) })),
  };
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
