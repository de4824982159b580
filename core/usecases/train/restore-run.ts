import { runFolder } from '../../domain/registry/store-layout.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import { ACTION_LIMITS } from '../../reports/limits.ts';
import { readReport } from '../../reports/read-report.ts';
import type { RunReport } from '../../reports/run-report.ts';
import { type ArtifactPorts, fetchArtifact } from '../registry/fetch-artifact.ts';

/** Claim of a stored run: that these inputs made this artifact. */
export interface RunClaim {
  /** `sha256:<hex>` */
  readonly artifactDigest: string;
  /** `sha256:<hex>` */
  readonly inputsDigest: string;
  /** `sha256:<hex>` of the run's document. */
  readonly runDigest: string;
}

/** Dependencies of restoring. */
export interface RestorePorts extends ArtifactPorts {
  readonly store: ObjectStore;
  readonly hasher: Pick<ArtifactHasher, 'hashText'>;
  /** False: there is no version that could vouch for a run, so that the store, which may not exist yet, is not asked. */
  readonly hasVersions?: () => Promise<boolean>;
  /** True if a registered version that is believed was made of these inputs, and is this artifact. */
  readonly isBelieved: (claim: RunClaim) => Promise<boolean>;
}

/** Result of restoring. */
export interface RestoredRun {
  /** Undefined where no stored run of these inputs is believed. */
  readonly run: RunReport | undefined;
  /** Number of those that were not. */
  readonly refused: number;
}

/** Chosen: far more versions than are made of the same inputs. */
const MAX_RUNS = 50;

/**
 * Finds an earlier run of the same inputs and puts its artifact into the workspace. Who may write to the store may write any
 * run: one counts only where a believed version vouches for it.
 *
 * @param request Its location is the absolute path of the artifact.
 * @throws {ServiceError} STORE_CORRUPT when the stored artifact does not have its digest.
 */
export async function restoreRun(
  { inputsDigest, location }: { readonly inputsDigest: string; readonly location: string },
  ports: RestorePorts,
): Promise<RestoredRun> {
  const { store, isBelieved } = ports;
  let refused = 0;
  if ((await ports.hasVersions?.()) === false) return { run: undefined, refused };
  for await (const { key } of store.list(`${runFolder(inputsDigest)}/`)) {
    if (refused >= MAX_RUNS) break;
    const stored = await readRun(key, ports);
    const isOf = stored?.run.inputsDigest === inputsDigest;
    if (stored !== undefined && isOf && (await isBelieved(stored.claim))) {
      await fetchArtifact({ digest: stored.run.artifact.digest }, location, ports);
      return { run: stored.run, refused };
    }
    refused += 1;
  }
  return { run: undefined, refused };
}

interface StoredRun {
  readonly run: RunReport;
  readonly claim: RunClaim;
}

/** Undefined for what is not a run report: anybody may have put it there, and it stops no one. */
async function readRun(key: string, { store, hasher }: RestorePorts): Promise<StoredRun | undefined> {
  const text = await readText(store, key);
  if (text === undefined) return undefined;
  try {
    const run = readReport('run', new TextEncoder().encode(text), `${store.uri}/${key}`);
    const { inputsDigest, artifact } = run;
    return { run, claim: { inputsDigest, artifactDigest: artifact.digest, runDigest: hasher.hashText(text) } };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function readText(store: ObjectStore, key: string): Promise<string | undefined> {
  const content = await store.open(key);
  if (content === undefined) return undefined;
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    text += decoder.decode(chunk, { stream: true });
    if (size > ACTION_LIMITS.maxBytes) break;
  }
  return text + decoder.decode();
}
