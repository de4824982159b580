import type { ModelConfig } from '../../config/tidegate-config.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import { recordBranch } from '../../domain/promotion/branch-names.ts';
import type { RecordOutcome } from '../../domain/train/record-outcome.ts';
import { type RecordedEntry, readRecordedStages } from '../../domain/train/recorded-stage.ts';
import { UserError } from '../../errors.ts';
import type { BaseBranch, BranchHead, Commits } from '../../ports/github/commits.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { parseRecordData, renderRecord } from '../../render/promotion/record.ts';
import { wereHeldBefore } from '../propose/held-before.ts';
import { upsertPullRequest } from '../propose/upsert-pull-request.ts';
import type { KnownVersion, VersionCatalog } from '../registry/version-catalog.ts';
import {
  changedMeanwhile,
  type PlanRecordPorts,
  planRecord,
  type RecordEdit,
  type RecordedVersion,
  recordedSources,
} from './plan-record.ts';
import { matchRuns, type RecordedRun } from './recorded-run.ts';

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

/** Chosen: older versions are of older runs. */
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
  const head = await ports.commits.head(branch);
  if (
    open !== undefined &&
    head !== undefined &&
    !(await isOurs(head, open, { ...request, newest: recorded }, ports))
  ) {
    return { kind: 'changed-by-person', number: open.number };
  }
  const fitting = await runsFor(recorded, request, ports);
  if (typeof fitting === 'string') {
    const closed = await close(open, { model, recorded, reason: fitting }, ports);
    return { kind: 'does-not-fit', version, reason: fitting, closed };
  }
  const edits = await planRecord(fitting, base.sha, ports);
  if (edits.length === 0) {
    const why = 'the default branch has these entries already';
    return { kind: 'recorded', version, closed: await close(open, { model, recorded, reason: why }, ports) };
  }
  if (open === undefined && (await wereHeldBefore(edits, closedByPerson(known), ports.commits))) {
    return { kind: 'declined', version };
  }
  const changed = await changedSources(fitting, { from: recorded.commit, to: base.sha }, ports);
  const rendered = renderRecord({ ...viewOf(model, recorded), files: gitFiles(edits), changed });
  const kept = { branch, base, edits, ...rendered, commitMessage: `${rendered.title}\n`, open, head };
  const { pullRequest, did } = await upsertPullRequest(kept, ports);
  return { kind: did === 'nothing' ? 'up-to-date' : did, number: pullRequest.number, version };
}

/** The stages of the default branch with the entries of a version; or why these would say something false there. */
async function runsFor(
  recorded: RecordedVersion,
  request: RecordRequest,
  ports: RecordPorts,
): Promise<readonly RecordedRun[] | string> {
  const { base } = request;
  const runs = await stagesAt(recorded, base.sha, ports);
  if (typeof runs === 'string') return runs;
  const earlier = () => earlierEntries(recorded.version, request, ports);
  return (await changedMeanwhile(recorded, base.sha, { ...ports, earlier })) ?? runs;
}

function stagesAt({ entries }: RecordedVersion, sha: string, { commits, parsePlain }: RecordPorts) {
  return matchRuns(entries, { read: (path) => commits.read(path, sha), parse: parsePlain });
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
  await pullRequests.update(
    open.number,
    renderRecord({ ...viewOf(model, recorded), files: [], changed: [], obsolete: reason }),
  );
  await pullRequests.close(open.number);
  return open.number;
}

/** Entries of earlier versions: a dvc.lock with their entries was written by us. */
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

/**
 * True if the branch holds exactly what we made of the version that its pull request names, or of the newest one: a bot that
 * was stopped may have changed the branch alone.
 */
async function isOurs(
  head: BranchHead,
  { body }: PullRequest,
  { catalog, newest }: Pick<RecordRequest, 'catalog'> & { readonly newest: RecordedVersion },
  ports: RecordPorts,
): Promise<boolean> {
  const [parent, ...others] = head.parents;
  if (parent === undefined || others.length > 0) return false;
  const named = parseRecordData(body)?.version;
  const found = named === undefined ? undefined : await catalog.find(named);
  const versions = [found === undefined ? undefined : await recordedOf(found, ports), newest];
  for (const version of versions.filter((one) => one !== undefined)) {
    const runs = await stagesAt(version, parent, ports);
    if (typeof runs === 'string') continue;
    const edits = await planRecord(runs, parent, ports);
    if ((await ports.commits.treeWith(parent, edits.map(asFile))) === head.tree) return true;
  }
  return false;
}

/** Edited files that are not a dvc.lock. */
function gitFiles(edits: readonly RecordEdit[]): readonly string[] {
  return edits.map(({ file }) => file).filter((file) => !/(?:^|\/)dvc\.lock$/.test(file));
}

function asFile({ file, after }: RecordEdit): { readonly path: string; readonly text: string } {
  return { path: file, text: after };
}

/** Pull requests that a person closed; what we closed does not count. */
function closedByPerson(known: readonly PullRequest[]): readonly PullRequest[] {
  return known.filter(
    ({ state, merged, body }) => state === 'closed' && !merged && parseRecordData(body)?.isObsolete !== true,
  );
}

/** Dependencies that the default branch has changed since the training; undefined where the host lists not all changes. */
async function changedSources(
  runs: readonly RecordedRun[],
  { from, to }: { readonly from: string; readonly to: string },
  { commits }: Pick<RecordPorts, 'commits'>,
): Promise<readonly string[] | undefined> {
  const changed = await commits.changedFiles(from, to);
  const sources = recordedSources(runs);
  return changed?.filter((path) => sources.some((source) => isWithin(path, source) || `${source}.dvc` === path));
}
