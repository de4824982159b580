/** Numbers of test cases, as a rule names them after `junit:`. */
export const TEST_COUNTS = {
  tests: { title: 'Tests', direction: 'higher-is-better' },
  passed: { title: 'Passed tests', direction: 'higher-is-better' },
  failures: { title: 'Failed tests', direction: 'lower-is-better' },
  errors: { title: 'Tests with errors', direction: 'lower-is-better' },
  skipped: { title: 'Skipped tests', direction: 'lower-is-better' },
} as const;

/** A number of test cases. */
export type TestCountName = keyof typeof TEST_COUNTS;
/** Test cases of a run by their outcome. A case with a failure and an error is in both, so that `tests` can be less than the sum. */
export type TestCounts = Readonly<Record<TestCountName, number>>;

const PREFIX = 'junit:';

/** Names of rules on test cases. */
export const TEST_COUNT_METRICS: readonly string[] = Object.keys(TEST_COUNTS).map((name) => `${PREFIX}${name}`);

/**
 * The number of test cases that a metric is named for; undefined for other metrics.
 *
 * @example testCountOf('junit:failures') // => 'failures'
 */
export function testCountOf(metric: string): TestCountName | undefined {
  if (!metric.startsWith(PREFIX)) return undefined;
  const name = metric.slice(PREFIX.length);
  return isTestCount(name) ? name : undefined;
}

function isTestCount(name: string): name is TestCountName {
  return Object.hasOwn(TEST_COUNTS, name);
}
