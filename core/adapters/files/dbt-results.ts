import { isJsonObject, type JsonObject } from '../../domain/data/json-object.ts';
import type { CheckCounts } from '../../domain/metrics/check-counts.ts';
import { invalidResults, objectsOf } from './result-shape.ts';

/** Versions of the file that are read: those of dbt 1.4 to 1.12. */
const VERSION = /^https:\/\/schemas\.getdbt\.com\/dbt\/run-results\/v([456])\.json$/;

type Outcome = 'passed' | 'warned' | 'failed' | 'erred' | 'skipped' | 'none';

/** Statuses of nodes and of tests. Another one is an error: it is not known to be a success. */
const STATUSES: ReadonlyMap<unknown, Outcome> = new Map<unknown, Outcome>([
  ['pass', 'passed'],
  ['success', 'passed'],
  ['warn', 'warned'],
  ['fail', 'failed'],
  ['partial success', 'failed'],
  ['error', 'erred'],
  ['runtime error', 'erred'],
  ['skipped', 'skipped'],
  ['no-op', 'none'],
]);

interface Node {
  readonly isTest: boolean;
  readonly outcome: Outcome;
}

/**
 * Counts tests in `run_results.json` of dbt. Failures are tests that failed, that had an error or that did not run, and other
 * nodes, such as models, with an error or that did not run: dbt skips what is after them. A test with a warning, which its
 * severity says, is counted as a warning alone.
 *
 * @throws {UserError} DATA_INVALID for another version, shape or status, and where no test ran.
 */
export function countDbtResults(value: unknown, shown: string): CheckCounts {
  const { metadata, results } = isJsonObject(value) ? value : {};
  const version = isJsonObject(metadata) ? metadata.dbt_schema_version : undefined;
  if (typeof version !== 'string' || !VERSION.test(version)) {
    const named = typeof version === 'string' ? JSON.stringify(version.slice(0, 100)) : 'none';
    throw invalidResults(shown, `is not a run_results.json of dbt that is known: its schema is ${named}`);
  }
  const nodes = objectsOf(results)?.map((result) => nodeOf(result, shown));
  if (nodes === undefined) throw invalidResults(shown, 'has no list of results');
  const tests = nodes.filter(({ isTest }) => isTest);
  const of = (list: readonly Node[], ...outcomes: readonly Outcome[]) =>
    list.filter(({ outcome }) => outcomes.includes(outcome)).length;
  if (of(tests, 'passed', 'warned', 'failed', 'erred') === 0) {
    const what = tests.length === 0 ? 'has no test' : `has ${tests.length} tests, and none of them ran`;
    throw invalidResults(shown, what, 'Run dbt test or dbt build: a run that tests nothing passes no gate.');
  }
  return {
    checks: tests.length,
    passed: of(tests, 'passed'),
    failures: of(nodes, 'failed', 'erred', 'skipped'),
    errors: of(nodes, 'erred'),
    warnings: of(tests, 'warned'),
    skipped: of(nodes, 'skipped'),
  };
}

function nodeOf({ unique_id: id, status }: JsonObject, shown: string): Node {
  if (typeof id !== 'string') throw invalidResults(shown, 'has a result without a unique_id');
  const outcome = STATUSES.get(status);
  if (outcome === undefined) {
    throw invalidResults(shown, `has the status ${JSON.stringify(String(status).slice(0, 40))}, which is not known`);
  }
  return { isTest: /^(?:test|unit_test)\./.test(id), outcome };
}
