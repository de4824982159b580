import type { ModelConfig } from '../config/tidegate-config.ts';
import { retrainBranch, retrainDataBranch } from '../domain/promotion/branch-names.ts';
import { decideRetrain, foreignFiles } from '../domain/retrain/decide-retrain.ts';
import type { Branches } from '../ports/branches.ts';
import type { DriftIssue, DriftIssues } from '../ports/drift-issues.ts';
import type { PullRequest, PullRequests } from '../ports/pull-requests.ts';
import type { RepositoryFiles } from '../ports/repository-files.ts';
import type { WorkflowRuns } from '../ports/workflow-runs.ts';
import { formatMarker, hasMarker, parseDataBlock } from '../render/marker.ts';
import { renderRetrain } from '../render/retrain.ts';
import { driftIssueDataSchema } from '../reports/drift-issue-data.ts';

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
  if (data.data.verdict !== 'drift') return `the last check says ${data.data.verdict}`;
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
  if (runs.some(({ status }) => status !== 'completed')) return `${retrain.workflow} is running already`;
  const base = await ports.branches.default();
  await ports.runs.dispatch(retrain.workflow, base.name, { model });
  return `started ${retrain.workflow}`;
}

/**
 * Brings the data pointers that the retrain workflow pushed into a pull request of our own, so that CI starts. Only
 * `.dvc` files and `dvc.lock` are let through: the workflow ran the team's code with new data.
 */
export async function proposeRetrained(request: RetrainRequest, ports: RetrainPorts): Promise<string> {
  const { model, self } = request;
  const data = await ports.branches.head(retrainDataBranch(model));
  if (data === undefined) return 'no new data was pushed';
  const base = await ports.branches.default();
  const files = await ports.branches.changedFiles(base.sha, data.sha);
  if (files.length === 0) return 'the pushed data is that of the default branch';
  const foreign = foreignFiles(files);
  if (foreign.length > 0)
    return `refused: ${retrainDataBranch(model)} changes ${foreign.join(', ')}, which is no data pointer`;
  const branch = retrainBranch(model);
  const head = await ports.branches.head(branch);
  const known = await ports.pullRequests.ofBranch(branch);
  if (await wasProposed(data.sha, { files, known }, ports)) return 'this data was proposed before';
  const open = known.find(({ state, author }) => state === 'open' && author === self);
  if (open !== undefined && head !== undefined && ![self, WORKFLOW_LOGIN].includes(head.author ?? '')) {
    return `#${open.number} has a commit of ${head.author ?? 'a person'}: left as it is`;
  }
  if (head?.sha !== data.sha) await ports.branches.move(branch, data.sha, head?.sha);
  const rendered = renderRetrain({ model, files, issue: (await driftIssue(request, ports.issues))?.number });
  if (open === undefined) {
    const made = await ports.pullRequests.open({ branch, base: base.name, ...rendered });
    return `opened #${made.number} with new data`;
  }
  if (open.title !== rendered.title || open.body !== rendered.body)
    await ports.pullRequests.update(open.number, rendered);
  return `#${open.number} has the new data`;
}

/**
 * Whether a pull request with these very pointers was closed or merged: what did not pass is not tried again for the same
 * data, though each run of the workflow makes a commit of its own.
 */
async function wasProposed(
  sha: string,
  { files, known }: { readonly files: readonly string[]; readonly known: readonly PullRequest[] },
  ports: RetrainPorts,
): Promise<boolean> {
  const closed = known.filter(({ state }) => state === 'closed').slice(0, MAX_COMPARED);
  if (closed.some(({ headSha }) => headSha === sha)) return true;
  for (const { headSha } of closed) {
    const same = await Promise.all(
      files.map(async (file) => (await ports.files.read(file, headSha)) === (await ports.files.read(file, sha))),
    );
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
