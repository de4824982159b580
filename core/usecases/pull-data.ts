import { parseDirectoryManifest } from '../domain/data/directory-manifest.ts';
import { dvcObjectKey } from '../domain/data/object-key.ts';
import type { WantedOutput } from '../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../domain/data/tracked-output.ts';
import { fileOfOutput, filesOfFolder, isFolderOutput, type WantedFile } from '../domain/data/wanted-file.ts';
import { compareCodePoints } from '../domain/text/compare-code-points.ts';
import { UserError } from '../errors.ts';
import type { DataWorkspace } from '../ports/data-workspace.ts';
import { compareWorkspace } from './compare-workspace.ts';
import { type FetchPorts, fetchObjects, missingError, type NeededObject } from './fetch-objects.ts';
import { mapParallel } from './map-parallel.ts';
import { readText } from './read-text.ts';

/** What to pull, and how. */
export interface PullRequest {
  readonly wanted: readonly WantedOutput[];
  /** Transfers at once, at least 1. */
  readonly jobs: number;
  /** Go on without what the remote lacks. */
  readonly allowMissing: boolean;
  /** Overwrite files that were changed by hand. */
  readonly force: boolean;
  /** Only ask whether the remote has everything; fetch nothing but the lists of folders. */
  readonly checkOnly: boolean;
  /** Overrides what the outputs say. */
  readonly remote: string | undefined;
}

/** Where data comes from and goes to. */
export interface PullPorts extends FetchPorts {
  readonly workspace: DataWorkspace;
}

/** What a pull came to. */
export interface PullResult {
  /** Files that the targets name and that are in the workspace now (under checkOnly: on the remote), sorted by path. */
  readonly files: readonly WantedFile[];
  readonly filesDownloaded: number;
  readonly bytesDownloaded: number;
  /** Paths that the remote lacks, or that no run has recorded yet, sorted. */
  readonly missing: readonly string[];
}

/**
 * Makes the data of some outputs appear in the workspace, fetching only what neither workspace nor cache has. What it
 * writes is whole or absent at each moment, so a run that was killed is completed by the next.
 *
 * @throws {UserError} DATA_MODIFIED before anything is written when files were changed by hand and force is off;
 *   OBJECT_MISSING, OBJECT_CORRUPT, and what reading a folder's list throws.
 */
export async function pullData(request: PullRequest, ports: PullPorts): Promise<PullResult> {
  const outputs = request.wanted.map((want) => ({ ...want, output: withRemote(want.output, request.remote) }));
  refuseUnsupported(outputs.map(({ output }) => output));
  refuseUnrecorded(outputs, request.allowMissing);
  const recorded = outputs.filter(({ output }) => output.md5 !== undefined);
  const folders = recorded.filter(({ output }) => isFolderOutput(output));
  const lists = await fetchObjects(
    folders.map(({ output }) => needOf(output)),
    request.jobs,
    ports,
  );
  if (lists.missing.length > 0 && !request.allowMissing) throw missingError(lists.missing, ports.remotes);
  const lost = new Set(lists.missing.map((object) => object.md5));
  const readable = recorded.filter(({ output }) => !lost.has(output.md5 ?? ''));
  const files = (await mapParallel(readable, request.jobs, (want) => expand(want, ports))).flat();
  const brought = request.checkOnly
    ? await checkRemote(files, request, ports)
    : await bring({ files, outputs: readable }, request, ports);
  if (brought.missing.length > 0 && !request.allowMissing) throw missingError(brought.missing, ports.remotes);
  const gone = new Set(brought.missing.map((object) => object.md5));
  const isThere = (file: WantedFile): boolean => !gone.has(file.md5);
  const unrecorded = outputs.filter(({ output }) => output.md5 === undefined).map(({ output }) => output.path);
  const absent = [...files.filter((file) => !isThere(file)), ...lists.missing].map(({ path }) => path);
  return {
    files: files.filter(isThere).sort((left, right) => compareCodePoints(left.path, right.path)),
    filesDownloaded: lists.files + brought.files,
    bytesDownloaded: lists.bytes + brought.bytes,
    missing: [...absent, ...unrecorded].sort(compareCodePoints),
  };
}

async function bring(
  found: { readonly files: readonly WantedFile[]; readonly outputs: readonly WantedOutput[] },
  request: PullRequest,
  ports: PullPorts,
) {
  const difference = await compareWorkspace(found, request.jobs, ports);
  if (difference.modified.length > 0 && !request.force) throw modifiedError(difference.modified);
  const needed = difference.outdated.map(needOfFile);
  const fetched = await fetchObjects(needed, request.jobs, ports);
  if (fetched.missing.length > 0 && !request.allowMissing) return fetched;
  const gone = new Set(fetched.missing.map((object) => object.md5));
  for (const path of [...difference.inTheWay, ...difference.surplus]) await ports.workspace.remove(path);
  await mapParallel(
    difference.outdated.filter((file) => !gone.has(file.md5)),
    request.jobs,
    (file) => ports.workspace.place(file),
  );
  return fetched;
}

async function checkRemote(files: readonly WantedFile[], request: PullRequest, ports: PullPorts) {
  const unique = [...new Map(files.map((file) => [file.md5, file])).values()];
  const found = await mapParallel(unique, request.jobs, (file) =>
    ports.remotes.open(file.output.remote).store.stat(dvcObjectKey(file.md5)),
  );
  return { files: 0, bytes: 0, missing: unique.filter((_, index) => found[index] === undefined).map(needOfFile) };
}

async function expand(want: WantedOutput, ports: PullPorts): Promise<readonly WantedFile[]> {
  const { output } = want;
  if (output.md5 === undefined) return [];
  if (!isFolderOutput(output)) return [fileOfOutput(output, output.md5)];
  const text = await readText(await ports.cache.content(output.md5));
  return filesOfFolder(
    want,
    parseDirectoryManifest(text, `${output.declaredIn}: the list ${output.md5} of ${output.path}`),
  );
}

/** Throws all refusals of outputs that were asked for, at once. */
export function refuseUnsupported(outputs: readonly TrackedOutput[]): void {
  const problems = outputs.flatMap(({ refusal }) => refusal?.problems ?? []);
  if (problems.length > 0) throw UserError.ofProblems('DVC_UNSUPPORTED', problems);
}

function refuseUnrecorded(outputs: readonly WantedOutput[], allowMissing: boolean): void {
  const problems = outputs
    .filter(({ output }) => output.md5 === undefined && !allowMissing)
    .map(({ output }) => ({
      message: `${output.path} has no recorded digest, so there is nothing to pull`,
      fix:
        output.stage === undefined
          ? `Run 'dvc add ${output.path}', push it and commit ${output.declaredIn}.`
          : `Run the stage ${output.stage}, push its outputs and commit ${output.declaredIn}, or set allow-missing: true.`,
      place: { file: output.declaredIn },
    }));
  if (problems.length > 0) throw UserError.ofProblems('OBJECT_MISSING', problems);
}

function modifiedError(paths: readonly string[]): UserError {
  return new UserError('DATA_MODIFIED', `${list(paths)} changed and exist nowhere else, so they are not overwritten`, {
    fix: "Keep them with 'dvc add' or 'dvc commit', remove them, or set force: true.",
  });
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}

function needOf(output: TrackedOutput): NeededObject {
  return { md5: output.md5 ?? '', path: output.path, declaredIn: output.declaredIn, remote: output.remote };
}

function needOfFile({ md5, path, output }: WantedFile): NeededObject {
  return { md5, path, declaredIn: output.declaredIn, remote: output.remote };
}

function withRemote(output: TrackedOutput, remote: string | undefined): TrackedOutput {
  return remote === undefined ? output : { ...output, remote: output.remote ?? remote };
}
