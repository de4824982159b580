import { runKey } from '../domain/registry/store-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { ACTION_LIMITS } from '../reports/limits.ts';
import { readReport } from '../reports/read-report.ts';
import type { RunReport } from '../reports/run-report.ts';
import { type ArtifactPorts, fetchArtifact } from './fetch-artifact.ts';

/**
 * Finds an earlier run of the same inputs and puts its artifact into the workspace.
 *
 * @param location Absolute path of the artifact.
 * @returns Its report; undefined where there is no such run.
 * @throws {ServiceError} STORE_CORRUPT when the stored artifact does not have its digest.
 */
export async function restoreRun(
  inputsDigest: string,
  location: string,
  ports: ArtifactPorts,
): Promise<RunReport | undefined> {
  const run = await readRun(inputsDigest, ports.store);
  if (run === undefined) return undefined;
  await fetchArtifact(run.artifact.digest, location, ports);
  return run;
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
    if (size > ACTION_LIMITS.maxBytes) break;
  }
  const run = readReport('run', concatenate(chunks, size), `${store.uri}/${key}`);
  return run.inputsDigest === inputsDigest ? run : undefined;
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
