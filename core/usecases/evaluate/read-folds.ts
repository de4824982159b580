import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { type FoldedRows, foldedRows } from '../../domain/evaluation/folds.ts';
import type { Outcome } from '../../domain/evaluation/read-outcome.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import { withExactKeys } from '../../domain/table/exact-keys.ts';
import { UserError } from '../../errors.ts';
import type { ShownPath } from './evaluation-request.ts';
import { predictionColumns, predictionScores } from './read-predictions.ts';
import { type ScoringPorts, scoreDataset } from './score-dataset.ts';

/** Predictions of cross-validation, with the row and the fold of each. */
export interface FoldPredictions {
  readonly folds: FoldedRows;
  /** One number a prediction, or one a class, prediction by prediction. */
  readonly scores: Float64Array;
}

/** A dataset that folds split. */
export interface FoldedDataset {
  readonly rows: number;
  /** With the one of `evaluate.key`, where it is set. */
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly classes: readonly string[] | null;
}

/**
 * Reads a table of predictions of which `evaluate.folds` names the fold, and `evaluate.key` the row of the dataset.
 *
 * @param folds Column of the folds.
 * @throws {UserError} DATA_INVALID for missing columns, what is not a number, and folds that do not split the dataset.
 */
export async function readFoldPredictions(
  path: ShownPath,
  {
    config,
    folds: fold,
    dataset,
  }: { readonly config: ScoredModelConfig; readonly folds: string; readonly dataset: FoldedDataset },
  ports: ScoringPorts,
): Promise<FoldPredictions> {
  const names = predictionColumns(config, dataset.classes);
  const { key } = config.evaluate;
  const table = withExactKeys(await ports.tables.describe(path.absolute), [config], names);
  const keep = [...names, fold, ...(key === undefined ? [] : [key])];
  const { columns, rows } = await scoreDataset({ table, models: [], keep }, ports);
  const scores = predictionScores(columns, { names, path, rows });
  const folded = foldedRows({
    name: fold,
    fold: columnOf(columns, fold, path.shown),
    datasetRows: dataset.rows,
    ...(key === undefined
      ? {}
      : {
          keys: {
            name: key,
            dataset: columnOf(dataset.columns, key, 'the dataset'),
            predictions: columnOf(columns, key, path.shown),
          },
        }),
  });
  return { folds: folded, scores };
}

function columnOf(columns: ReadonlyMap<string, ColumnValues>, name: string, where: string): ColumnValues {
  const column = columns.get(name);
  if (column !== undefined) return column;
  throw new UserError('DATA_INVALID', `${where} has no column ${name}`, {
    fix: 'Check evaluate.folds and evaluate.key.',
  });
}

/** The outcome of each prediction: that of its row. */
export function outcomeByFold({ labels, classes, weights }: Outcome, { rows }: FoldedRows): Outcome {
  const picked = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] ?? Number.NaN);
  return { labels: picked(labels), classes, weights: weights === null ? null : picked(weights) };
}
