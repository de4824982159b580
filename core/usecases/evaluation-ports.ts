import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { ChampionFinder } from '../ports/champion-finder.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import type { TableReader } from '../ports/table-reader.ts';

/** What evaluating needs from outside. */
export interface EvaluationPorts {
  readonly tables: TableReader;
  readonly models: ModelRunner;
  readonly champions: ChampionFinder;
  readonly hasher: ArtifactHasher;
  /** Milliseconds that only grow. */
  readonly clockMs: () => number;
  /** A line for people about what is being done. */
  readonly progress: (line: string) => void;
}
