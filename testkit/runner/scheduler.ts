import type { DispatchRequest, ForgeEvent } from '../github/github.ts';
import { workflowId } from '../github/routes-actions.ts';
import type { Account, Repository, WorkflowRun } from '../github/state.ts';
import type { Engine } from './execution.ts';
import { asText, interpolate } from './expression.ts';
import { runScope } from './job-context.ts';
import { emitRun, executeRun, queueRun } from './run-workflow.ts';
import { defaultPlace, type RunRequest, requestsFor, workflowsAt } from './trigger.ts';

interface Queued {
  readonly request: RunRequest;
  readonly run: WorkflowRun;
  readonly group: string | undefined;
}

/** Turns events into runs, and runs them: a few at once, one of a concurrency group at a time. */
export class Scheduler {
  engine: Engine | undefined;
  readonly #limit: number;
  readonly #queue: Queued[] = [];
  readonly #running = new Set<Queued>();
  readonly #requests = new Map<WorkflowRun, RunRequest>();
  #reading = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  #started(): Engine {
    if (this.engine === undefined) throw new Error('the forge has not started');
    return this.engine;
  }

  onEvent(event: ForgeEvent): void {
    if (!event.startsWorkflows) return;
    this.#track(async () => {
      for (const request of await requestsFor(event)) await this.#enqueue(request, event.sender);
    });
  }

  async dispatch({ repository, workflow, ref, inputs, by }: DispatchRequest): Promise<boolean> {
    const request = await this.#manualRequest(repository, { file: workflow, ref, event: 'workflow_dispatch' });
    if (request === undefined) return false;
    const declared = request.workflow.on.workflow_dispatch?.inputs;
    const filled = withDefaults(declared, inputs);
    await this.#enqueue(
      { ...request, inputs: filled, payload: { inputs: filled, ref: request.ref, workflow: request.workflow.path } },
      by.account,
    );
    return true;
  }

  async schedule(repository: Repository, file: string): Promise<WorkflowRun> {
    const request = await this.#manualRequest(repository, { file, ref: repository.defaultBranch, event: 'schedule' });
    if (request === undefined) throw new Error(`${file} has no schedule on ${repository.defaultBranch}`);
    return this.#enqueue({ ...request, payload: { schedule: '0 0 * * *' } }, repository.owner);
  }

  rerun(repository: Repository, runId: number): void {
    const run = repository.runs.find((one) => one.id === runId);
    const request = run === undefined ? undefined : this.#requests.get(run);
    if (run === undefined || request === undefined || run.status !== 'completed')
      throw new Error(`run ${runId} cannot be run again`);
    run.earlier?.push({ attempt: run.attempt, conclusion: run.conclusion, jobs: [...run.jobs] });
    run.attempt += 1;
    run.status = 'queued';
    run.conclusion = null;
    run.jobs.length = 0;
    this.#queue.push({ request, run, group: this.#groupOf(request, run) });
    this.#next();
  }

  async idle(): Promise<void> {
    const { webhooks } = this.#started().github;
    let quiet = 0;
    // An answered webhook may have set something off: two quiet looks in a row, a turn of the loop apart.
    while (quiet < 2) {
      const isBusy = this.#reading > 0 || this.#queue.length > 0 || this.#running.size > 0 || webhooks.isBusy;
      quiet = isBusy ? 0 : quiet + 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Drops what is queued and waits for the runs that have begun: nothing runs in folders that are about to go. */
  async stop(): Promise<void> {
    this.#queue.length = 0;
    while (this.#running.size > 0 || this.#reading > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.#queue.length = 0;
    }
  }

  async #manualRequest(
    repository: Repository,
    wanted: { file: string; ref: string; event: 'schedule' | 'workflow_dispatch' },
  ): Promise<RunRequest | undefined> {
    const place = await defaultPlace(repository, wanted.ref);
    if (place === undefined) return undefined;
    const workflows = await workflowsAt(repository, place.sha);
    const isWanted = (file: string) =>
      file.endsWith(`/${wanted.file}`) || file === wanted.file || String(workflowId(file)) === wanted.file;
    const workflow = workflows.find((one) => isWanted(one.path) && wanted.event in one.on);
    if (workflow === undefined) return undefined;
    return { repository, workflow, event: wanted.event, payload: {}, inputs: {}, title: workflow.name, ...place };
  }

  async #enqueue(request: RunRequest, actor: Account): Promise<WorkflowRun> {
    const engine = this.#started();
    const run = queueRun(engine, request, actor);
    this.#requests.set(run, request);
    this.#queue.push({ request, run, group: this.#groupOf(request, run) });
    await emitRun(engine, request, run, 'requested');
    this.#next();
    return run;
  }

  #groupOf(request: RunRequest, run: WorkflowRun): string | undefined {
    const { concurrency } = request.workflow;
    const group =
      concurrency !== null && typeof concurrency === 'object' && 'group' in concurrency
        ? concurrency.group
        : concurrency;
    if (group === undefined || group === null) return undefined;
    const scope = runScope({ engine: this.#started(), request, run, needs: {} }, { status: 'success', needs: {} });
    return `${request.repository.fullName}/${asText(interpolate(String(group), scope))}`;
  }

  #next(): void {
    while (this.#running.size < this.#limit) {
      const busy = new Set([...this.#running].map(({ group }) => group));
      const index = this.#queue.findIndex(({ group }) => group === undefined || !busy.has(group));
      const [next] = index < 0 ? [] : this.#queue.splice(index, 1);
      if (next === undefined) return;
      this.#running.add(next);
      executeRun(this.#started(), next.request, next.run)
        .catch((error: unknown) => this.#fail(next, error))
        .finally(() => {
          this.#running.delete(next);
          this.#next();
        });
    }
  }

  async #fail({ run, request }: Queued, error: unknown): Promise<void> {
    run.status = 'completed';
    run.conclusion = 'failure';
    const engine = this.#started();
    engine.onProgress({ kind: 'run', run, repository: request.repository.fullName });
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const job = {
      id: 0,
      key: 'runner',
      name: 'runner',
      status: 'completed',
      conclusion: 'failure',
      steps: [],
      summary: '',
    } as const;
    run.jobs.push({
      ...job,
      steps: [],
      startedAt: run.createdAt,
      completedAt: run.createdAt,
      log: message,
      checkRunId: 0,
    });
    await emitRun(engine, request, run, 'completed');
  }

  #track(work: () => Promise<void>): void {
    this.#reading += 1;
    work()
      .catch((error: unknown) => {
        // A workflow that cannot be read starts nothing; say so where someone sees it.
        console.error(error);
      })
      .finally(() => {
        this.#reading -= 1;
      });
  }
}

function withDefaults(declared: unknown, given: Readonly<Record<string, string>>): Record<string, string> {
  const entries = declared !== null && typeof declared === 'object' ? Object.entries(declared) : [];
  const defaults = entries.flatMap(([name, input]): [string, string][] => {
    const value: unknown =
      input !== null && typeof input === 'object' && 'default' in input ? input.default : undefined;
    return value === undefined ? [] : [[name, String(value)]];
  });
  return { ...Object.fromEntries(defaults), ...given };
}
