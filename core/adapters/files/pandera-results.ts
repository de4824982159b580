import { isJsonObject, type JsonObject } from '../../domain/data/json-object.ts';
import type { CheckCounts } from '../../domain/metrics/check-counts.ts';
import { invalidResults } from './result-shape.ts';

/** Columns that failure cases of pandera have had since 0.7. */
const COLUMNS = ['schema_context', 'column', 'check', 'check_number', 'failure_case', 'index'] as const;

/**
 * Counts failure cases of pandera, as `failure_cases.to_json()` writes them: a mapping of each column to its values by row.
 * Cases of one check of one column are one failure. A file without cases has its columns all the same: an empty list or
 * mapping does not show that anything was validated.
 *
 * @throws {UserError} DATA_INVALID for another shape, and for columns of different rows.
 */
export function countFailureCases(value: unknown, shown: string): CheckCounts {
  const columns = isJsonObject(value) ? COLUMNS.map((name) => value[name]) : [];
  if (columns.length === 0 || !columns.every(isJsonObject)) {
    throw invalidResults(
      shown,
      `is not a table of pandera's failure cases with the columns ${COLUMNS.join(', ')}`,
      'Write it with error.failure_cases.to_json(path); without an error write an empty table with these columns.',
    );
  }
  const [contexts, , checks] = columns;
  const rows = Object.keys(checks ?? {});
  const isTable = columns.every((column) => {
    const keys = Object.keys(column);
    return keys.length === rows.length && keys.every((key) => Object.hasOwn(checks ?? {}, key));
  });
  const areNamed = rows.every((row) => typeof checks?.[row] === 'string' && typeof contexts?.[row] === 'string');
  if (!isTable || !areNamed) throw invalidResults(shown, 'has failure cases without a check');
  return { failures: new Set(rows.map((row) => checkOf(columns, row))).size, cases: rows.length };
}

/** The check of a row: where it is, of which column, and its name. */
function checkOf(columns: readonly JsonObject[], row: string): string {
  return JSON.stringify(columns.slice(0, 4).map((column) => column[row]));
}
