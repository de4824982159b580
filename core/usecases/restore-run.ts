import { artifactFolder, runKey } from '../domain/registry/store-layout.ts';
import { ServiceError } from '../errors.ts';
import type { ArtifactWriter } from '../ports/artifact-writer.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { MAX_REPORT_BYTES, readReport } from '../reports/read-report.ts';
import type { RunReport } from '../reports/run-report.ts';

/** Where a run is looked for, and where its artifact goes. */
export interface RestorePorts {
  readonly store: ObjectStore;
  readonly writer: ArtifactWriter;
}

/**
 * Finds an earlier run of the same inputs and puts its artifact into the workspace.
 *
 * @param location Absolute path of the artifact.
 * @returns Its report; undefined where there is no such run.
 * @throws {ServiceError} STORE_REFUSED when the stored artifact does not have its digest.
 */
export async function restoreRun(
  inputsDigest: string,
  location: string,
  { store, writer }: RestorePorts,
): Promise<RunReport | undefined> {
  const run = await readRun(inputsDigest, store);
  if (run === undefined) return undefined;
  const folder = artifactFolder(run.artifact.digest);
  const keys: string[] = [];
  for await (const { key } of store.list(`${folder}/`)) keys.push(key);
  if (keys.length === 0) return undefined;
  const files = keys.map((key) => ({ path: key.slice(folder.length + 1), open: () => openObject(store, key) }));
  if (await writer.replace(location, { digest: run.artifact.digest, files })) return run;
  throw new ServiceError('STORE_REFUSED', `${store.uri}/${folder} does not have the digest that names it`, {
    retryable: false,
    fix: 'Delete that folder of the store and run with force: true: someone or something changed it.',
  });
}

async function readRun(inputsDigest: string, store: ObjectStore): Promise<RunReport | undefined> {
  const key = runKey(inputsDigest);
  const content = await store.open(key);
  if (content === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    chunks.push(chunk);
    if (size > MAX_REPORT_BYTES) break;
  }
  const run = readReport('run', concatenate(chunks, size), `${store.uri}/${key}`);
  return run.inputsDigest === inputsDigest ? run : undefined;
}

async function openObject(store: ObjectStore, key: string): Promise<AsyncIterable<Uint8Array>> {
  const content = await store.open(key);
  if (content !== undefined) return content;
  throw new ServiceError('STORE_REFUSED', `${store.uri}/${key} vanished while it was read`, {
    retryable: true,
    fix: 'Run the job again.',
  });
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
