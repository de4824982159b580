import type { Stage } from '../../domain/train/pipeline.ts';
import { recordedDifference } from '../../domain/train/recorded-difference.ts';
import type { RecordedEntry } from '../../domain/train/recorded-stage.ts';
import { type CommittedTexts, readCommittedStages } from './committed-stages.ts';

/** A stage of a commit with what was recorded of a run of it. */
export interface RecordedRun {
  readonly stage: Stage;
  readonly entry: RecordedEntry;
}

/**
 * The stages of a commit that entries were recorded of.
 *
 * @returns Why they are not of these stages, a clause, where one has another command or other paths.
 * @throws {UserError} DVC_INVALID, DVC_UNSUPPORTED for a dvc.yaml that cannot be read.
 */
export async function matchRuns(
  entries: readonly RecordedEntry[],
  texts: CommittedTexts,
): Promise<readonly RecordedRun[] | string> {
  const runs: RecordedRun[] = [];
  for (const [file, ofFile] of Map.groupBy(entries, (entry) => entry.file)) {
    const pipeline = file.replace(/dvc\.lock$/, 'dvc.yaml');
    const stages = await readCommittedStages(pipeline, texts);
    for (const entry of ofFile) {
      const stage = stages.find(({ name }) => name === entry.stage);
      if (stage === undefined) return `${pipeline} of the default branch has no stage ${entry.stage}`;
      const difference = recordedDifference(stage, entry.lock) ?? filesDifference(stage, entry);
      if (difference !== undefined) return `stage ${entry.stage} of ${pipeline} on the default branch ${difference}`;
      runs.push({ stage, entry });
    }
  }
  return runs;
}

/** Files come back by Git only where DVC does not keep them. */
function filesDifference({ outs }: Stage, { files }: RecordedEntry): string | undefined {
  const kept = files.find(({ path }) => outs.some(({ written, isCached }) => written === path && isCached));
  return kept === undefined ? undefined : `has ${kept.path} in the cache of DVC`;
}
