import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { isThere } from '../../core/adapters/files/absent.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { parseImageReference } from '../../core/domain/image/image-reference.ts';
import type { HashedArtifact } from '../../core/domain/model/artifact-digest.ts';
import { isRecordConfirmed } from '../../core/domain/train/record-receipt.ts';
import { UserError } from '../../core/errors.ts';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import type { ModelImage } from '../../core/reports/model-version-report.ts';
import type { RunReport } from '../../core/reports/run-report.ts';
import type { RegisterRequest } from '../../core/usecases/registry/register-request.ts';
import { type StoredPredictions, VersionStore } from '../../core/usecases/registry/version-store.ts';
import type { ActionContext } from '../action-context.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { handedOver, handedOverFiles, modelFolder } from '../model-artifact.ts';
import { openStore } from '../open-store.ts';
import { packedPredictions, predictionsFolder } from '../predictions-files.ts';
import { loadOptionalReport, loadReport, reportHeader, reportPath } from '../report-files.ts';
import type { inputs } from './inputs.ts';

type Values = InputValues<typeof inputs>;

/** Gathers what is registered: the reports of the steps before, and the bytes that they judged. */
export async function assembleRegistration(context: ActionContext, loaded: LoadedModel, values: Values) {
  const { env } = context;
  const { name, model } = loaded;
  const at = (override: string | undefined, kind: 'run' | 'evaluation' | 'profile') =>
    override === undefined ? reportPath(env, name, kind) : resolve(context.workingDirectory, override);
  const evaluation = await loadReport(at(values['evaluation-report'], 'evaluation'), 'evaluation');
  const { artifact, location } = await judgedArtifact(context, loaded, values, evaluation);
  const run = await loadOptionalReport(at(values['run-report'], 'run'), 'run');
  const request: RegisterRequest = {
    model: name,
    commit: commitOf(env.GITHUB_SHA),
    artifact,
    evaluation,
    run,
    recorded: confirmedRecord(loaded, { run, artifact, receipt: values['record-receipt'] }),
    profile: await loadOptionalReport(at(values['profile-path'], 'profile'), 'profile'),
    predictions: await judgedPredictions(context, loaded, evaluation),
    image: values['image-reference'] === undefined ? undefined : pinnedImage(values['image-reference']),
    interface: interfaceOf(loaded, evaluation),
    bump: values.bump ?? model.register?.bump ?? 'auto',
    header: await reportHeader('model-version', context, name),
  };
  return { request, store: await createStore(context, loaded, values, location) };
}

/** Undefined where nothing comes back to the repository. */
function confirmedRecord(
  { model }: LoadedModel,
  { run, artifact, receipt }: { run: RunReport | undefined; artifact: HashedArtifact; receipt: string | undefined },
): RegisterRequest['recorded'] {
  const isWanted = model.train?.record === true;
  const claim = { isWanted, recorded: run?.recorded, artifactDigest: artifact.digest, receipt };
  const hasher = new FileArtifactHasher();
  return isRecordConfirmed(claim, (text) => hasher.hashText(text)) ? run?.recorded : undefined;
}

async function createStore(
  context: ActionContext,
  { model }: LoadedModel,
  values: Values,
  location: (path: string) => string,
) {
  const uri = values.store ?? model.register?.store;
  if (uri === undefined) {
    throw new UserError('INPUT_INVALID', 'there is no store to register in', {
      fix: 'Set register.store in tidegate.yaml, or the input store.',
    });
  }
  const token = values['github-token'];
  const store = await openStore(uri, { env: context.env, baseFolder: context.workingDirectory, token });
  return new VersionStore(store, new FileArtifactHasher(), (path) => createReadStream(location(path)));
}

/** The artifact by the digest that was judged: one file or a folder, where the earlier job's artifact was unpacked. */
async function judgedArtifact(
  context: ActionContext,
  { name, model }: LoadedModel,
  values: Values,
  evaluation: EvaluationReport,
): Promise<{ artifact: HashedArtifact; location: (path: string) => string }> {
  const candidates =
    values['artifact-path'] === undefined
      ? [handedOver(context.env, name, model.artifact), resolve(context.workingDirectory, model.artifact)]
      : [resolve(context.workingDirectory, values['artifact-path'])];
  const hasher = new FileArtifactHasher();
  let last: { artifact: HashedArtifact; location: (path: string) => string } | undefined;
  for (const path of candidates.filter((candidate) => isThere(candidate))) {
    const artifact = await hasher.hash(path);
    last = { artifact, location: (file) => (artifact.kind === 'file' ? path : join(path, file)) };
    if (artifact.digest === evaluation.candidate.digest) return last;
  }
  if (last !== undefined) return last;
  throw new UserError('DATA_NOT_FOUND', `there is no artifact to register at ${candidates[0]}`, {
    fix: 'Run evaluate-and-gate in an earlier job, or set the input artifact-path.',
  });
}

/** The scores that were judged, by their digest, where the jobs before left them. */
async function judgedPredictions(
  { env, workingDirectory }: ActionContext,
  { name, model }: LoadedModel,
  { candidate }: EvaluationReport,
): Promise<StoredPredictions | undefined> {
  const table = candidate.predictions;
  if (table === undefined) return undefined;
  const written = model.task === 'custom' ? model.evaluate.examples : model.evaluate.predictions?.path;
  const places = [
    join(predictionsFolder(env, name), table.file),
    join(packedPredictions(modelFolder(env, name)), table.file),
    ...(written === undefined ? [] : [join(handedOverFiles(env, name), written), resolve(workingDirectory, written)]),
  ];
  const hasher = new FileArtifactHasher();
  for (const place of places.filter((path) => isThere(path))) {
    if ((await hasher.hash(place)).digest === table.digest) return { table, open: () => createReadStream(place) };
  }
  throw new UserError('ARTIFACT_MISMATCH', `the predictions that were judged (${table.digest}) are not here`, {
    fix: 'Register in the workflow that judged, and set model-artifact-id to the output of evaluate-and-gate.',
  });
}

function interfaceOf({ model }: LoadedModel, evaluation: EvaluationReport) {
  const { inputs: modelInputs, outputs: modelOutputs } = evaluation.signature ?? { inputs: [], outputs: [] };
  const named = model.task === 'custom' ? undefined : model.data.features;
  const features = named ?? modelInputs.map((input) => input.name);
  return { task: model.task, features, inputs: modelInputs, outputs: modelOutputs };
}

function pinnedImage(text: string): ModelImage {
  const { repository, tag, digest } = parseImageReference(text);
  if (digest === undefined) {
    throw new UserError('REFERENCE_INVALID', `image-reference "${text}" has no digest`, {
      fix: 'Use the output image-reference of build-image: repository:tag@sha256:….',
    });
  }
  return { reference: text, repository, digest, ...(tag === undefined ? {} : { tag }) };
}

function commitOf(sha: string | undefined): string {
  if (sha !== undefined && /^[0-9a-f]{40}$/.test(sha)) return sha;
  throw new UserError('INPUT_INVALID', 'GITHUB_SHA is not a commit', { fix: 'Run this action in a GitHub workflow.' });
}
