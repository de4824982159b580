import { md5OfText } from '../../core/adapters/dvc/hash-file.ts';
import { parsePlain } from '../../core/adapters/dvc/parse-plain.ts';
import { PlainFileFolder } from '../../core/adapters/dvc/plain-file-folder.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { inFolder } from '../../core/domain/data/repository-path.ts';
import type { Stage } from '../../core/domain/train/pipeline.ts';
import { recordReceiptText } from '../../core/domain/train/record-receipt.ts';
import { readRecordedStages } from '../../core/domain/train/recorded-stage.ts';
import { lockFileOf } from '../../core/domain/train/stage-lock.ts';
import { upstreamStages } from '../../core/domain/train/stage-order.ts';
import { UserError } from '../../core/errors.ts';
import type { RecordedStages } from '../../core/reports/recorded-stages.ts';
import { confirmRecorded } from '../../core/usecases/record/confirm-recorded.ts';
import { pushRecorded } from '../../core/usecases/record/push-recorded.ts';
import type { RecordedRun } from '../../core/usecases/record/recorded-run.ts';
import type { ActionContext } from '../action-context.ts';
import { requireDvc } from '../find-dvc.ts';
import type { InputValues } from '../inputs.ts';
import { fetchJudged } from '../judged-reports.ts';
import { type LoadedModel, loadModel } from '../load-model.ts';
import { formatBytes, logProgress } from '../log-progress.ts';
import { handedOver } from '../model-artifact.ts';
import { type OpenData, openData, transferJobs } from '../open-data.ts';
import { leftObjects, lockInRepository } from '../recorded-objects.ts';
import { loadOptionalReport, reportPath } from '../report-files.ts';
import type { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';

/**
 * Pushes what the training of a model made in an earlier job of this run, after comparing it with the commit.
 *
 * @throws {UserError} As `confirmRecorded` and `pushRecorded`; INPUT_INVALID without `train.record`.
 */
export async function pushRecord(context: ActionContext, values: InputValues<typeof inputs>): Promise<void> {
  const loaded = await loadModel(context, values.model);
  if (loaded.model.train?.record !== true) throw notRecorded(loaded);
  await fetchJudged(context, loaded.name, {
    report: values['report-artifact-id'],
    model: values['model-artifact-id'],
  });
  const run = await loadOptionalReport(reportPath(context.env, loaded.name, 'run'), 'run');
  if (run?.recorded === undefined) {
    outputs.write(context, nothingPushed(null));
    context.log.info('Nothing to record: the training was restored, or inputs of the action changed it');
    return;
  }
  const data = await openData(context, { verifyCache: false, jobs: values.jobs });
  requireDvc(data);
  const { artifactName, left } = await leftObjects(
    context,
    { name: loaded.name, artifact: loaded.model.artifact },
    data.cache,
  );
  const runs = await recordedRuns(context, loaded, { data, recorded: run.recorded });
  const artifact = inFolder(data.folder, loaded.model.artifact);
  const files = new PlainFileFolder(data.root);
  await confirmRecorded({ runs, artifact, artifactName, outputs: data.project.outputs }, { ...data, files, md5OfText });
  const pushed = await pushRecorded(runs, transferJobs(data.project, undefined, values.jobs), {
    ...{ cache: data.cache, openRemote: data.openRemote, left },
    progress: logProgress(context.log),
  });
  const hasher = new FileArtifactHasher();
  const { digest } = await hasher.hash(handedOver(context.env, loaded.name, loaded.model.artifact));
  outputs.write(context, {
    ...nothingPushed(hasher.hashText(recordReceiptText(digest, run.recorded))),
    'files-uploaded': pushed.filesUploaded,
    'bytes-uploaded': pushed.bytesUploaded,
  });
  const stages = runs.map(({ stage }) => stage.address).join(', ');
  context.log.info(
    `${pushed.filesUploaded} objects pushed (${formatBytes(pushed.bytesUploaded)}), ${pushed.objectsThere} were there; recorded: ${stages}`,
  );
}

function nothingPushed(receipt: string | null) {
  return { 'files-uploaded': 0, 'bytes-uploaded': 0, 'changed-files': '', 'record-receipt': receipt };
}

/** Exactly the stages that make the model in this commit, each with its entry. */
async function recordedRuns(
  context: ActionContext,
  { model }: LoadedModel,
  { data, recorded }: { readonly data: OpenData; readonly recorded: RecordedStages },
): Promise<readonly RecordedRun[]> {
  const stages = upstreamStages(data.project, model.train?.stages ?? [], data.folder);
  const entries = await readRecordedStages(recorded, parsePlain);
  const keyOf = (stage: Stage) => `${lockInRepository(context, data.root, lockFileOf(stage))}:${stage.name}`;
  const byKey = new Map(entries.map((entry) => [`${entry.file}:${entry.stage}`, entry]));
  const runs = stages.flatMap((stage) => {
    const entry = byKey.get(keyOf(stage));
    return entry === undefined ? [] : [{ stage, entry }];
  });
  if (runs.length === stages.length && byKey.size === stages.length && entries.length === stages.length) return runs;
  throw new UserError(
    'INPUTS_MISMATCH',
    `the training recorded ${[...byKey.keys()].join(', ')}, but the commit trains ${stages.map(keyOf).join(', ')}`,
    { fix: 'Do not change dvc.yaml in a step before train.' },
  );
}

function notRecorded({ name, placeOf }: LoadedModel): UserError {
  const place = placeOf(['models', name, 'train']);
  return new UserError('INPUT_INVALID', `models.${name} has no train.record: true`, {
    fix: 'Set it in tidegate.yaml, or remove the input model to push what is in the workspace.',
    ...(place === undefined ? {} : { place }),
  });
}
