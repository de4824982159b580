import { documentRefusal, isStoredUnderDigest } from '../../domain/registry/release-provenance.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { ModelVersionReport } from '../../reports/model-version-report.ts';
import type { VersionClaim } from './provenance-memory.ts';
import { asDocumented, documentOf, type ProvenanceContext, type Verification } from './verify-provenance.ts';
import type { VersionStore } from './version-store.ts';

/** Facts from which a version is verified where no host keeps what its release made. */
export interface StoreProvenancePorts {
  readonly commits: Pick<Commits, 'isAncestorOrSame'>;
  /** The documents in the store of an artifact's URI. */
  readonly documentsOf: (placed: { readonly artifactUri: string }) => Promise<Pick<VersionStore, 'readDocument'>>;
}

type StoreContext = Pick<ProvenanceContext, 'model' | 'defaultBranch' | 'stores' | 'imageRepository'>;

/**
 * Decides whether a version is believed by what its store holds, for hosts other than GitHub: its commit is on the default
 * branch, and the store that tidegate.yaml names has the document with the digest that its tag names. Anyone who may push can
 * write a tag; only those who may write to the store can write that document, so its keys have to be for the default branch
 * alone. URI, digest, image and version then come from the document, never from the tag.
 *
 * @throws {ServiceError} Where the store or the remote cannot be asked: that is not an answer.
 */
export async function verifyByStore(
  claim: VersionClaim,
  context: StoreContext,
  ports: StoreProvenancePorts,
): Promise<Verification> {
  const { line, commit, version } = claim;
  if (line?.document === undefined) return refused('its tag has no line from Tidegate');
  const { model, defaultBranch, stores, imageRepository } = context;
  if (!(await ports.commits.isAncestorOrSame(commit, defaultBranch.sha)))
    return refused('its commit is not on the default branch');
  // No address that a tag alone names is asked, and no store of an earlier commit: a merge brings commits that no one looked at.
  if (!isStoredUnderDigest(line, stores)) return gone(`its artifact ${line.artifactUri} is not in register.store`);
  const report = await readDocument(line.document, await ports.documentsOf(line));
  if (report === undefined) return gone('register.store has no document with the digest that its tag names');
  const document = documentOf(report);
  const reason = documentRefusal(asDocumented(document), {
    model,
    version,
    commit,
    runId: line.runId,
    stores,
    imageRepository,
  });
  return reason === undefined ? { kind: 'verified', document, by: 'store' } : refused(reason);
}

/** Undefined also for what is there and is not that document. */
async function readDocument(
  digest: string,
  store: Pick<VersionStore, 'readDocument'>,
): Promise<ModelVersionReport | undefined> {
  return store.readDocument('model-version', digest).catch((error: unknown) => {
    const isOther = error instanceof ServiceError && error.code === 'STORE_CORRUPT';
    if (isOther || (error instanceof UserError && error.code.startsWith('REPORT_'))) return undefined;
    throw error;
  });
}

/** Perhaps a release made it: it is not believed, and never the same as no version. */
function gone(reason: string): Verification {
  return { kind: 'expired', reason };
}

function refused(reason: string): Verification {
  return { kind: 'refused', reason, isFinal: false };
}
