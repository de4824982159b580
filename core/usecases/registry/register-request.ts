import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';
import type { Bump, ModelInterface } from '../../domain/registry/next-version.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { ModelImage, ModelVersionReport } from '../../reports/model-version-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import type { RecordedStages } from '../../reports/recorded-stages.ts';
import type { RunReport } from '../../reports/run-report.ts';
import type { StoredPredictions } from './version-store.ts';

/** Subject of a registration, and its evidence. */
export interface RegisterRequest {
  readonly model: string;
  readonly commit: string;
  readonly artifact: HashedArtifact;
  readonly evaluation: EvaluationReport;
  readonly run: RunReport | undefined;
  readonly profile: ProfileReport | undefined;
  /** Its scores, if they were computed before the judge. */
  readonly predictions: StoredPredictions | undefined;
  readonly image: ModelImage | undefined;
  /** Entries of dvc.lock whose objects a job of this run pushed; undefined: none are recorded. */
  readonly recorded?: RecordedStages | undefined;
  readonly interface: ModelInterface;
  readonly bump: Bump | 'auto';
  /** The document without what only the registration knows. */
  readonly header: Pick<ModelVersionReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
}
