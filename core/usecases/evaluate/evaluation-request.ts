import type { ModelConfig, ScoredModelConfig } from '../../config/tidegate-config.ts';
import type { DataSchema } from '../../domain/data-schema/data-schema.ts';
import type { JudgedResult } from '../../domain/evaluation/judged-result.ts';
import type { TrainingLineage } from '../../domain/evaluation/lineage-changes.ts';
import type { TrainingMetrics } from '../../domain/gate/training-evidence.ts';
import type { CountedChecks } from '../../domain/metrics/check-counts.ts';
import type { TestCounts } from '../../domain/metrics/test-counts.ts';
import type { ErrorPlace } from '../../errors.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { PredictionsTable, ScoredBy } from '../../reports/predictions-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';

/** A path of the workspace: as people write it, and absolute. */
export interface ShownPath {
  readonly shown: string;
  readonly absolute: string;
  /** It was brought from an address outside of the repository just now. */
  readonly isFetched?: boolean;
}

/** A model whose scores were computed before the judge, by code of the team. */
export interface ScoredArtifact {
  readonly kind: 'scored-artifact';
  /** The model, which is what is registered. */
  readonly path: ShownPath;
  readonly predictions: ShownPath;
  readonly scoredBy: ScoredBy;
  /** Of the rows that it was scored on; undefined where no one said. */
  readonly datasetDigest: string | undefined;
  /** As the report names its predictions; undefined where they are in several files. */
  readonly table: PredictionsTable | undefined;
}

/** Scores of a champion that came with those of the candidate. */
export interface HandedScores {
  /** Of the champion's bytes. */
  readonly digest: string;
  readonly datasetDigest: string;
  readonly scoredBy: ScoredBy;
  /** Undefined where there are none. */
  readonly predictions: ShownPath | undefined;
  /** The code that ran, or the reason why there are none: a clause. */
  readonly note: string;
}

/** Candidate to judge, whatever its task is. */
export interface JudgingRequest<Model extends ModelConfig = ModelConfig> {
  readonly config: Model;
  readonly header: Pick<EvaluationReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
  /** A model file or folder that the judge runs; a model with its scores; or scores alone. */
  readonly candidate:
    | { readonly kind: 'artifact'; readonly path: ShownPath }
    | { readonly kind: 'predictions'; readonly path: ShownPath }
    | ScoredArtifact;
  /** The dataset; of a model of `task: custom` the file of its examples or numbers. */
  readonly dataset: ShownPath;
  /** Numbers of `evaluate.metrics-file` by dotted key; absent where none is named. */
  readonly trainingMetrics?: TrainingMetrics;
  /** Test cases of `evaluate.junit-file`; absent where none is named. */
  readonly testCounts?: TestCounts;
  /** Checks in the files of `evaluate.results`; absent where none is named. */
  readonly checks?: CountedChecks;
  /** Files of results that are judged; absent where there are none. */
  readonly results?: readonly JudgedResult[];
  /** Training inputs of the candidate; absent without a run report. */
  readonly lineage?: TrainingLineage;
  /** Inputs of a training of this commit; or a clause that says why they are unknown. */
  readonly inputs?: { readonly digest: string } | { readonly reason: string };
  /** `auto`, `none`, a version or a path. */
  readonly championSelector: string;
  /** Position of each rule in tidegate.yaml. */
  readonly rulePlaces: readonly ErrorPlace[];
  /** The base branch's way to judge, or the reason why it is unknown, if the pull request changes it; else null. */
  readonly base: BasePolicy<Model> | { readonly problem: string } | null;
}

/** The data schema of a model. */
export interface NamedDataSchema {
  /** As tidegate.yaml names it. */
  readonly path: string;
  /** Of the file's bytes. */
  readonly digest: string;
  readonly schema: DataSchema;
  /** That of the base branch, or a clause that says why it is unknown; null where it is the same, or there is none. */
  readonly base: { readonly schema: DataSchema } | { readonly problem: string } | null;
}

/** Candidate to judge by the rows of a dataset. */
export interface EvaluationRequest extends JudgingRequest<ScoredModelConfig> {
  readonly profileHeader: Pick<ProfileReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
  /** Scores of the champion that training handed over; absent without. */
  readonly championScores?: HandedScores;
  readonly reference: ShownPath;
  /** The absolute path of a file of the repository. */
  readonly resolve: (path: string) => string;
  /** Above this many rows aggregates of them are judged; default: 5 million. */
  readonly heldRows?: number;
  /** Absent where tidegate.yaml names no data schema. */
  readonly dataSchema?: NamedDataSchema;
  /** Columns that the base branch marks as sensitive: a pull request does not make their values public. */
  readonly sensitiveInBase?: readonly string[];
}

/** A configuration that judges, with the places of its rules. */
export interface BasePolicy<Model extends ModelConfig = ModelConfig> {
  readonly config: Model;
  readonly rulePlaces: readonly ErrorPlace[];
}
