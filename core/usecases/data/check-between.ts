import type { Violation } from '../../domain/data-schema/violation.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { RelationEngine } from '../../ports/evaluate/relation-engine.ts';
import type { TableReader } from '../../ports/evaluate/table-reader.ts';
import type { DataCheck } from './check-data.ts';

/** Two datasets to compare. */
export interface DatasetComparison extends DataCheck {
  readonly train: TableDescription;
}

/** Dependencies. */
export interface ComparisonPorts {
  readonly engine: RelationEngine;
  readonly tables: Pick<TableReader, 'sharedRows'>;
}

/** Violations between a dataset and the data that a model was trained on. */
export async function checkBetween(
  _request: DatasetComparison,
  _ports: ComparisonPorts,
): Promise<{ readonly found: readonly Violation[]; readonly checks: number }> {
  return { found: [], checks: 0 };
}
