import { ServiceError, UserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { ModelVersionReport } from '../../reports/model-version-report.ts';
import { formatReport } from '../../reports/read-report.ts';
import type { RegisterRequest } from './register-request.ts';
import type { KnownVersion, VersionCatalog } from './version-catalog.ts';
import { judgedDataset, versionReport } from './version-report.ts';
import type { VersionStore } from './version-store.ts';

/** Dependencies of finding a version. */
export interface FindVersionPorts {
  readonly commits: Pick<Commits, 'isAncestorOrSame'>;
  readonly store: VersionStore;
  /** The store that an earlier version is in; default: the same. */
  readonly storeOf?: (version: KnownVersion) => Promise<VersionStore>;
}

/** A version that represents the artifact already. */
export interface ExistingVersion {
  readonly tag: string;
  readonly report: ModelVersionReport;
  /** A clause for people. */
  readonly reason: string;
  /** The store that it is in. */
  readonly store: VersionStore;
}

/**
 * Finds the version that makes a new one needless: of this very run, or the newest believed one with these bytes or of a
 * later commit.
 *
 * @returns Undefined where there is none: then a version is to be made.
 * @throws {UserError} VERSION_NOT_FOUND for a believed version whose document is not in the store.
 */
export async function findExistingVersion(
  request: RegisterRequest,
  catalog: VersionCatalog,
  ports: FindVersionPorts,
): Promise<ExistingVersion | undefined> {
  const own = await madeByThisRun(request, catalog, ports.store);
  if (own !== undefined) return { ...own, reason: 'this run has already registered it', store: ports.store };
  const newest = await catalog.newest();
  if (newest?.document === undefined) return undefined;
  const computation = request.evaluation.candidate.computation;
  const isOtherFile = newest.artifactDigest !== request.artifact.digest;
  const same = !isOtherFile || (computation !== undefined && computationOf(newest) === computation);
  const newer = !same && (await ports.commits.isAncestorOrSame(request.commit, newest.commit));
  if (!same && !newer) return undefined;
  const sameness = isOtherFile ? 'computes the same: only names in its file differ' : 'has the same digest';
  const reason = same
    ? `v${newest.version} ${sameness}`
    : `v${newest.version} was made from this commit or a later one`;
  const store = (await ports.storeOf?.(newest)) ?? ports.store;
  return { tag: newest.tag, report: await storedReport(newest, store), reason, store };
}

/** Undefined for versions of before it was recorded. */
function computationOf({ document }: KnownVersion): string | undefined {
  return document?.artifact.computation;
}

/**
 * Version that another attempt of this run, or a killed one, already tagged; its document is in the store. Anybody
 * may have put both there, so it counts only where it says what this registration would say.
 */
async function madeByThisRun(
  request: RegisterRequest,
  catalog: VersionCatalog,
  store: VersionStore,
): Promise<Pick<ExistingVersion, 'tag' | 'report'> | undefined> {
  const { header, artifact } = request;
  const { runId } = header.source;
  const claims = runId === null ? [] : await catalog.claimsOf(runId);
  for (const { line, tag, version } of claims) {
    if (line?.document === undefined || line.artifactDigest !== artifact.digest) continue;
    const report = await store.readDocument('model-version', line.document).catch(noReport);
    if (report?.version === version && saysSame(report, request, store)) return { tag: tag.name, report };
  }
  return undefined;
}

/** A file that is not a document does not block a registration. */
function noReport(error: unknown): undefined {
  if (error instanceof UserError || (error instanceof ServiceError && error.code === 'STORE_CORRUPT')) return undefined;
  throw error;
}

/** True if a document is the one of this registration, but for when it was made and what the pull request was judged on. */
function saysSame(report: ModelVersionReport, request: RegisterRequest, store: VersionStore): boolean {
  const dataset = judgedDataset(request, report.dataset?.pullRequest);
  const place = { version: report.version, uri: store.artifactUri(request.artifact) };
  const own = versionReport(request, { documents: store.referencesOf(request), dataset }, place);
  const { createdAt, tool, source } = report;
  return (
    source.runId === request.header.source.runId &&
    formatReport('model-version', report) === formatReport('model-version', { ...own, createdAt, tool, source })
  );
}

async function storedReport(
  { tag, version, documentDigest }: KnownVersion,
  store: VersionStore,
): Promise<ModelVersionReport> {
  const report = documentDigest === undefined ? undefined : await store.readDocument('model-version', documentDigest);
  if (report !== undefined) return report;
  throw new UserError('VERSION_NOT_FOUND', `the tag ${tag} exists, but the store has no document of v${version}`, {
    fix: `Register another version, or remove the tag with GTO: gto deregister.`,
  });
}
