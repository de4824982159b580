import { emitCheckRun } from '../github/routes-checks.ts';
import type { CheckRun, Conclusion, Principal, WorkflowJob } from '../github/state.ts';
import { ACTIONS_BOT, type Execution } from './execution.ts';
import type { JobResult } from './run-job.ts';
import type { Job } from './workflow.ts';

const ACTIONS: Principal = { kind: 'job', account: ACTIONS_BOT, startsWorkflows: false };

/** Notes a job that starts, with its check run. */
export function addJob({ engine, request, run }: Execution, job: Job, name: string): WorkflowJob {
  const { state, addresses } = engine.github;
  const now = state.now();
  const check: CheckRun = {
    id: state.newId(),
    headSha: request.headSha,
    name,
    status: 'in_progress',
    conclusion: null,
    startedAt: now,
    completedAt: null,
    externalId: '',
    detailsUrl: `${addresses.html}/${request.repository.fullName}/actions/runs/${run.id}`,
    output: { title: null, summary: null, text: null },
    annotations: [],
    app: 'github-actions',
  };
  request.repository.checkRuns.push(check);
  emitCheckRun(engine.github, { repository: request.repository, check, by: ACTIONS }, 'created');
  const id = state.newId();
  const shown: WorkflowJob = {
    id,
    key: job.key,
    name,
    status: 'in_progress',
    conclusion: null,
    startedAt: now,
    completedAt: null,
    steps: [],
    log: '',
    summary: '',
    checkRunId: check.id,
  };
  run.jobs.push(shown);
  return shown;
}

/** Notes what came of a job, on its check run too. */
export function finishJob(
  { engine, request }: Execution,
  shown: WorkflowJob,
  result: Omit<JobResult, 'conclusion'> & { conclusion: Conclusion },
): void {
  const { github } = engine;
  const { repository } = request;
  const now = github.state.now();
  const steps = result.steps.map((step, index) => ({
    name: step.name,
    number: index + 1,
    conclusion: step.conclusion,
  }));
  Object.assign(shown, {
    status: 'completed',
    conclusion: result.conclusion,
    completedAt: now,
    steps,
    log: result.log,
    summary: result.summary,
  });
  const check = repository.checkRuns.find((one) => one.id === shown.checkRunId);
  if (check === undefined) return;
  Object.assign(check, { status: 'completed', conclusion: result.conclusion, completedAt: now });
  for (const annotation of result.annotations) {
    check.annotations.push({
      path: annotation.file ?? '.github',
      start_line: annotation.line ?? 1,
      end_line: annotation.endLine ?? annotation.line ?? 1,
      start_column: annotation.column ?? null,
      end_column: null,
      annotation_level: annotation.level === 'error' ? 'failure' : annotation.level,
      title: annotation.title ?? null,
      message: annotation.message,
      raw_details: null,
    });
  }
  emitCheckRun(github, { repository, check, by: ACTIONS }, 'completed');
}
