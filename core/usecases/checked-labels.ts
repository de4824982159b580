import type { ModelConfig } from '../config/tidegate-config.ts';
import type { ColumnValues } from '../domain/evaluation/column-values.ts';
import { UserError } from '../errors.ts';

/**
 * The labels of a dataset as numbers.
 *
 * @throws {UserError} DATA_INVALID for text, missing labels, or labels of a classification that are not 0 and 1.
 */
export function checkedLabels(column: ColumnValues | undefined, { data, task }: ModelConfig): Float64Array {
  const values = column === undefined ? undefined : numbersOf(column);
  if (values === undefined) {
    throw invalid(`the label ${data.label} holds text`, 'Write it as 0 and 1, true and false, or a number.');
  }
  const missing = values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (missing > 0) {
    throw invalid(
      `the label ${data.label} is missing in ${missing} of ${values.length} rows`,
      'Remove rows without an outcome.',
    );
  }
  const odd = task === 'regression' ? undefined : values.find((value) => value !== 0 && value !== 1);
  if (odd === undefined) return values;
  throw invalid(
    `the label ${data.label} holds ${odd}`,
    'Write 1 for the class whose probability the model gives, else 0.',
  );
}

function numbersOf(column: ColumnValues): Float64Array | undefined {
  if (column.kind !== 'categorical') return column.values;
  const isBoolean = column.categories.join() === 'false,true';
  return isBoolean ? Float64Array.from(column.codes, (code) => (code === -1 ? Number.NaN : code)) : undefined;
}

function invalid(message: string, fix: string): UserError {
  return new UserError('DATA_INVALID', message, { fix });
}
