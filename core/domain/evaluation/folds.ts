import { UserError } from '../../errors.ts';
import { type ColumnValues, rowCount, textsOf } from '../table/column-values.ts';
import { shownValue } from '../text/shown-value.ts';

/** Predictions of cross-validation: each row of the dataset in the fold that tested it, or in several of them. */
export interface FoldedRows {
  /** Row of the dataset of each prediction. */
  readonly rows: Uint32Array;
  /** Fold of each prediction: 0 up to the number of names - 1, each at least once. */
  readonly folds: Uint32Array;
  /** In order of first appearance. */
  readonly names: readonly string[];
  /** Number of rows of the dataset. */
  readonly datasetRows: number;
}

/** Columns that say which row a prediction is of, and which fold tested it. */
export interface FoldColumns {
  /** Name in tidegate.yaml. */
  readonly name: string;
  readonly fold: ColumnValues;
  /** Identifiers of rows; without them predictions are in the order of the dataset, one each. */
  readonly keys?: { readonly name: string; readonly dataset: ColumnValues; readonly predictions: ColumnValues };
  readonly datasetRows: number;
}

/**
 * Assigns each prediction to its row and fold.
 *
 * @throws {UserError} DATA_INVALID for a missing fold, fewer than two folds, a row that no fold tests, a row twice in one
 *   fold, a fold that tests all rows, and identifiers that are missing, unknown or not unique in the dataset.
 */
export function foldedRows(columns: FoldColumns): FoldedRows {
  const { fold, name, datasetRows } = columns;
  const { ids: folds, names } = numbered(fold, (row) =>
    invalid(`${name} is missing in row ${row + 1}`, NAME_EACH_FOLD),
  );
  const rows = rowsOf(columns);
  if (names.length < 2)
    throw invalid(`${name} has ${names.length} values, and cross-validation has two folds or more`, NAME_EACH_FOLD);
  const tested = new Uint8Array(datasetRows);
  for (const row of rows) tested[row] = 1;
  const untested = tested.indexOf(0);
  if (untested !== -1) {
    const count = tested.reduce((sum, one) => sum + (1 - one), 0);
    throw invalid(
      `no fold tests row ${untested + 1} of the dataset (${count} of ${datasetRows} rows have no prediction)`,
      'Use k-fold or repeated k-fold splits, in which every row is tested.',
    );
  }
  const folded = { rows, folds, names, datasetRows };
  refuseRepeats(folded, name);
  refuseWhole(folded, name);
  return folded;
}

const NAME_EACH_FOLD = 'Write the name or number of the fold that tested the row, one for each prediction.';

function invalid(message: string, fix: string): UserError {
  return new UserError('DATA_INVALID', `cross-validation: ${message}`, { fix });
}

function rowsOf({ fold, keys, datasetRows }: FoldColumns): Uint32Array {
  const count = rowCount(fold);
  if (keys === undefined) {
    if (count === datasetRows) return Uint32Array.from({ length: count }, (_, row) => row);
    throw invalid(
      `there are ${count} predictions of ${datasetRows} rows`,
      'Write one prediction for each row of the dataset, in its order; for repeated splits set evaluate.key, a column of both tables that identifies a row.',
    );
  }
  const known = new Map<string, number>();
  const { name } = keys;
  const { ids, names } = numbered(keys.dataset, (row) =>
    invalid(`the dataset has no ${name} in row ${row + 1}`, 'Set evaluate.key to a column without missing values.'),
  );
  for (const [row, id] of ids.entries()) {
    const key = names[id] ?? '';
    if (known.has(key))
      throw invalid(
        `the dataset has ${name} ${shownValue(key)} twice`,
        'Set evaluate.key to a column of unique values.',
      );
    known.set(key, row);
  }
  const own = numbered(keys.predictions, (row) =>
    invalid(`${name} is missing in prediction ${row + 1}`, 'Write it for each prediction.'),
  );
  return Uint32Array.from(own.ids, (id) => {
    const key = own.names[id] ?? '';
    const row = known.get(key);
    if (row === undefined)
      throw invalid(
        `a prediction is of ${name} ${shownValue(key)}, which the dataset does not have`,
        'Predict the rows of evaluate.dataset only.',
      );
    return row;
  });
}

/** Numbers for the values of a column, in order of first appearance, with their texts. */
function numbered(
  column: ColumnValues,
  missing: (row: number) => UserError,
): { ids: Uint32Array; names: readonly string[] } {
  const known = new Map<string, number>();
  const ids = Uint32Array.from(textsOf(column).entries(), ([row, text]) => {
    if (text === undefined) throw missing(row);
    const id = known.get(text) ?? known.size;
    known.set(text, id);
    return id;
  });
  return { ids, names: [...known.keys()] };
}

function refuseRepeats({ rows, folds, names, datasetRows }: FoldedRows, name: string): void {
  // Fold after fold, so that one mark per row is enough: a set of pairs holds at most 16.7 million.
  const marks = new Uint32Array(datasetRows);
  for (const at of byFold({ folds, names })) {
    const [row, fold] = [rows[at] ?? 0, folds[at] ?? 0];
    if (marks[row] === fold + 1) {
      const fix =
        'Write each row once for each fold that tests it; number the folds of repeated splits on, such as 0 to 49.';
      throw invalid(`row ${row + 1} of the dataset is twice in ${name} ${shownValue(names[fold] ?? '')}`, fix);
    }
    marks[row] = fold + 1;
  }
}

/** Predictions in the order of their folds; those of one fold stay in their order. */
function byFold({ folds, names }: Pick<FoldedRows, 'folds' | 'names'>): Uint32Array {
  const next = new Uint32Array(names.length + 1);
  for (const fold of folds) next[fold + 1] = (next[fold + 1] ?? 0) + 1;
  for (let fold = 1; fold <= names.length; fold++) next[fold] = (next[fold] ?? 0) + (next[fold - 1] ?? 0);
  const order = new Uint32Array(folds.length);
  for (const [at, fold] of folds.entries()) {
    const place = next[fold] ?? 0;
    order[place] = at;
    next[fold] = place + 1;
  }
  return order;
}

function refuseWhole(folded: FoldedRows, name: string): void {
  const whole = foldSizes(folded).indexOf(folded.datasetRows);
  if (whole === -1) return;
  const message = `${name} ${shownValue(folded.names[whole] ?? '')} tests all rows, so that none is left to train on`;
  throw invalid(message, 'Use splits that train on the rows that they do not test.');
}

/** Number of predictions of each fold. */
function foldSizes({ folds, names }: FoldedRows): readonly number[] {
  const sizes = new Array<number>(names.length).fill(0);
  for (const fold of folds) sizes[fold] = (sizes[fold] ?? 0) + 1;
  return sizes;
}

/** Rows tested by a fold for each row that it trains on, which are all others: the largest of all folds. */
export function testShare(folded: FoldedRows): number {
  const shares = foldSizes(folded).map((tested) => tested / (folded.datasetRows - tested));
  return shares.reduce((most, share) => Math.max(most, share), 0);
}

/**
 * Scores of another model in the order of one, fold by fold and row by row.
 *
 * @returns A clause where it was tested by other folds: two models are compared on equal training and test rows only.
 */
export function alignFolds(
  own: FoldedRows,
  other: FoldedRows,
  scores: Float64Array,
): { readonly scores: Float64Array } | { readonly problem: string } {
  const problem = 'it was tested by other folds, so that its values are not of the same training and test rows';
  if (own.rows.length !== other.rows.length) return { problem };
  const width = scores.length / other.rows.length;
  if (own.names.length !== other.names.length) return { problem };
  const foldOf = new Map(own.names.map((name, fold) => [name, fold]));
  const named = other.names.map((name) => foldOf.get(name) ?? -1);
  if (named.includes(-1)) return { problem };
  const [first, second] = [
    byFold(own),
    byFold({ folds: other.folds.map((fold) => named[fold] ?? 0), names: own.names }),
  ];
  // Of the fold that is looked at: the prediction of each row, from 1.
  const places = new Uint32Array(Math.max(own.datasetRows, other.datasetRows));
  const aligned = new Float64Array(scores.length);
  for (let start = 0, end = 0; start < first.length; start = end) {
    const fold = own.folds[first[start] ?? 0] ?? 0;
    while (end < first.length && own.folds[first[end] ?? 0] === fold) end++;
    const theirs = second.subarray(start, end);
    if (theirs.some((at) => named[other.folds[at] ?? 0] !== fold)) return { problem };
    for (const at of theirs) places[other.rows[at] ?? 0] = at + 1;
    for (const at of first.subarray(start, end)) {
      const from = (places[own.rows[at] ?? 0] ?? 0) - 1;
      if (from < 0) return { problem };
      aligned.set(scores.subarray(from * width, (from + 1) * width), at * width);
    }
    for (const at of theirs) places[other.rows[at] ?? 0] = 0;
  }
  return { scores: aligned };
}
