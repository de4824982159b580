import type { CheckCounts, ResultFormat } from '../../domain/metrics/check-counts.ts';
import { UserError } from '../../errors.ts';
import { countDbtResults } from './dbt-results.ts';
import { countExpectations } from './great-expectations-results.ts';
import { countFailureCases } from './pandera-results.ts';
import { invalidResults } from './result-shape.ts';

/** Chosen: results of 10,000 checks take about this; the rows that failed are not needed. */
export const MOST_RESULT_BYTES = 16 * 1024 * 1024;

const COUNTERS: Readonly<Record<ResultFormat, (value: unknown, shown: string) => CheckCounts>> = {
  'great-expectations': countExpectations,
  pandera: countFailureCases,
  dbt: countDbtResults,
};

/**
 * Counts the checks in a file of results that another tool wrote.
 *
 * @param shown The file's name in messages.
 * @throws {UserError} DATA_INVALID for more than 16 MiB, what is not JSON in UTF-8, a version or a shape that is not known, counts
 *   that contradict each other, and a file in which nothing was checked.
 */
export function countChecks(
  bytes: Uint8Array,
  { shown, format }: { readonly shown: string; readonly format: ResultFormat },
): CheckCounts {
  if (bytes.length > MOST_RESULT_BYTES) {
    const fix = 'Write the results without the rows that failed, such as result_format="BASIC" of Great Expectations.';
    throw new UserError('DATA_INVALID', `${shown} has more than ${MOST_RESULT_BYTES} bytes`, { fix });
  }
  return COUNTERS[format](parse(bytes, shown), shown);
}

function parse(bytes: Uint8Array, shown: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    // A message of the parser may quote the file.
    const why = error instanceof SyntaxError ? 'is not JSON' : 'is not UTF-8';
    throw invalidResults(shown, why);
  }
}
