import { mapParallel } from '../../async/map-parallel.ts';
import { commitCommand, dvcTarget, pushCommand } from '../../domain/data/dvc-command.ts';
import { type NeededObject, needOf, needOfFile } from '../../domain/data/needed-object.ts';
import { PulledFiles, type UnchangedOutput } from '../../domain/data/pulled-files.ts';
import type { WantedOutput } from '../../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { fileOfOutput, filesOfFolder, isFolderOutput, type WantedFile } from '../../domain/data/wanted-file.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { DatasetPart, DataWorkspace } from '../../ports/data/data-workspace.ts';
import type { SourceTree } from '../../ports/data/source-tree.ts';
import { type FetchPorts, fetchObjects, missingError } from './fetch-objects.ts';
import { findAbsent } from './find-absent.ts';
import { readFolderList, refuseUnknownParts } from './folder-list.ts';
import { type MaterialisePorts, materialiseFiles } from './materialise-files.ts';
import { type ExpectedFiles, refuseTrackedFiles } from './refuse-tracked-files.ts';

/** Targets and options of a pull. */
export interface PullRequest {
  readonly wanted: readonly WantedOutput[];
  /** Transfers at once, at least 1. */
  readonly jobs: number;
  /** Go on without what the remote lacks. */
  readonly allowMissing: boolean;
  /** Overwrite files that were changed by hand. */
  readonly force: boolean;
  /** True if the cache keeps what is fetched. It always keeps the lists of folders. */
  readonly keepCache: boolean;
  /** Only ask whether the remote has everything; fetch nothing but the lists of folders. */
  readonly checkOnly: boolean;
  /** Overrides what the outputs say. */
  readonly remote: string | undefined;
  /** A person named them as targets: a part that is in no folder is a mistake. */
  readonly areNamed: boolean;
}

/** Source and target of data. */
export interface PullPorts extends FetchPorts {
  readonly workspace: MaterialisePorts['workspace'] & Pick<DataWorkspace, 'unchanged'>;
  /** Files that Git tracks are not data. */
  readonly sources: Pick<SourceTree, 'tracked'>;
  /** Told of the paths of `PullResult.missing` before their absence is thrown. */
  readonly tellMissing: (paths: readonly string[]) => void;
}

/** Result of a pull. */
export interface PullResult {
  /** Files that the targets name and that are in the workspace now (under checkOnly: on the remote). */
  readonly files: PulledFiles;
  /** State of these files; undefined if one is missing. */
  readonly dataset: readonly DatasetPart[] | undefined;
  /** Of these, how many were in the workspace before, with the right bytes. */
  readonly filesUnchanged: number;
  /** Objects that came from the cache. */
  readonly objectsFromCache: number;
  readonly filesDownloaded: number;
  readonly bytesDownloaded: number;
  /** Paths that the remote lacks, or that no run has recorded yet, sorted. */
  readonly missing: readonly string[];
}

/** Handling of outputs that have changed. */
interface Brought {
  readonly files: number;
  readonly bytes: number;
  readonly fromCache: number;
  readonly unchanged: number;
  readonly missing: readonly NeededObject[];
}

/**
 * Makes the data of some outputs appear in the workspace, fetching only what neither workspace nor cache has. What it
 * writes is whole or absent at each moment, so a run that was killed is completed by the next.
 *
 * @throws {UserError} DATA_INVALID before anything is written for data in the place of files that Git tracks;
 *   DATA_MODIFIED before anything is written when files were changed by hand and force is off;
 *   OBJECT_MISSING, OBJECT_CORRUPT, OBJECT_FORBIDDEN, and what reading a folder's list throws.
 */
export async function pullData(request: PullRequest, ports: PullPorts): Promise<PullResult> {
  const outputs = request.wanted.map((want) => ({ ...want, output: withRemote(want.output, request.remote) }));
  refuseUnsupported(outputs.map(({ output }) => output));
  refuseUnrecorded(outputs, request, ports);
  const recorded = outputs.filter(({ output }) => output.md5 !== undefined);
  const unchanged = request.checkOnly ? NONE : await findUnchanged(recorded, ports.workspace);
  const open = recorded.filter((want) => !unchanged.has(want));
  const lists = await fetchLists(open, request.jobs, ports);
  const lost = new Set(lists.missing.map((object) => object.md5));
  const readable = open.filter(({ output }) => !lost.has(output.md5 ?? ''));
  const expanded = await mapParallel(readable, request.jobs, (want) => expand(want, request, ports));
  const files = expanded.flatMap((one) => one.files);
  const others = new Map(expanded.map((one) => [one.output, one.others]));
  await refuseTrackedFiles([...expectedOf(files), ...unchangedOf(unchanged)], ports.sources);
  const isFailing = lists.missing.length > 0 && !request.allowMissing;
  // What fails anyway writes nothing, and says all that is missing.
  const brought =
    request.checkOnly || isFailing
      ? await checkRemotes(readable, files, request, ports)
      : await materialiseFiles({ files, outputs: readable, others }, request, ports);
  const gone = new Set(brought.missing.map((object) => object.md5));
  const isThere = (file: WantedFile): boolean => !gone.has(file.md5);
  const unrecorded = outputs.filter(({ output }) => output.md5 === undefined).map(({ output }) => output.path);
  const absent = [...files.filter((file) => !isThere(file)), ...lists.missing].map(({ path }) => path);
  const same = [...unchanged.values()];
  const missing = [...absent, ...unrecorded].sort(compareCodePoints);
  const lacking = [...lists.missing, ...brought.missing];
  if (lacking.length > 0 && !request.allowMissing) {
    ports.tellMissing(missing);
    throw missingError(lacking, ports.openRemote);
  }
  const dataset = recorded.map(({ output, parts }) => ({ path: output.path, md5: output.md5 ?? '', parts }));
  return {
    files: new PulledFiles(files.filter(isThere), same),
    dataset: missing.length === 0 ? dataset : undefined,
    filesUnchanged: brought.unchanged + same.reduce((sum, { folder }) => sum + folder.count, 0),
    objectsFromCache: brought.fromCache,
    filesDownloaded: lists.files + brought.files,
    bytesDownloaded: lists.bytes + brought.bytes,
    missing,
  };
}

const NONE: ReadonlyMap<WantedOutput, UnchangedOutput> = new Map();

/** Folders that are wanted whole and are as they were when they were last found right: their lists need not be read. */
async function findUnchanged(
  wanted: readonly WantedOutput[],
  workspace: Pick<DataWorkspace, 'unchanged'>,
): Promise<Map<WantedOutput, UnchangedOutput>> {
  const found = new Map<WantedOutput, UnchangedOutput>();
  for (const want of wanted) {
    const { output, parts } = want;
    if (!isFolderOutput(output) || output.md5 === undefined || !parts.includes('')) continue;
    const folder = await workspace.unchanged(output.path, output.md5);
    if (folder !== undefined) found.set(want, { output, folder });
  }
  return found;
}

function expectedOf(files: readonly WantedFile[]): readonly ExpectedFiles[] {
  const paths = new Map<TrackedOutput, string[]>();
  for (const { output, path } of files) {
    const known = paths.get(output);
    if (known === undefined) paths.set(output, [path]);
    else known.push(path);
  }
  return [...paths].map(([output, own]) => ({ output, paths: () => own }));
}

function unchangedOf(unchanged: ReadonlyMap<WantedOutput, UnchangedOutput>): readonly ExpectedFiles[] {
  return [...unchanged.values()].map(({ output, folder }) => ({
    output,
    paths: () => Iterator.from(folder.files()).map(({ path }) => `${output.path}/${path}`),
  }));
}

function fetchLists(wanted: readonly WantedOutput[], jobs: number, ports: PullPorts) {
  const folders = wanted.filter(({ output }) => isFolderOutput(output));
  return fetchObjects(
    folders.map(({ output }) => needOf(output)),
    { jobs },
    ports,
  );
}

async function checkRemotes(
  outputs: readonly WantedOutput[],
  files: readonly WantedFile[],
  request: PullRequest,
  ports: PullPorts,
): Promise<Brought> {
  const missing: NeededObject[] = [];
  const lists = outputs.filter(({ output }) => isFolderOutput(output)).map(({ output }) => output);
  for (const name of new Set([...files, ...outputs].map((one) => one.output.remote))) {
    const own = files.filter(({ output }) => output.remote === name);
    const ownLists = lists.filter(({ remote }) => remote === name);
    const names = new Set([...own, ...ownLists].map(({ md5 }) => md5 ?? ''));
    const absent = new Set(await findAbsent(ports.openRemote(name).remote, [...names], request.jobs));
    if (absent.size === 0) continue;
    const needs = [...own.map(needOfFile), ...ownLists.map(needOf)].filter(({ md5 }) => absent.has(md5));
    missing.push(...new Map(needs.map((need) => [need.md5, need])).values());
  }
  return { files: 0, bytes: 0, fromCache: 0, unchanged: 0, missing };
}

interface Expanded {
  readonly output: TrackedOutput;
  readonly files: readonly WantedFile[];
  /** Paths of the rest of the folder. */
  readonly others: readonly string[];
}

async function expand(want: WantedOutput, { areNamed }: PullRequest, ports: PullPorts): Promise<Expanded> {
  const { output, parts } = want;
  const isWhole = parts.includes('');
  if (output.md5 === undefined) return { output, files: [], others: [] };
  if (!isFolderOutput(output)) {
    if (areNamed) refuseUnknownParts(want, []);
    return { output, files: [fileOfOutput(output, output.md5)], others: [] };
  }
  const entries = await readFolderList(output, ports.cache);
  if (areNamed) refuseUnknownParts(want, entries);
  const files = filesOfFolder(want, entries);
  if (isWhole) return { output, files, others: [] };
  const wanted = new Set(files.map(({ path }) => path));
  return {
    output,
    files,
    others: entries.map(({ path }) => `${output.path}/${path}`).filter((path) => !wanted.has(path)),
  };
}

/** Throws all refusals of outputs that were asked for, at once. */
export function refuseUnsupported(outputs: readonly TrackedOutput[]): void {
  const problems = outputs.flatMap(({ refusal }) => refusal?.problems ?? []);
  if (problems.length > 0) throw UserError.ofProblems('DVC_UNSUPPORTED', problems);
}

function refuseUnrecorded(
  outputs: readonly WantedOutput[],
  { allowMissing }: PullRequest,
  { tellMissing }: PullPorts,
): void {
  const unrecorded = outputs.filter(({ output }) => output.md5 === undefined && !allowMissing);
  if (unrecorded.length === 0) return;
  tellMissing(unrecorded.map(({ output }) => output.path).sort(compareCodePoints));
  const problems = unrecorded.map(({ output }) => ({
    message: `${output.path} has no recorded digest, so there is nothing to pull`,
    fix:
      output.stage === undefined
        ? `Run '${commitCommand(output)}' and '${pushCommand(output, output.remote)}' on the machine with the data, and commit ${output.declaredIn}.`
        : `Run 'dvc repro ${dvcTarget(output)}' and '${pushCommand(output, output.remote)}', and commit ${output.declaredIn}; or set allow-missing: true.`,
    place: { file: output.declaredIn },
  }));
  throw UserError.ofProblems('OBJECT_MISSING', problems);
}

/** An output with the remote that a request names, where it names none itself. */
export function withRemote(output: TrackedOutput, remote: string | undefined): TrackedOutput {
  return remote === undefined ? output : { ...output, remote: output.remote ?? remote };
}
