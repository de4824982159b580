import { UserError } from '../../errors.ts';
import type { RecordedStage } from './recorded-stage.ts';

/** The text whose SHA-256 is the receipt of pushed objects: it is of these entries and of this artifact alone. */
export function recordReceiptText(artifactDigest: string, recorded: readonly RecordedStage[]): string {
  return JSON.stringify([
    artifactDigest,
    ...recorded.map(({ file, stage, entry, files = [] }) => [
      file,
      stage,
      entry,
      ...files.map(({ path, text }) => [path, text]),
    ]),
  ]);
}

/** Facts that register has about the record of a training. */
export interface RecordClaim {
  /** `train.record`. */
  readonly isWanted: boolean;
  /** Of the run report; undefined where nothing of a commit was trained. */
  readonly recorded: readonly RecordedStage[] | undefined;
  /** Of the artifact that is registered, hashed now. */
  readonly artifactDigest: string;
  /** The job that pushed the objects gives it; undefined: there was no such job. */
  readonly receipt: string | undefined;
}

/**
 * True if the entries belong into the document of the version: a job of this run has pushed their objects and has found
 * the MD5 of the artifact in them.
 *
 * @throws {UserError} OBJECT_MISSING where no job has; ARTIFACT_MISMATCH where it was for another artifact or other entries.
 */
export function isRecordConfirmed(
  { isWanted, recorded, artifactDigest, receipt }: RecordClaim,
  hashText: (text: string) => string,
): boolean {
  if (!isWanted || recorded === undefined) return false;
  if (receipt === undefined) {
    throw new UserError('OBJECT_MISSING', 'train.record is set, but no job has pushed the objects of dvc.lock', {
      fix: 'Add the job record of templates/workflows/model-release.yml (npm run init writes it), or remove train.record.',
    });
  }
  if (receipt === hashText(recordReceiptText(artifactDigest, recorded))) return true;
  throw new UserError('ARTIFACT_MISMATCH', 'the job record has pushed the objects of another training', {
    fix: 'Set the input record-receipt to the output record-receipt of the job record of the same run, with the same artifact ids.',
  });
}
