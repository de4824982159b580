import type {
  ScheduledWorkflow,
  WorkflowArtifact,
  WorkflowJob,
  WorkflowRun,
  Workflows,
} from '../../core/ports/github/workflows.ts';

/** An attempt of a run. */
export interface MemoryAttempt {
  readonly conclusion: string | null;
  readonly jobs: readonly WorkflowJob[];
}

/** A run, with its attempts in their order. */
export interface MemoryRun extends Omit<WorkflowRun, 'id' | 'conclusion'> {
  readonly attempts: readonly MemoryAttempt[];
}

/** Workflows in memory, with runs that are whatever a test says they were. */
export class InMemoryWorkflows implements Workflows {
  readonly #schedules = new Map<string, ScheduledWorkflow>();
  readonly #runs: (MemoryRun & { readonly id: number })[] = [];
  readonly #artifacts: (WorkflowArtifact & { readonly runId: number; readonly zip: Uint8Array })[] = [];
  #lastId = 0;

  addWorkflow(file: string, schedule: ScheduledWorkflow): void {
    this.#schedules.set(file, schedule);
  }

  /** Adds the newest run. Returns its number. */
  addRun(run: MemoryRun): number {
    this.#lastId += 1;
    this.#runs.unshift({ ...run, id: this.#lastId });
    return this.#lastId;
  }

  /** Lets a run have uploaded an artifact. Returns its number. */
  addArtifact(
    runId: number,
    { name, zip, createdAtMs = 0 }: { readonly name: string; readonly zip: Uint8Array; readonly createdAtMs?: number },
  ): number {
    this.#lastId += 1;
    this.#artifacts.push({ id: this.#lastId, runId, name, zip, sizeBytes: zip.length, createdAtMs });
    return this.#lastId;
  }

  /** Lets all that a run uploaded have expired. */
  expire(runId: number): void {
    const kept = this.#artifacts.filter((one) => one.runId !== runId);
    this.#artifacts.splice(0, this.#artifacts.length, ...kept);
  }

  async schedule(file: string): Promise<ScheduledWorkflow | undefined> {
    return this.#schedules.get(file);
  }

  async run(id: number): Promise<WorkflowRun | undefined> {
    const found = this.#runs.find((one) => one.id === id);
    return found && shown(found, found.attempts.at(-1));
  }

  async attempt(id: number, attempt: number): Promise<WorkflowRun | undefined> {
    const found = this.#runs.find((one) => one.id === id);
    const asked = found?.attempts[attempt - 1];
    if (found === undefined || asked === undefined) return undefined;
    return shown(attempt === found.attempts.length ? found : { ...found, status: 'completed' }, asked);
  }

  async jobs(id: number, attempt: number): Promise<readonly WorkflowJob[]> {
    return this.#runs.find((one) => one.id === id)?.attempts[attempt - 1]?.jobs ?? [];
  }

  async dispatched(workflow: string): Promise<readonly WorkflowRun[]> {
    return this.#runs
      .filter(({ event, path }) => event === 'workflow_dispatch' && path.endsWith(`/${workflow}`))
      .slice(0, 100)
      .map((run) => shown(run, run.attempts.at(-1)));
  }

  async runsOfHead(headSha: string): Promise<readonly number[]> {
    return this.#runs
      .filter((run) => run.headSha === headSha && run.event === 'pull_request' && run.status === 'completed')
      .slice(0, 30)
      .map(({ id }) => id);
  }

  async dispatch(workflow: string, ref: string): Promise<void> {
    this.addRun({
      path: `.github/workflows/${workflow}`,
      event: 'workflow_dispatch',
      headSha: '0'.repeat(40),
      headBranch: ref,
      status: 'queued',
      createdAt: new Date(0).toISOString(),
      attempts: [{ conclusion: null, jobs: [] }],
    });
  }

  async artifacts(runId: number): Promise<readonly WorkflowArtifact[]> {
    return this.#artifacts
      .filter((one) => one.runId === runId)
      .map(({ id, name, sizeBytes, createdAtMs }) => ({ id, name, sizeBytes, createdAtMs }));
  }

  async download(artifactId: number): Promise<Uint8Array> {
    const found = this.#artifacts.find(({ id }) => id === artifactId);
    if (found === undefined) throw new RangeError(`no artifact ${artifactId}`);
    return found.zip;
  }
}

function shown(
  { id, path, event, headSha, headBranch, status, createdAt }: Omit<WorkflowRun, 'conclusion'>,
  attempt: MemoryAttempt | undefined,
): WorkflowRun {
  return { id, path, event, headSha, headBranch, status, createdAt, conclusion: attempt?.conclusion ?? null };
}
