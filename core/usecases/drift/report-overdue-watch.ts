import type { TidegateConfig } from '../../config/tidegate-config.ts';
import { workflowCrons } from '../../config/workflow-crons.ts';
import { overdueWatch } from '../../domain/watch/watch-schedule.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { Issues } from '../../ports/github/issues.ts';
import type { ScheduledWorkflow, Workflows } from '../../ports/github/workflows.ts';
import { parseWatch, renderWatch } from '../../render/drift/watch.ts';

/** The workflow of the templates that runs drift-check. */
const WORKFLOW = 'model-watch.yml';

/** A repository whose drift checks are looked after. */
export interface WatchRequest {
  readonly config: TidegateConfig;
  /** The default branch's newest commit. */
  readonly baseSha: string;
  /** Our own login. */
  readonly self: string;
  readonly nowMs: number;
}

/** Dependencies of maintaining them. */
export interface WatchPorts {
  readonly commits: Pick<Commits, 'read'>;
  readonly workflows: Pick<Workflows, 'schedule'>;
  readonly issues: Pick<Issues, 'list' | 'open' | 'close'>;
}

/**
 * Keeps one issue open while the schedule that looks for drift is disabled or overdue. Who closes it by hand is not asked
 * again until the schedule has run once more.
 *
 * @returns What was done or is so, for the log; undefined where no model has drift checks or no such workflow is there.
 */
export async function reportOverdueWatch(request: WatchRequest, ports: WatchPorts): Promise<string | undefined> {
  const models = Object.entries(request.config.models).flatMap(([name, { drift }]) => (drift ? [name] : []));
  if (models.length === 0) return undefined;
  const text = await ports.commits.read(`.github/workflows/${WORKFLOW}`, request.baseSha);
  const workflow = text === undefined ? undefined : await ports.workflows.schedule(WORKFLOW);
  if (text === undefined || workflow === undefined) return undefined;
  const reason = reasonOf(workflow, { crons: workflowCrons(text), nowMs: request.nowMs });
  const own = (await ports.issues.list('tidegate/watch', 'all')).flatMap((issue) => {
    const data = issue.author === request.self ? parseWatch(issue.body, WORKFLOW) : undefined;
    return data === undefined ? [] : [{ ...issue, ...data }];
  });
  const open = own.filter(({ isOpen }) => isOpen);
  if (reason === undefined) {
    for (const { number } of open) await ports.issues.close(number, `${WORKFLOW} runs again.`);
    return open.length === 0 ? `${WORKFLOW} is on time` : `${WORKFLOW} is on time again`;
  }
  const lastScheduledAt = workflow.lastScheduledAt ?? null;
  const isSaid = open.length > 0 || own.some((issue) => issue.lastScheduledAt === lastScheduledAt);
  if (isSaid) return `${WORKFLOW} ${reason}, which is already reported`;
  const rendered = renderWatch({ workflow: WORKFLOW, reason, lastScheduledAt: workflow.lastScheduledAt, models });
  return `${WORKFLOW} ${reason}: opened #${await ports.issues.open('tidegate/watch', rendered)}`;
}

function reasonOf(
  { state, createdAt, lastScheduledAt }: ScheduledWorkflow,
  { crons, nowMs }: { readonly crons: readonly string[]; readonly nowMs: number },
): string | undefined {
  const lastRunAtMs = lastScheduledAt === undefined ? undefined : Date.parse(lastScheduledAt);
  return overdueWatch({ crons, state, createdAtMs: Date.parse(createdAt), lastRunAtMs, nowMs });
}
