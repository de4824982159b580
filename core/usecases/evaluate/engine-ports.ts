import type { DatasetFacts } from '../../domain/aggregates/dataset-checks.ts';
import type { UserError } from '../../errors.ts';
import type { RelationEngine, RelationMaker } from '../../ports/evaluate/relation-engine.ts';
import type { WrongRows } from './explain-outcome.ts';
import type { ScoringPorts } from './score-dataset.ts';

/** The outside of aggregating tables of this machine. */
export interface EnginePorts extends ScoringPorts {
  readonly engine: RelationEngine;
}

/** The outside of aggregating tables wherever they are. */
export interface AggregatingPorts {
  readonly engine: RelationMaker;
  /**
   * Says what is wrong with labels or weights.
   *
   * @param facts Undefined: the columns are of another type.
   */
  explain(rows: WrongRows, facts?: DatasetFacts): Promise<UserError>;
}
