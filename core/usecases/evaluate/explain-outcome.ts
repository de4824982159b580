import { readPart } from '../../domain/evaluation/read-outcome.ts';
import { refuseUnsummable } from '../../domain/evaluation/summable-outcome.ts';
import type { ModelPolicy } from '../../domain/policy/model-policy.ts';
import { ColumnCollector } from '../../domain/table/column-collector.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { UserError } from '../../errors.ts';
import type { ScoringPorts } from './score-dataset.ts';

/** Rows whose labels or weights are wrong. */
export interface WrongRows {
  readonly table: TableDescription;
  readonly config: ModelPolicy;
}

/** Chosen: rows that are looked at together. */
const BATCH_ROWS = 100_000;

/**
 * Reads labels and weights row by row, for the message that rows in memory would give: it names the row. A number that
 * rows in memory may have and aggregates cannot sum is named too.
 *
 * @returns Never: it throws DATA_INVALID.
 */
export async function explainOutcome({ table, config }: WrongRows, { tables }: ScoringPorts): Promise<UserError> {
  const { weight } = config.evaluate;
  const columns = weight === undefined ? [config.data.label] : [config.data.label, weight];
  let rowsBefore = 0;
  for await (const batch of tables.read(table, { columns, batchRows: BATCH_ROWS })) {
    const values = columns.map((name, at) => {
      const collector = new ColumnCollector(table.columns.find((column) => column.name === name)?.type ?? 'other');
      const column = batch.columns[at];
      if (column !== undefined) collector.add(column);
      return [name, collector.finish()] as const;
    });
    readPart(new Map(values), config, { model: null, rowsBefore });
    refuseUnsummable(new Map(values), config, rowsBefore);
    rowsBefore += batch.rows;
  }
  throw new RangeError('labels that aggregates refuse and rows do not');
}
