import type { ModelConfig } from '../../config/tidegate-config.ts';
import { retrainBranch, retrainDataBranch } from '../../domain/promotion/branch-names.ts';
import { decideRetrain } from '../../domain/retrain/decide-retrain.ts';
import { isPointerChange } from '../../domain/retrain/pointer-change.ts';
import type { Branches, BranchHead } from '../../ports/github/branches.ts';
import type { DriftIssue, DriftIssues } from '../../ports/github/drift-issues.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import type { RepositoryFiles } from '../../ports/github/repository-files.ts';
import type { WorkflowRuns } from '../../ports/github/workflow-runs.ts';
import { parseRetrainData, renderRetrain } from '../../render/promotion/retrain.ts';
import { formatMarker, hasMarker, parseDataBlock } from '../../render/text/marker.ts';
import { driftIssueDataSchema } from '../../reports/drift-issue-data.ts';

/** A model whose retraining is looked after. */
export interface RetrainRequest {
  readonly model: string;
  readonly config: ModelConfig;
  /** Our own login. */
  readonly self: string;
  readonly nowMs: number;
}

/** What retraining needs of the repository. */
export interface RetrainPorts {
  readonly branches: Branches;
  readonly files: RepositoryFiles;
  readonly issues: DriftIssues;
  readonly pullRequests: PullRequests;
  readonly runs: WorkflowRuns;
}

/** Chosen: older proposals were of older data. */
const MAX_COMPARED = 5;

/** Who may say that data drifted: the workflow's own token. */
const WORKFLOW_LOGIN = 'github-actions[bot]';

/** Starts the retrain workflow where a drift issue asks for it. Returns what was done, for the log. */
export async function startRetraining(request: RetrainRequest, ports: RetrainPorts): Promise<string> {
  const { model, config, nowMs } = request;
  const retrain = config.drift?.retrain;
  if (retrain === undefined) return 'drift.retrain is not configured';
  const issue = await driftIssue(request, ports.issues);
  const data = driftIssueDataSchema.safeParse(parseDataBlock(issue?.body));
  if (issue === undefined || !data.success) return 'no drift issue is open';
  if (data.data.verdict !== 'drift') return `the verdict of the last check is ${data.data.verdict}`;
  const base = await ports.branches.default();
  const runs = await ports.runs.dispatched(retrain.workflow);
  const pullRequests = await ports.pullRequests.ofBranch(retrainBranch(model));
  const decision = decideRetrain({
    consecutive: data.data.consecutive,
    checkedAtMs: Date.parse(data.data.checkedAt),
    after: retrain.after,
    cooldownMs: retrain.cooldown ?? 0,
    nowMs,
    startedAtMs: runs.map(({ createdAt }) => Date.parse(createdAt)),
    running: runs.some(({ status }) => status !== 'completed'),
    pullRequestOpen: pullRequests.some(({ state }) => state === 'open'),
  });
  if (!decision.start) return decision.reason;
  await ports.runs.dispatch(retrain.workflow, base.name, { model });
  return `started ${retrain.workflow}: ${decision.reason}`;
}

/** Starts the retrain workflow because a person asks for it, whatever drift says. Returns what was done. */
export async function retrainNow({ model, config }: RetrainRequest, ports: RetrainPorts): Promise<string> {
  const retrain = config.drift?.retrain;
  if (retrain === undefined) return 'drift.retrain is not configured in tidegate.yaml';
  const runs = await ports.runs.dispatched(retrain.workflow);
  if (runs.some(({ status }) => status !== 'completed')) return `${retrain.workflow} is already running`;
  const base = await ports.branches.default();
  await ports.runs.dispatch(retrain.workflow, base.name, { model });
  return `started ${retrain.workflow}`;
}

/**
 * Brings the data pointers that the retrain workflow pushed into a pull request of our own, so that CI starts. The commit
 * is made anew on the default branch, of changed digests, sizes and counts in pointers that exist there: the workflow ran
 * the team's code with new data, and whoever may push may write to its branch.
 */
export async function proposeRetrained(request: RetrainRequest, ports: RetrainPorts): Promise<string> {
  const { model, self } = request;
  const dataBranch = retrainDataBranch(model);
  const data = await ports.branches.head(dataBranch);
  if (data === undefined) return 'no new data was pushed';
  const base = await ports.branches.default();
  const edits = await pointerEdits({ onto: base.sha, from: data.sha }, ports);
  if (typeof edits === 'string') return `refused: ${dataBranch} ${edits}`;
  if (edits.length === 0) return 'the pushed data are the same as on the default branch';
  const branch = retrainBranch(model);
  const head = await ports.branches.head(branch);
  const known = await ports.pullRequests.ofBranch(branch);
  if (await wasProposed(edits, known, ports)) return 'these data were proposed before';
  const open = known.find(({ state, author }) => state === 'open' && author === self);
  if (open !== undefined && head !== undefined && !(await isOurs(head, open, ports))) {
    return `#${open.number} was changed by a person: not updated`;
  }
  const files = edits.map(({ path }) => path);
  const issue = (await driftIssue(request, ports.issues))?.number;
  const rendered = renderRetrain({ model, files, issue, data: data.sha });
  await commitWhereNeeded(
    { branch, base: base.sha, edits, head, isOpen: open !== undefined, title: rendered.title },
    ports,
  );
  if (open === undefined) {
    const made = await ports.pullRequests.open({ branch, base: base.name, ...rendered });
    return `opened #${made.number} with new data`;
  }
  if (open.title !== rendered.title || open.body !== rendered.body)
    await ports.pullRequests.update(open.number, rendered);
  return `#${open.number} has the new data`;
}

interface PointerEdit {
  readonly path: string;
  readonly text: string;
}

/** The pointers that a commit changes, as they are to be; or why it is refused, by name. */
async function pointerEdits(
  { onto, from }: { readonly onto: string; readonly from: string },
  { branches, files }: Pick<RetrainPorts, 'branches' | 'files'>,
): Promise<readonly PointerEdit[] | string> {
  const changed = await branches.changedFiles(onto, from);
  if (changed === undefined) return 'changes more files than GitHub lists';
  const edits: PointerEdit[] = [];
  for (const path of changed) {
    if (!path.endsWith('.dvc')) return `changes ${path}, which is not a data pointer`;
    const [before, after] = [await files.read(path, onto), await files.read(path, from)];
    if (before === undefined) return `adds ${path}: only pointers of the default branch may change`;
    if (after === undefined) return `removes ${path}`;
    if (!isPointerChange(before, after)) return `changes more of ${path} than digests, sizes and counts`;
    if (before !== after) edits.push({ path, text: after });
  }
  return edits;
}

async function commitWhereNeeded(
  wanted: {
    readonly branch: string;
    readonly base: string;
    readonly edits: readonly PointerEdit[];
    readonly head: BranchHead | undefined;
    readonly isOpen: boolean;
    readonly title: string;
  },
  { branches, files }: RetrainPorts,
): Promise<void> {
  const { branch, base, edits, head, isOpen, title } = wanted;
  const current = await Promise.all(edits.map(({ path }) => head && files.read(path, head.sha)));
  if (isOpen && edits.every(({ text }, index) => current[index] === text)) return;
  await branches.commit({ branch, base, files: edits, message: `${title}\n`, expected: head?.sha });
}

/** Whether the branch holds exactly what we made of the data that its pull request names, and nothing of a person. */
async function isOurs(head: BranchHead, { body }: PullRequest, ports: RetrainPorts): Promise<boolean> {
  const [parent, ...others] = head.parents;
  const from = parseRetrainData(body)?.data;
  if (parent === undefined || others.length > 0 || from === undefined) return false;
  const edits = await pointerEdits({ onto: parent, from }, ports);
  return typeof edits !== 'string' && (await ports.branches.treeWith(parent, edits)) === head.tree;
}

/**
 * Whether a pull request with these very pointers was closed or merged: what did not pass is not tried again for the same
 * data, though each run of the workflow makes a commit of its own.
 */
async function wasProposed(
  edits: readonly PointerEdit[],
  known: readonly PullRequest[],
  { files }: RetrainPorts,
): Promise<boolean> {
  for (const { headSha } of known.filter(({ state }) => state === 'closed').slice(0, MAX_COMPARED)) {
    const same = await Promise.all(edits.map(async ({ path, text }) => (await files.read(path, headSha)) === text));
    if (same.every(Boolean)) return true;
  }
  return false;
}

/** The model's drift issue; anyone may open one that looks like it, so its author counts. */
async function driftIssue({ model, self }: RetrainRequest, issues: DriftIssues): Promise<DriftIssue | undefined> {
  const marker = formatMarker('drift', model);
  const found = await issues.open(marker);
  return found.find(({ author, body }) => [self, WORKFLOW_LOGIN].includes(author) && hasMarker(body, marker));
}
