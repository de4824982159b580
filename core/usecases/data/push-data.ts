import { mapParallel } from '../../async/map-parallel.ts';
import { formatDirectoryManifest, parseDirectoryManifest } from '../../domain/data/directory-manifest.ts';
import { dvcObjectKey, isLegacyObject, objectDigest } from '../../domain/data/dvc-object-key.ts';
import type { OutputRecord } from '../../domain/data/output-record.ts';
import type { WantedOutput } from '../../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { filesOfFolder, isFolderOutput } from '../../domain/data/wanted-file.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import type { DataRemote, OpenDataRemote } from '../../ports/data/data-remote.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';
import { CountedContent } from './counted-transfer.ts';
import { findAbsent } from './find-absent.ts';
import { refuseUnsupported, withRemote } from './pull-data.ts';
import { readText } from './read-text.ts';
import { commitPath } from './record-data.ts';
import { recordPartialFolder } from './record-partial-folder.ts';
import type { TransferProgress } from './transfer-progress.ts';

/** Targets and options of a push. */
export interface PushRequest {
  readonly wanted: readonly WantedOutput[];
  /** Transfers at once, at least 1. */
  readonly jobs: number;
  /** Overrides what the outputs say. */
  readonly remote: string | undefined;
}

/** Source and target of data. */
export interface PushPorts {
  readonly cache: DataCache;
  readonly workspace: Pick<DataWorkspace, 'inspect' | 'content' | 'pulls'>;
  readonly openRemote: OpenDataRemote;
  /** Writes new digests into a `.dvc` file, which is relative to the repository root; all else in it stays as it is. */
  readonly recordOutputs: (file: string, outputs: readonly OutputRecord[]) => Promise<void>;
  readonly progress: TransferProgress;
}

/** Result of a push. */
export interface PushResult {
  readonly filesUploaded: number;
  readonly bytesUploaded: number;
  /** Objects that were asked for and were there already; a folder whose list is there counts as one. */
  readonly objectsThere: number;
  /** `.dvc` files that were rewritten because the data had changed, sorted. */
  readonly updatedFiles: readonly string[];
  /** Folders of which recorded files stay although they are not here, because no pull brought them; or outside of the targets. */
  readonly kept: readonly { readonly path: string; readonly files: number }[];
  /** Outputs that are neither in the workspace nor in the cache, and so were left alone, sorted. */
  readonly absent: readonly string[];
}

/**
 * Records changed data of `.dvc` files and uploads what the remote lacks: the files of a folder first, its list last,
 * so that a list on the remote means that its files are there too.
 *
 * @throws {UserError} DATA_MODIFIED for a stage's output that is not what dvc.lock says.
 */
export async function pushData(request: PushRequest, ports: PushPorts): Promise<PushResult> {
  const pushed = request.wanted.filter(({ output }) => output.isCached && output.isPushed);
  refuseUnsupported(pushed.map(({ output }) => output));
  const current: TrackedOutput[] = [];
  const updatedFiles = new Set<string>();
  const absent: string[] = [];
  const kept: { path: string; files: number }[] = [];
  for (const want of pushed) {
    const { output } = want;
    const found = await bringUpToDate(want, request, ports);
    if (found !== undefined && found.keptFiles > 0) kept.push({ path: output.path, files: found.keptFiles });
    if (found === undefined) absent.push(output.path);
    else current.push(found.output);
    if (found?.isChanged === true) updatedFiles.add(output.declaredIn);
  }
  const { sizes, there } = await upload(current, request, ports);
  return {
    filesUploaded: sizes.length,
    bytesUploaded: sizes.reduce((sum, size) => sum + size, 0),
    objectsThere: there,
    updatedFiles: [...updatedFiles].sort(compareCodePoints),
    kept,
    absent: absent.sort(compareCodePoints),
  };
}

interface Current {
  readonly output: TrackedOutput;
  readonly isChanged: boolean;
  /** Files of a folder that stay recorded although they are not here. */
  readonly keptFiles: number;
}

async function bringUpToDate(want: WantedOutput, request: PushRequest, ports: PushPorts): Promise<Current | undefined> {
  const { output } = want;
  const same = { output, isChanged: false, keptFiles: 0 };
  if (output.md5 !== undefined && isLegacyObject(output.md5) && (await isUnchangedLegacy(output, ports))) return same;
  const partial = await recordPartialFolder(withRemote(output, request.remote), want.parts, request.jobs, ports);
  const record = partial?.record ?? (await commitPath(output.path, ports));
  const keptFiles = partial?.keptFiles ?? 0;
  if (record === undefined) {
    const isHeld = output.md5 !== undefined && (await ports.cache.has(output.md5));
    return isHeld ? same : undefined;
  }
  if (record.md5 === output.md5 && (record.isExecutable === output.isExecutable || output.stage !== undefined)) {
    return { ...same, keptFiles };
  }
  if (output.stage !== undefined) throw unlikeItsLock(output, output.stage);
  const update: OutputRecord = { path: output.path, ...record };
  await ports.recordOutputs(output.declaredIn, [update]);
  return { output: { ...output, md5: record.md5, sizeBytes: record.sizeBytes }, isChanged: true, keptFiles };
}

function unlikeItsLock({ path, declaredIn }: TrackedOutput, stage: string): UserError {
  return new UserError('DATA_MODIFIED', `${path} is not what ${declaredIn} says stage ${stage} made`, {
    fix: `Run the stage (for example with the action train), then push again.`,
    place: { file: declaredIn },
  });
}

/** Records of DVC 2 are compared by DVC 2's rules, and stay as they are if unchanged. */
async function isUnchangedLegacy(output: TrackedOutput, ports: PushPorts): Promise<boolean> {
  const entry = await ports.workspace.inspect(output.path, 'md5-dos2unix');
  if (entry?.kind === 'file') return entry.md5 === output.md5 && (await ports.cache.has(entry.md5));
  if (entry === undefined || output.md5 === undefined) return false;
  const manifest = formatDirectoryManifest(entry.files.map(({ path, md5 }) => ({ path, md5: objectDigest(md5) })));
  const isHeld = await mapParallel(entry.files, 1, (file) => ports.cache.has(file.md5));
  if (!isHeld.every(Boolean) || !(await ports.cache.has(output.md5))) return false;
  return (await readText(await ports.cache.content(output.md5))) === manifest;
}

interface Upload {
  readonly md5: string;
  readonly path: string;
  readonly remote: DataRemote;
}

/** Sent objects, and the number of objects that were already there. */
interface Uploaded {
  readonly sizes: readonly number[];
  readonly there: number;
}

async function upload(outputs: readonly TrackedOutput[], request: PushRequest, ports: PushPorts): Promise<Uploaded> {
  const lists: Upload[] = [];
  const files: Upload[] = [];
  let listsThere = 0;
  for (const output of outputs) {
    if (output.md5 === undefined) continue;
    const { remote } = ports.openRemote(output.remote ?? request.remote);
    const own = { md5: output.md5, path: output.path, remote };
    if (!isFolderOutput(output)) files.push(own);
    // A list on the remote means that its files are there: that is the order of all who push.
    else if ((await remote.stat(dvcObjectKey(output.md5))) !== undefined) listsThere += 1;
    else {
      lists.push(own);
      const text = await readText(await ports.cache.content(output.md5));
      const entries = parseDirectoryManifest(text, `the directory manifest of ${output.path}`);
      const members = filesOfFolder({ output, parts: [''] }, entries);
      for (const { md5, path } of members) files.push({ md5, path, remote });
    }
  }
  const first = await uploadAll(files, request.jobs, ports);
  const last = await uploadAll(lists, request.jobs, ports);
  return { sizes: [...first.sizes, ...last.sizes], there: listsThere + first.there + last.there };
}

async function uploadAll(uploads: readonly Upload[], jobs: number, ports: PushPorts): Promise<Uploaded> {
  const sizes: number[] = [];
  let there = 0;
  for (const [remote, wanted] of Map.groupBy(uploads, (one) => one.remote)) {
    const unique = new Map(wanted.map((one) => [one.md5, one]));
    const names = await findAbsent(remote, [...unique.keys()], jobs);
    const absent = names.flatMap((name) => unique.get(name) ?? []);
    there += unique.size - absent.length;
    // Appended one by one: there may be more than a call takes as arguments.
    for (const size of await send(absent, jobs, ports)) sizes.push(size);
  }
  return { sizes, there };
}

async function send(uploads: readonly Upload[], jobs: number, ports: PushPorts): Promise<number[]> {
  if (uploads.length === 0) return [];
  ports.progress.start('Pushing', uploads.length);
  try {
    return await mapParallel(uploads, jobs, async (one) => {
      if (!(await ports.cache.has(one.md5))) throw notHeld(one);
      const content = new CountedContent(await ports.cache.content(one.md5), ports.progress);
      await one.remote.put(dvcObjectKey(one.md5), content);
      ports.progress.add(content.sizeBytes - content.counted);
      return content.sizeBytes;
    });
  } finally {
    ports.progress.finish();
  }
}

function notHeld({ path, md5 }: Upload): UserError {
  return new UserError('OBJECT_MISSING', `Object ${md5} of ${path} is neither in the workspace nor in the cache`, {
    fix: 'Pull it first, or push it from where it was added.',
  });
}
