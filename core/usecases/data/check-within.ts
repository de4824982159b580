import type { DataValidation } from '../../domain/data-schema/violation.ts';
import type { RelationEngine } from '../../ports/evaluate/relation-engine.ts';
import type { DataCheck } from './check-data.ts';

/** A dataset with the roles of its columns. */
export interface LabelledCheck extends DataCheck {
  readonly task: 'binary-classification' | 'multiclass-classification' | 'regression';
  readonly label: string;
  /** Columns that are not features. */
  readonly exclude: readonly string[];
}

/** Adds checks. */
export async function checkWithin(
  found: DataValidation,
  _request: LabelledCheck,
  _engine: RelationEngine,
): Promise<DataValidation> {
  return found;
}
