import { listenOnLoopback } from '../http.ts';
import type { ArtifactEntry, ArtifactSource, GitHub } from './github.ts';
import type { WorkflowJob, WorkflowRun } from './state.ts';

/** Expectations of a test about a run. */
export type AddedRun = Pick<WorkflowRun, 'name' | 'event' | 'headBranch' | 'headSha'> &
  Partial<
    Pick<
      WorkflowRun,
      'headRepository' | 'createdAt' | 'updatedAt' | 'conclusion' | 'status' | 'jobs' | 'path' | 'attempt'
    >
  >;

/** An artifact that a run has uploaded. */
export interface AddedArtifact {
  readonly name: string;
  readonly zip: Uint8Array;
  /** Size that the forge reports, if it differs from the true one. */
  readonly claimedSize?: number;
}

/** Workflow runs that no one ran: they are whatever a test says they were, with what they uploaded. */
export class FinishedRuns {
  /** For the option `artifacts` of the forge. */
  readonly source: ArtifactSource;
  readonly close: () => Promise<void>;
  readonly #artifacts: (ArtifactEntry & { readonly zip: Uint8Array })[];

  private constructor(
    artifacts: (ArtifactEntry & { readonly zip: Uint8Array })[],
    files: { readonly port: number; readonly close: () => Promise<void> },
  ) {
    this.#artifacts = artifacts;
    this.close = () => files.close();
    this.source = {
      list: (repository, runId) =>
        artifacts.filter((one) => one.repository === repository && (runId === undefined || one.runId === runId)),
      find: (id) => artifacts.find((one) => one.id === id),
      url: (id) => `http://127.0.0.1:${files.port}/${id}`,
    };
  }

  /** Serves what the runs uploaded, on a port of its own. */
  static async start(): Promise<FinishedRuns> {
    const artifacts: (ArtifactEntry & { zip: Uint8Array })[] = [];
    const files = await listenOnLoopback((request, response) => {
      const found = artifacts.find(({ id }) => request.url === `/${id}`);
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/zip' }).end(found?.zip);
    });
    return new FinishedRuns(artifacts, files);
  }

  /** Lets a run of `.github/workflows/<name>.yml` have succeeded; no one is told. */
  addRun({ state }: GitHub, repository: string, facts: AddedRun): WorkflowRun {
    const now = state.now();
    const run: WorkflowRun = {
      id: state.newId(),
      number: 1,
      attempt: 1,
      workflowId: 1,
      path: `.github/workflows/${facts.name}.yml`,
      status: 'completed',
      conclusion: 'success',
      displayTitle: 'a change',
      actor: state.account('mona'),
      createdAt: now,
      updatedAt: now,
      headRepository: repository,
      jobs: [],
      pullRequests: [],
      ...facts,
    };
    state.repository(repository)?.runs.push(run);
    return run;
  }

  /** Lets a run have uploaded an artifact. @returns Its number. */
  addArtifact(
    { state }: GitHub,
    run: { readonly repository: string; readonly id: number },
    { name, zip, claimedSize, createdAt = state.now() }: AddedArtifact & { readonly createdAt?: string },
  ): number {
    const entry = { id: state.newId(), repository: run.repository, runId: run.id, name, digest: null, createdAt };
    this.#artifacts.push({ ...entry, sizeBytes: claimedSize ?? zip.length, zip });
    return entry.id;
  }

  /** Lets all that a run uploaded have expired. */
  expire(runId: number): void {
    for (const [index, artifact] of this.#artifacts.entries()) {
      if (artifact.runId === runId) this.#artifacts[index] = { ...artifact, expired: true };
    }
  }
}

/** A job that succeeded, from one instant to another; ISO 8601. */
export function finishedJob(
  { state }: GitHub,
  name: string,
  startedAt = state.now(),
  completedAt = startedAt,
): WorkflowJob {
  const [status, conclusion] = ['completed', 'success'] as const;
  const shown = { steps: [], log: '', summary: '', checkRunId: state.newId() };
  return { id: state.newId(), key: name, name, status, conclusion, startedAt, completedAt, ...shown };
}
