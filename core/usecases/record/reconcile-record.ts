import type { ModelConfig } from '../../config/tidegate-config.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import { recordBranch } from '../../domain/promotion/branch-names.ts';
import type { RecordOutcome } from '../../domain/train/record-outcome.ts';
import { type RecordedEntry, readRecordedStages } from '../../domain/train/recorded-stage.ts';
import { UserError } from '../../errors.ts';
import type { BaseBranch, BranchHead, Commits } from '../../ports/github/commits.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { parseRecordData, renderRecord } from '../../render/promotion/record.ts';
import { upsertPullRequest } from '../propose/upsert-pull-request.ts';
import type { KnownVersion, VersionCatalog } from '../registry/version-catalog.ts';
import {
  type PlanRecordPorts,
  planRecord,
  type RecordEdit,
  type RecordedVersion,
  reasonNotToRecord,
  recordedSources,
} from './plan-record.ts';

/** A model whose training is recorded. */
export interface RecordRequest {
  readonly model: string;
  readonly config: Pick<ModelConfig, 'train'>;
  readonly base: BaseBranch;
  /** Our own login. */
  readonly self: string;
  readonly catalog: Pick<VersionCatalog, 'newest' | 'find' | 'active'>;
}

/** Ports of the repository that recording uses. */
export interface RecordPorts extends PlanRecordPorts {
  readonly commits: Pick<Commits, 'head' | 'commit' | 'treeWith' | 'changedFiles' | 'read'>;
  readonly pullRequests: Pick<PullRequests, 'ofBranch' | 'open' | 'update' | 'close'>;
}

/** Chosen: older proposals and versions are of older runs. */
const MAX_COMPARED = 5;

/**
 * Keeps one pull request open that brings what CI trained into dvc.lock: the entries of the stages of the newest trusted
 * version, and nothing else. It is closed where the default branch has them, or where they do not fit it any more.
 */
export async function reconcileRecord(request: RecordRequest, ports: RecordPorts): Promise<RecordOutcome> {
  if (request.config.train?.record !== true) return { kind: 'not-configured' };
  const newest = await request.catalog.newest();
  if (newest === undefined) return { kind: 'no-version' };
  const { version } = newest;
  try {
    const recorded = await recordedOf(newest, ports);
    if (recorded === undefined) return { kind: 'nothing-recorded', version };
    return await propose(recorded, request, ports);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'cannot-record', version, message: error.message, fix: error.fix };
  }
}

/** Undefined for a version whose document has no entries. */
async function recordedOf(
  { version, commit, document }: KnownVersion,
  { parsePlain }: Pick<RecordPorts, 'parsePlain'>,
): Promise<RecordedVersion | undefined> {
  if (document?.recorded === undefined) return undefined;
  return { version, commit, entries: await readRecordedStages(document.recorded, parsePlain) };
}

async function propose(recorded: RecordedVersion, request: RecordRequest, ports: RecordPorts): Promise<RecordOutcome> {
  const { model, base, self } = request;
  const { version } = recorded;
  const branch = recordBranch(model);
  const known = await ports.pullRequests.ofBranch(branch);
  const open = known.find(({ state, author }) => state === 'open' && author === self);
  const earlier = () => earlierEntries(version, request, ports);
  const reason = await reasonNotToRecord(recorded, base.sha, { ...ports, earlier });
  if (reason !== undefined) {
    return { kind: 'does-not-fit', version, reason, closed: await close(open, { model, recorded, reason }, ports) };
  }
  const edits = await planRecord(recorded.entries, base.sha, ports);
  if (edits.length === 0) {
    const why = 'the default branch has these entries already';
    return { kind: 'recorded', version, closed: await close(open, { model, recorded, reason: why }, ports) };
  }
  const head = await ports.commits.head(branch);
  if (open === undefined && (await wasDeclined(edits, known, ports))) return { kind: 'declined', version };
  if (open !== undefined && head !== undefined && !(await isOurs(head, open, request, ports))) {
    return { kind: 'changed-by-person', number: open.number };
  }
  const changed = await changedSources(recorded, base.sha, ports);
  const rendered = renderRecord({ ...viewOf(model, recorded), changed });
  const kept = { branch, base, edits, ...rendered, commitMessage: `${rendered.title}\n`, open, head };
  const { pullRequest, did } = await upsertPullRequest(kept, ports);
  return { kind: did === 'nothing' ? 'up-to-date' : did, number: pullRequest.number, version };
}

function viewOf(model: string, { version, commit, entries }: RecordedVersion) {
  return { model, version, commit, stages: entries.map(({ file, stage }) => ({ file, stage })) };
}

/** Says why before it is closed. @returns Its number. */
async function close(
  open: PullRequest | undefined,
  { model, recorded, reason }: { readonly model: string; readonly recorded: RecordedVersion; readonly reason: string },
  { pullRequests }: Pick<RecordPorts, 'pullRequests'>,
): Promise<number | undefined> {
  if (open === undefined) return undefined;
  await pullRequests.update(open.number, renderRecord({ ...viewOf(model, recorded), changed: [], obsolete: reason }));
  await pullRequests.close(open.number);
  return open.number;
}

/** What earlier versions recorded: a dvc.lock with their entries was written by us. */
async function earlierEntries(
  version: string,
  { catalog }: Pick<RecordRequest, 'catalog'>,
  ports: Pick<RecordPorts, 'parsePlain'>,
): Promise<readonly RecordedEntry[]> {
  const active = await catalog.active();
  const older = active.slice(active.findIndex((one) => one.version === version) + 1);
  const entries: RecordedEntry[] = [];
  for (const one of older.slice(0, MAX_COMPARED)) {
    const found = await catalog.find(one.version);
    const recorded = found === undefined ? undefined : await recordedOf(found, ports);
    entries.push(...(recorded?.entries ?? []));
  }
  return entries;
}

/** True if the branch holds exactly what we made of the version that its pull request names. */
async function isOurs(
  head: BranchHead,
  { body }: PullRequest,
  { catalog }: Pick<RecordRequest, 'catalog'>,
  ports: RecordPorts,
): Promise<boolean> {
  const [parent, ...others] = head.parents;
  const named = parseRecordData(body)?.version;
  if (parent === undefined || others.length > 0 || named === undefined) return false;
  const found = await catalog.find(named);
  const recorded = found === undefined ? undefined : await recordedOf(found, ports);
  if (recorded === undefined) return false;
  const edits = await planRecord(recorded.entries, parent, ports);
  return (await ports.commits.treeWith(parent, edits.map(asFile))) === head.tree;
}

function asFile({ file, after }: RecordEdit): { readonly path: string; readonly text: string } {
  return { path: file, text: after };
}

/** True if a person closed a pull request with these very files. */
async function wasDeclined(
  edits: readonly RecordEdit[],
  known: readonly PullRequest[],
  { commits }: Pick<RecordPorts, 'commits'>,
): Promise<boolean> {
  for (const { headSha } of known.filter(({ state, merged }) => state === 'closed' && !merged).slice(0, MAX_COMPARED)) {
    const same = await Promise.all(edits.map(async ({ file, after }) => (await commits.read(file, headSha)) === after));
    if (same.every(Boolean)) return true;
  }
  return false;
}

/** Dependencies that the default branch has changed since the training; undefined where the host lists not all changes. */
async function changedSources(
  { commit, entries }: RecordedVersion,
  onto: string,
  { commits }: Pick<RecordPorts, 'commits'>,
): Promise<readonly string[] | undefined> {
  const changed = await commits.changedFiles(commit, onto);
  const sources = recordedSources(entries);
  return changed?.filter((path) => sources.some((source) => isWithin(path, source) || `${source}.dvc` === path));
}
