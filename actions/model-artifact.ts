import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isThere } from '../core/adapters/files/absent.ts';
import { filesUnder } from '../core/adapters/files/file-artifact-hasher.ts';
import { UserError } from '../core/errors.ts';
import type { ActionContext, Environment } from './action-context.ts';
import { packPredictions } from './predictions-files.ts';
import { reportFolder, reportPath } from './report-files.ts';
import { fetchWorkflowArtifact, type RunArtifact, uploadWorkflowArtifact } from './workflow-artifact.ts';

/** Chosen: weights hardly compress, and what takes gigabytes should not wait for it. */
const COMPRESSION_LEVEL = 1;

/** Files of a model's workflow artifact. */
export interface PackedModel {
  /** Absolute path of the file or folder, and the path that tidegate.yaml gives it; undefined for predictions alone. */
  readonly artifact: { readonly location: string; readonly path: string } | undefined;
  /** Further files that judging reads, relative to the working directory. */
  readonly files: readonly string[];
}

/**
 * The folder with the contents of the workflow artifact of a model: `artifact/`, `run.json`, `predictions.json` with its
 * tables, and under `files/` what else training made for the judge.
 */
export function modelFolder(env: Environment, model: string): string {
  return join(reportFolder(env, model), 'model');
}

/** Path of the artifact that training passed on, with the name that tidegate.yaml gives it. */
export function handedOver(env: Environment, model: string, artifact: string): string {
  return join(modelFolder(env, model), 'artifact', basename(artifact));
}

/** Folder of the files that training made for the judge. */
export function handedOverFiles(env: Environment, model: string): string {
  return join(modelFolder(env, model), 'files');
}

/** Copies the artifact, the run report and the further files into the folder of the model, where nothing else stays. */
export async function packModel(
  context: ActionContext,
  model: string,
  { artifact, files }: PackedModel,
): Promise<void> {
  const { env, workingDirectory } = context;
  const folder = modelFolder(env, model);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  if (artifact !== undefined) {
    await cp(artifact.location, handedOver(env, model, artifact.path), { recursive: true });
  }
  const run = reportPath(env, model, 'run');
  if (isThere(run)) await cp(run, join(folder, 'run.json'));
  await packPredictions(env, model, folder);
  for (const file of files) {
    const target = join(handedOverFiles(env, model), file);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(workingDirectory, file), target);
  }
}

/** Uploads what `packModel` left; null where there is no runner to upload to. */
export async function uploadModel(context: ActionContext, model: string): Promise<RunArtifact | null> {
  const root = modelFolder(context.env, model);
  const files = (await filesUnder(root)).map((file) => join(root, file));
  const upload = { root, files, compressionLevel: COMPRESSION_LEVEL };
  return uploadWorkflowArtifact(context, { kind: 'model', model }, upload);
}

/**
 * Brings the workflow artifact of the model into its folder.
 *
 * @param id Of the job that made it; undefined: the newest of this run.
 * @returns Undefined where no id is given and the run has none.
 * @throws {UserError} As `fetchWorkflowArtifact`.
 */
export async function fetchModel(
  context: ActionContext,
  model: string,
  id: number | undefined,
): Promise<RunArtifact | undefined> {
  const found = await fetchWorkflowArtifact(
    context,
    { subject: { kind: 'model', model }, id },
    modelFolder(context.env, model),
  );
  if (found !== undefined || id === undefined) return found;
  throw new UserError('DATA_NOT_FOUND', `the workflow artifact ${id} cannot be fetched outside of a workflow`, {
    fix: 'Remove the input model-artifact-id, or run this action in a GitHub workflow.',
  });
}
