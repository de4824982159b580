const CHECKS = { title: 'checks', direction: 'higher-is-better' } as const;
const PASSED = { title: 'passed checks', direction: 'higher-is-better' } as const;
const FAILURES = { title: 'failed checks', direction: 'lower-is-better' } as const;
const ERRORS = { title: 'checks with errors', direction: 'lower-is-better' } as const;

/** Counts that a rule may name after the format of a file of results, such as `dbt:failures`. */
export const CHECK_COUNTS = {
  'great-expectations': { checks: CHECKS, passed: PASSED, failures: FAILURES, errors: ERRORS },
  pandera: { failures: FAILURES, cases: { title: 'failure cases', direction: 'lower-is-better' } },
  dbt: {
    checks: CHECKS,
    passed: PASSED,
    failures: FAILURES,
    errors: ERRORS,
    warnings: { title: 'checks with warnings', direction: 'lower-is-better' },
    skipped: { title: 'skipped checks', direction: 'lower-is-better' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, CountDefinition>>>>;

interface CountDefinition {
  readonly title: string;
  readonly direction: 'higher-is-better' | 'lower-is-better';
}

/** Tool that wrote a file of results. */
export type ResultFormat = keyof typeof CHECK_COUNTS;

/** All formats, in the order of the documentation. */
export const RESULT_FORMATS = ['great-expectations', 'pandera', 'dbt'] as const satisfies readonly ResultFormat[];

/** A file of results of another tool, as `evaluate.results` names it. */
export interface NamedResult {
  readonly file: string;
  readonly format: ResultFormat;
}

/** Counts of one file by name. */
export type CheckCounts = Readonly<Record<string, number>>;

/** Counts of all files by their format; a format without a file is absent. */
export type CountedChecks = Readonly<Partial<Record<ResultFormat, CheckCounts>>>;

/** A count that a rule names. */
export interface CheckCount extends CountDefinition {
  readonly format: ResultFormat;
  readonly name: string;
}

/** Names of rules on checks of other tools. */
export const CHECK_COUNT_METRICS: readonly string[] = RESULT_FORMATS.flatMap((format) =>
  Object.keys(CHECK_COUNTS[format]).map((name) => `${format}:${name}`),
);

const TITLES: Readonly<Record<ResultFormat, string>> = {
  'great-expectations': 'Great Expectations',
  pandera: 'Pandera',
  dbt: 'dbt',
};

/**
 * The count that a metric is named for; undefined for other metrics.
 *
 * @example checkCountOf('dbt:failures')?.title // => 'dbt: failed checks'
 */
export function checkCountOf(metric: string): CheckCount | undefined {
  const format = RESULT_FORMATS.find((one) => metric.startsWith(`${one}:`));
  if (format === undefined) return undefined;
  const name = metric.slice(format.length + 1);
  const counts: Readonly<Record<string, CountDefinition>> = CHECK_COUNTS[format];
  const found = Object.hasOwn(counts, name) ? counts[name] : undefined;
  if (found === undefined) return undefined;
  return { format, name, title: `${TITLES[format]}: ${found.title}`, direction: found.direction };
}

/** Counts of several files: those of one format are added. One that a file does not say is not known of all. */
export function addChecks(
  files: readonly { readonly format: ResultFormat; readonly counts: CheckCounts }[],
): CountedChecks {
  const sums: Partial<Record<ResultFormat, Record<string, number>>> = {};
  for (const { format, counts } of files) {
    const before = sums[format];
    const known = Object.entries(counts).filter(([name]) => before === undefined || Object.hasOwn(before, name));
    sums[format] = Object.fromEntries(known.map(([name, count]) => [name, (before?.[name] ?? 0) + count]));
  }
  return sums;
}
