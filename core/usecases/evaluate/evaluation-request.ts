import type { ModelConfig } from '../../config/tidegate-config.ts';
import type { TrainingLineage } from '../../domain/evaluation/lineage-changes.ts';
import type { TrainingMetrics } from '../../domain/gate/training-evidence.ts';
import type { ErrorPlace } from '../../errors.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';

/** A path of the workspace: as people write it, and absolute. */
export interface ShownPath {
  readonly shown: string;
  readonly absolute: string;
  /** It was brought from an address outside of the repository just now. */
  readonly isFetched?: boolean;
}

/** What to judge. */
export interface EvaluationRequest {
  readonly config: ModelConfig;
  readonly header: Pick<EvaluationReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
  readonly profileHeader: Pick<ProfileReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
  /** A model file or folder; or predictions that were made elsewhere. */
  readonly candidate:
    | { readonly kind: 'artifact'; readonly path: ShownPath }
    | { readonly kind: 'predictions'; readonly path: ShownPath };
  readonly dataset: ShownPath;
  readonly reference: ShownPath;
  /** Numbers of `evaluate.metrics-file` by dotted key; absent where none is named. */
  readonly trainingMetrics?: TrainingMetrics;
  /** What the candidate was trained with; absent where no run report is there. */
  readonly lineage?: TrainingLineage;
  /** What goes into a training of this commit; or why that is not known: a clause. */
  readonly inputs?: { readonly digest: string } | { readonly reason: string };
  /** `auto`, `none`, a version or a path. */
  readonly championSelector: string;
  /** The absolute path of a file of the repository. */
  readonly resolve: (path: string) => string;
  /** Where each rule stands in tidegate.yaml. */
  readonly rulePlaces: readonly ErrorPlace[];
  /** Above this many rows aggregates of them are judged; default: 5 million. */
  readonly heldRows?: number;
  /** How the base branch judges, or why that is not known, where the pull request changes it; null where it does not. */
  readonly base: BasePolicy | { readonly problem: string } | null;
}

/** A configuration that judges, with the places of its rules. */
export interface BasePolicy {
  readonly config: ModelConfig;
  readonly rulePlaces: readonly ErrorPlace[];
}
