import type { RelationEngine } from '../../ports/evaluate/relation-engine.ts';
import type { ScoringPorts } from './score-dataset.ts';

/** The outside of aggregating. */
export interface EnginePorts extends ScoringPorts {
  readonly engine: RelationEngine;
}
