import type { StoredTable } from '../../domain/evaluation/champion-data.ts';
import type { Rebaseline } from '../../domain/evaluation/rebaseline.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { ChampionFinder } from '../../ports/evaluate/champion-finder.ts';
import type { ModelRunner } from '../../ports/evaluate/model-runner.ts';
import type { RelationEngine } from '../../ports/evaluate/relation-engine.ts';
import type { TableReader } from '../../ports/evaluate/table-reader.ts';
import type { BringData } from './check-champion-data.ts';
import type { DatasetOrigins } from './dataset-origins.ts';

/** Dependencies of an evaluation. */
export interface EvaluationPorts {
  readonly tables: TableReader;
  readonly models: ModelRunner;
  readonly champions: ChampionFinder;
  readonly hasher: ArtifactHasher;
  readonly origins: DatasetOrigins;
  /** Makes data of the repository appear that this job did not fetch; what cannot be fetched stays absent. */
  readonly bringData: BringData;
  /**
   * Brings predictions of a registered version from its store, checked against their digest.
   *
   * @returns Absolute path.
   */
  readonly fetchPredictions: (table: StoredTable) => Promise<string>;
  /**
   * Digest of what a model computes, whatever names and order its file has; undefined where that is not known.
   *
   * @param location Absolute path.
   */
  readonly computationOf: (location: string) => Promise<string | undefined>;
  /** Aggregates the scores of more rows than are held. */
  readonly engine: RelationEngine;
  /**
   * The decision of a person that a changed dataset is a new baseline; absent where no pull request is known.
   *
   * @param dataset Its digest.
   */
  readonly findRebaseline?: ((dataset: string) => Promise<Rebaseline | undefined>) | undefined;
  /** Milliseconds that only grow. */
  readonly clockMs: () => number;
  /** A line for people about what is being done. */
  readonly progress: (line: string) => void;
}
