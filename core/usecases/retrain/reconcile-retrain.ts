import type { ModelConfig } from '../../config/tidegate-config.ts';
import { WORKFLOW_LOGIN } from '../../domain/policy/workflow-login.ts';
import { retrainBranch, retrainDataBranch } from '../../domain/promotion/branch-names.ts';
import { decideRetrain, isDueBySchedule } from '../../domain/retrain/decide-retrain.ts';
import type { RetrainOutcome } from '../../domain/retrain/outcome.ts';
import { isPointerChange } from '../../domain/retrain/pointer-change.ts';
import { startsBefore } from '../../domain/watch/schedule-starts.ts';
import { UserError, unlessUserError } from '../../errors.ts';
import type { BranchHead, Commits } from '../../ports/github/commits.ts';
import type { Issue, Issues } from '../../ports/github/issues.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import type { Workflows } from '../../ports/github/workflows.ts';
import { parseRetrainData, renderRetrain } from '../../render/promotion/retrain.ts';
import { formatMarker, hasMarker, parseDataBlock } from '../../render/text/marker.ts';
import { driftIssueDataSchema } from '../../reports/drift-issue-data.ts';
import { wereHeldBefore } from '../propose/held-before.ts';
import { upsertPullRequest } from '../propose/upsert-pull-request.ts';

/** A model whose retraining is looked after. */
export interface RetrainRequest {
  readonly model: string;
  readonly config: ModelConfig;
  /** The default branch and its newest commit. */
  readonly base: { readonly name: string; readonly sha: string };
  /** Our own login. */
  readonly self: string;
  readonly nowMs: number;
}

/** Ports of the repository that retraining uses. */
export interface RetrainPorts {
  readonly commits: Pick<Commits, 'head' | 'commit' | 'treeWith' | 'changedFiles' | 'read'>;
  readonly issues: Pick<Issues, 'list'>;
  readonly pullRequests: Pick<PullRequests, 'ofBranch' | 'open' | 'update'>;
  readonly workflows: Pick<Workflows, 'dispatched' | 'dispatch'>;
}

/** Starts the retrain workflow where a drift issue or the schedule asks for it. */
export async function startRetraining(request: RetrainRequest, ports: RetrainPorts): Promise<RetrainOutcome> {
  const { model, config, base, nowMs } = request;
  const retrain = config.drift?.retrain;
  if (retrain === undefined) return { kind: 'not-configured' };
  const scheduledAtMs = retrain.schedule === undefined ? undefined : startsBefore(retrain.schedule, nowMs + 1, 1)[0];
  const issue = await driftIssue(request, ports.issues);
  const data = driftIssueDataSchema.safeParse(parseDataBlock(issue?.body));
  const seen = issue === undefined ? undefined : data.data;
  if (seen?.verdict !== 'drift' && !isDueBySchedule({ scheduledAtMs, nowMs })) {
    return seen === undefined ? { kind: 'no-drift-issue' } : { kind: 'no-drift', verdict: seen.verdict };
  }
  const runs = await ports.workflows.dispatched(retrain.workflow);
  const pullRequests = await ports.pullRequests.ofBranch(retrainBranch(model));
  const decision = decideRetrain({
    drift:
      seen?.verdict === 'drift'
        ? { consecutive: seen.consecutive, checkedAtMs: Date.parse(seen.checkedAt) }
        : undefined,
    scheduledAtMs,
    after: retrain.after,
    cooldownMs: retrain.cooldown ?? 0,
    nowMs,
    startedAtMs: runs.map(({ createdAt }) => Date.parse(createdAt)),
    running: runs.some(({ status }) => status !== 'completed'),
    pullRequestOpen: pullRequests.some(({ state }) => state === 'open'),
  });
  const { reason } = decision;
  if (!decision.start) return { kind: 'not-started', reason };
  await ports.workflows.dispatch(retrain.workflow, base.name, { model });
  return { kind: 'started', workflow: retrain.workflow, reason };
}

/** Starts the retrain workflow because a person asks for it, whatever drift says. */
export async function retrainNow(
  { model, config, base }: RetrainRequest,
  ports: RetrainPorts,
): Promise<RetrainOutcome> {
  const retrain = config.drift?.retrain;
  if (retrain === undefined) return { kind: 'not-configured' };
  const { workflow } = retrain;
  const runs = await ports.workflows.dispatched(workflow);
  if (runs.some(({ status }) => status !== 'completed')) return { kind: 'already-running', workflow };
  await ports.workflows.dispatch(workflow, base.name, { model });
  return { kind: 'started', workflow, reason: undefined };
}

/**
 * Brings the data pointers that the retrain workflow pushed into a pull request of our own, so that CI starts. The commit
 * is made again on the default branch, of changed digests, sizes and counts in pointers that exist there: the workflow ran
 * the team's code with new data, and anyone who may push may write to its branch.
 */
export async function proposeRetrained(request: RetrainRequest, ports: RetrainPorts): Promise<RetrainOutcome> {
  const { model, base, self } = request;
  const dataBranch = retrainDataBranch(model);
  const data = await ports.commits.head(dataBranch);
  if (data === undefined) return { kind: 'no-new-data' };
  const edits = await pointerEdits({ onto: base.sha, from: data.sha }, ports);
  if (typeof edits === 'string') return { kind: 'data-refused', branch: dataBranch, reason: edits };
  if (edits.length === 0) return { kind: 'same-data' };
  const branch = retrainBranch(model);
  const head = await ports.commits.head(branch);
  const known = await ports.pullRequests.ofBranch(branch);
  // What did not pass is not tried again for the same data, though each run of the workflow makes a commit of its own.
  const closed = known.filter(({ state }) => state === 'closed');
  if (await wereHeldBefore(edits.map(asEdit), closed, ports.commits)) return { kind: 'data-proposed-before' };
  const open = known.find(({ state, author }) => state === 'open' && author === self);
  if (open !== undefined && head !== undefined && !(await isOurs(head, open, ports))) {
    return { kind: 'data-changed-by-person', number: open.number };
  }
  const files = edits.map(({ path }) => path);
  const issue = (await driftIssue(request, ports.issues))?.number;
  const rendered = renderRetrain({ model, files, issue, data: data.sha });
  const commitMessage = `${rendered.title}\n`;
  const kept = { branch, base, edits: edits.map(asEdit), ...rendered, commitMessage, open, head };
  const upserted = await upsertPullRequest(kept, ports).catch(unlessUserError);
  if (upserted instanceof UserError) return { kind: 'cannot-propose', message: upserted.message, fix: upserted.fix };
  const { pullRequest, did } = upserted;
  return { kind: did === 'opened' ? 'opened-data' : 'data-up-to-date', number: pullRequest.number };
}

interface PointerEdit {
  readonly path: string;
  readonly text: string;
}

/** The pointers that a commit changes, as they are to be; or why it is refused, by name. */
async function pointerEdits(
  { onto, from }: { readonly onto: string; readonly from: string },
  { commits }: Pick<RetrainPorts, 'commits'>,
): Promise<readonly PointerEdit[] | string> {
  const changed = await commits.changedFiles(onto, from);
  if (changed === undefined) return 'changes more files than GitHub lists';
  const edits: PointerEdit[] = [];
  for (const path of changed) {
    if (!path.endsWith('.dvc')) return `changes ${path}, which is not a data pointer`;
    const [before, after] = [await commits.read(path, onto), await commits.read(path, from)];
    if (before === undefined) return `adds ${path}: only pointers of the default branch may change`;
    if (after === undefined) return `removes ${path}`;
    if (!isPointerChange(before, after)) return `changes more of ${path} than digests, sizes and counts`;
    if (before !== after) edits.push({ path, text: after });
  }
  return edits;
}

function asEdit({ path, text }: PointerEdit): { readonly file: string; readonly after: string } {
  return { file: path, after: text };
}

/** True if the branch holds exactly what we made of the data that its pull request names, and nothing of a person. */
async function isOurs(head: BranchHead, { body }: PullRequest, ports: RetrainPorts): Promise<boolean> {
  const [parent, ...others] = head.parents;
  const from = parseRetrainData(body)?.data;
  if (parent === undefined || others.length > 0 || from === undefined) return false;
  const edits = await pointerEdits({ onto: parent, from }, ports);
  return typeof edits !== 'string' && (await ports.commits.treeWith(parent, edits)) === head.tree;
}

/** The model's drift issue; anyone may open one that looks like it, so its author counts. */
async function driftIssue({ model, self }: RetrainRequest, issues: Pick<Issues, 'list'>): Promise<Issue | undefined> {
  const marker = formatMarker('drift', model);
  const found = await issues.list('tidegate/drift', 'open');
  return found.find(({ author, body }) => [self, WORKFLOW_LOGIN].includes(author) && hasMarker(body, marker));
}
