import { parseDirectoryManifest } from '../../domain/data/directory-manifest.ts';
import { dvcObjectKey } from '../../domain/data/dvc-object-key.ts';
import { FOLDER_SUFFIX, type TrackedOutput } from '../../domain/data/tracked-output.ts';
import { stageOutputs } from '../../domain/train/stage-lock.ts';
import { UserError } from '../../errors.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import { type PushPorts, type PushResult, pushData } from '../data/push-data.ts';
import { readText } from '../data/read-text.ts';
import type { RecordedRun } from './recorded-run.ts';

/** Dependencies of pushing what was recorded. */
export interface PushRecordedPorts extends Pick<PushPorts, 'openRemote' | 'progress'> {
  readonly cache: Pick<DataCache, 'add'> & PushPorts['cache'];
  /** The bytes that the training job left under the name of an object; undefined: it left none. */
  readonly left: (name: string) => AsyncIterable<Uint8Array> | undefined;
}

/**
 * Pushes the objects that recorded entries name: each has the MD5 of its name, or nothing is pushed under it. What the remote
 * has is not sent.
 *
 * @param jobs Transfers at once, at least 1.
 * @throws {UserError} OBJECT_MISSING for an object that is neither left nor on the remote; OBJECT_CORRUPT for one with
 *   other bytes.
 */
export async function pushRecorded(
  runs: readonly RecordedRun[],
  jobs: number,
  ports: PushRecordedPorts,
): Promise<Pick<PushResult, 'filesUploaded' | 'bytesUploaded' | 'objectsThere'>> {
  const outputs = runs
    .flatMap(({ stage, entry }) => stageOutputs(stage, new Map([[stage.name, entry.value]])))
    .filter(({ isCached, isPushed }) => isCached && isPushed);
  const held: TrackedOutput[] = [];
  for (const output of outputs) if (await bring(output, ports)) held.push(output);
  const { filesUploaded, bytesUploaded, objectsThere } = await pushData(
    { wanted: held.map((output) => ({ output, parts: [''] })), jobs, remote: undefined },
    { ...ports, workspace: NOTHING, recordOutputs: refuseToRecord },
  );
  return { filesUploaded, bytesUploaded, objectsThere: objectsThere + outputs.length - held.length };
}

/** Brings the objects of an output into the cache. @returns False where the remote has it all. */
async function bring(output: TrackedOutput, ports: PushRecordedPorts): Promise<boolean> {
  const { md5, path } = output;
  if (md5 === undefined) throw missing(output, 'an MD5');
  if (await take(md5, output, ports)) {
    if (!md5.endsWith(FOLDER_SUFFIX)) return true;
    const text = await readText(await ports.cache.content(md5));
    for (const file of parseDirectoryManifest(text, `the directory manifest of ${path}`)) {
      await take(file.md5, output, ports);
    }
    return true;
  }
  const { remote } = ports.openRemote(output.remote);
  if ((await remote.stat(dvcObjectKey(md5))) !== undefined) return false;
  throw missing(output, md5);
}

/** False where neither the cache nor the training job has the object. */
async function take(name: string, { path }: TrackedOutput, { cache, left }: PushRecordedPorts): Promise<boolean> {
  if (await cache.has(name)) return true;
  const bytes = left(name);
  if (bytes === undefined) return false;
  const { isKept } = await cache.add(name, bytes);
  if (isKept) return true;
  throw new UserError('OBJECT_CORRUPT', `object ${name} of ${path} has other bytes than its name says`, {
    fix: 'Run the workflow again. If this happens again, look for a step of the training job that changes the cache of DVC.',
  });
}

function missing({ path, stage }: TrackedOutput, name: string): UserError {
  return new UserError(
    'OBJECT_MISSING',
    `${name} of ${path} is neither in the DVC remote nor among the files of the training job`,
    {
      fix: `Run the training again with force: true, so that stage ${stage ?? ''} makes it.`,
    },
  );
}

/** All bytes come from the cache. */
const NOTHING: PushPorts['workspace'] = {
  inspect: async () => undefined,
  content: () => {
    throw new RangeError('there is no workspace');
  },
  pulls: {
    rememberFetched: () => undefined,
    wasFetched: () => false,
    broughtParts: () => undefined,
    rememberParts: () => undefined,
  },
};

function refuseToRecord(): never {
  throw new RangeError('an output of a stage has no .dvc file');
}
