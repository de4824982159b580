import { UserError } from '../errors.ts';
import type { FeatureBatch } from '../ports/model-runner.ts';
import type { TableBatch } from '../ports/table-reader.ts';
import type { ShownPath } from './evaluation-request.ts';
import type { PlannedModel, ScoringPorts } from './score-dataset.ts';

/** The scores of a dataset, batch by batch. */
export interface ScoreStream {
  /**
   * The scores of the next rows.
   *
   * @throws {UserError} DATA_INVALID for fewer predictions than rows, or what is no number; what the model throws.
   */
  next(batch: FeatureBatch): Promise<Float64Array>;
  /** @throws {UserError} DATA_INVALID for more predictions than rows. */
  end(): Promise<void>;
  /** Stops reading. Idempotent. */
  close(): Promise<void>;
}

/** How predictions are read. */
export interface ScoreStreamOptions {
  readonly column: string;
  readonly batchRows: number;
}

/**
 * Scores of a model, or of a table of predictions: one row for each row of the dataset, in its order.
 *
 * @throws {UserError} For a table that is not there, or has no such column.
 */
export async function openScores(
  of: PlannedModel | ShownPath,
  options: ScoreStreamOptions,
  ports: ScoringPorts,
): Promise<ScoreStream> {
  if ('model' in of) {
    return { next: (batch) => of.model.score(batch, of.plan), end: async () => {}, close: async () => {} };
  }
  const { column, batchRows } = options;
  const table = await ports.tables.describe(of.absolute);
  const batches = ports.tables.read(table, { columns: [column], batchRows })[Symbol.asyncIterator]();
  const invalid = (what: string) =>
    new UserError('DATA_INVALID', `${of.shown}: column ${column} ${what}`, {
      fix: 'Write one prediction for each row of the dataset, in its order.',
    });
  return {
    next: async ({ rows }) => {
      const { done, value } = await batches.next();
      const batch: TableBatch | undefined = done === true ? undefined : value;
      const [scores] = batch?.columns ?? [];
      if (scores?.kind === 'text') throw invalid('holds no numbers');
      if (scores === undefined || scores.values.length !== rows)
        throw invalid('has another number of rows than the dataset');
      return scores.values;
    },
    end: async () => {
      if ((await batches.next()).done !== true) throw invalid('has more rows than the dataset');
    },
    close: async () => {
      await batches.return?.();
    },
  };
}
