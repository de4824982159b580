import { UserError } from '../../errors.ts';
import { SUMMED_BELOW } from '../aggregates/sql-dialect.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import type { ColumnValues } from '../table/column-values.ts';

/**
 * Throws if a number of the outcome is too large to be summed. Rows in memory may have such a number; aggregates cannot
 * tell it from one that is not finite.
 *
 * @param columns Columns of some rows. Labels count for regression, and weights for every task.
 * @param rowsBefore Number of rows of the dataset before these: messages number the rows of the dataset, from 1.
 * @throws {UserError} DATA_INVALID that names the column, the value and its row.
 */
export function refuseUnsummable(
  columns: ReadonlyMap<string, ColumnValues>,
  { data, evaluate, task }: ModelPolicy,
  rowsBefore: number,
): void {
  if (task === 'regression') {
    refuseLarge(columns.get(data.label), {
      ...{ what: `the label ${data.label}`, rowsBefore },
      fix: 'Write the label in a larger unit, or remove the row.',
    });
  }
  if (evaluate.weight === undefined) return;
  refuseLarge(columns.get(evaluate.weight), {
    ...{ what: `the weight ${evaluate.weight}`, rowsBefore },
    fix: 'Divide all weights by the same number: only their ratios count.',
  });
}

interface NamedNumbers {
  readonly what: string;
  readonly rowsBefore: number;
  readonly fix: string;
}

function refuseLarge(column: ColumnValues | undefined, { what, rowsBefore, fix }: NamedNumbers): void {
  const row = column?.kind === 'numeric' ? column.values.findIndex((value) => Math.abs(value) >= SUMMED_BELOW) : -1;
  if (row === -1 || column?.kind !== 'numeric') return;
  const message = `${what} holds ${column.values[row]} in row ${rowsBefore + row + 1}, which is too large: rows that do not fit into memory are summed, and only numbers below ${SUMMED_BELOW} in size can be`;
  throw new UserError('DATA_INVALID', message, { fix });
}
