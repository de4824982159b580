import { rm } from 'node:fs/promises';
import {
  newestArtifact,
  newestAttemptsFirst,
  type WorkflowArtifactSubject,
  workflowArtifactName,
} from '../core/domain/model/workflow-artifact.ts';
import { ServiceError, UserError } from '../core/errors.ts';
import type { ActionContext, Environment } from './action-context.ts';

/** A workflow artifact of this run. */
export interface RunArtifact {
  readonly name: string;
  readonly id: number;
}

/** Files to upload. */
export interface ArtifactUpload {
  /** Absolute folder that the names in the artifact are relative to. */
  readonly root: string;
  /** Absolute paths of files below it. */
  readonly files: readonly string[];
  /** 0 to 9; left out: that of the client. */
  readonly compressionLevel?: number;
}

/** Selection of an artifact: by its id, as the output of a job gives it, or the newest that is not of a later attempt. */
export interface WantedArtifact {
  readonly subject: WorkflowArtifactSubject;
  readonly id: number | undefined;
}

/**
 * Uploads files as the workflow artifact of this attempt.
 *
 * @returns Null where there is no runner to upload to.
 * @throws {ServiceError} ARTIFACT_REFUSED, also where the run has an artifact of that name.
 */
export async function uploadWorkflowArtifact(
  { env }: ActionContext,
  subject: WorkflowArtifactSubject,
  { root, files, compressionLevel }: ArtifactUpload,
): Promise<RunArtifact | null> {
  if (!env.ACTIONS_RUNTIME_TOKEN) return null;
  const client = await createClient();
  const name = workflowArtifactName(subject, attemptOf(env));
  const options = compressionLevel === undefined ? {} : { compressionLevel };
  const { id } = await translated(`uploading ${name}`, client.uploadArtifact(name, [...files], root, options));
  if (id === undefined) throw refused(`uploading ${name}`, 'GitHub gave it no id');
  return { name, id };
}

/** Removes the artifact of this attempt: the next upload of this job replaces it. */
export async function removeWorkflowArtifact({ env }: ActionContext, subject: WorkflowArtifactSubject): Promise<void> {
  const client = await createClient();
  const name = workflowArtifactName(subject, attemptOf(env));
  await translated(`removing ${name}`, client.deleteArtifact(name));
}

/** The artifact that this attempt of the run has already; undefined for none, or where there is no runner. */
export async function ownWorkflowArtifact(
  { env }: ActionContext,
  subject: WorkflowArtifactSubject,
): Promise<RunArtifact | undefined> {
  if (!env.ACTIONS_RUNTIME_TOKEN) return undefined;
  const found = newestAttemptsFirst(subject, await listArtifacts());
  return found.find(({ attempt }) => attempt === attemptOf(env))?.artifact;
}

/**
 * Brings an artifact of this run into a folder, which is empty before.
 *
 * @returns Undefined where no id is given and the run has none, or there is no runner.
 * @throws {UserError} ARTIFACT_DOUBLED; ARTIFACT_MISMATCH where the id is not of such an artifact.
 * @throws {ServiceError} ARTIFACT_REFUSED where it cannot be downloaded whole.
 */
export async function fetchWorkflowArtifact(
  { env, log }: ActionContext,
  { subject, id }: WantedArtifact,
  into: string,
): Promise<RunArtifact | undefined> {
  if (!env.ACTIONS_RUNTIME_TOKEN) return undefined;
  const artifacts = await listArtifacts();
  const found =
    id === undefined ? newestArtifact(subject, artifacts, attemptOf(env)) : byId(subject, { artifacts, id });
  if (found === undefined) return undefined;
  log.info(`Taking the workflow artifact ${found.name}`);
  await rm(into, { recursive: true, force: true });
  const client = await createClient();
  const what = `downloading ${found.name}`;
  const expected = found.digest === undefined ? {} : { expectedHash: found.digest };
  const { digestMismatch } = await translated(what, client.downloadArtifact(found.id, { path: into, ...expected }));
  if (digestMismatch === true) throw refused(what, 'its bytes differ from those that were uploaded');
  return { name: found.name, id: found.id };
}

type ListedArtifact = Awaited<ReturnType<typeof listArtifacts>>[number];

async function listArtifacts() {
  const client = await createClient();
  // All of them: of two with one name the client would hide one.
  const { artifacts } = await translated('listing the artifacts of this run', client.listArtifacts());
  return artifacts;
}

function byId(
  subject: WorkflowArtifactSubject,
  { artifacts, id }: { readonly artifacts: readonly ListedArtifact[]; readonly id: number },
): ListedArtifact {
  const found = newestAttemptsFirst(subject, artifacts).find(({ artifact }) => artifact.id === id);
  if (found !== undefined) return found.artifact;
  throw new UserError('ARTIFACT_MISMATCH', `${id} is not the id of a ${subject.kind} artifact of ${subject.model}`, {
    fix: `Use the output ${subject.kind}-artifact-id of the job that made it, or remove the input.`,
  });
}

async function createClient() {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  return new DefaultArtifactClient();
}

function attemptOf({ GITHUB_RUN_ATTEMPT }: Environment): number {
  return Number(GITHUB_RUN_ATTEMPT ?? '1');
}

async function translated<T>(what: string, work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw refused(what, cause instanceof Error ? cause.message : String(cause), cause);
  });
}

function refused(what: string, why: string, cause?: unknown): ServiceError {
  return new ServiceError('ARTIFACT_REFUSED', `GitHub refused ${what}: ${why}`, {
    fix: 'Check that no other step of this run uploads an artifact of that name, and run the workflow again.',
    retryable: false,
    cause,
  });
}
