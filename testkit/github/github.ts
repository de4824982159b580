import type { ForgeState } from './forge-state.ts';
import type { Addresses } from './present.ts';
import type { Account, ActivityType, Json, Principal, Repository } from './state.ts';
import type { Webhooks } from './webhooks.ts';

/** Something that happened in a repository, before it becomes a webhook or starts a workflow. */
export interface ForgeEvent {
  /** Name of the webhook: `push`, `pull_request`, `workflow_run` and so on. */
  readonly name: string;
  readonly action?: string;
  readonly repository: Repository;
  readonly sender: Account;
  readonly payload: Json;
  /** True if workflows may start from it. */
  readonly startsWorkflows: boolean;
}

/** The parts of the forge that route handlers use. */
export interface GitHub {
  /** The organisation that the App is installed in. */
  readonly owner: string;
  readonly state: ForgeState;
  readonly addresses: Addresses;
  readonly webhooks: Webhooks;
  /** Tells the App and the workflow engine. */
  emit(event: ForgeEvent): void;
  /** Effects of changed refs: events, and pull requests that get new commits or are merged by a push. */
  refMoved(
    repository: Repository,
    update: { ref: string; before: string; after: string; type?: ActivityType },
    by: Principal,
  ): Promise<void>;
  /** The artifact store of the results service. */
  readonly artifacts: ArtifactSource;
  /** Starts a workflow by hand; undefined if it is not there or has no such trigger. */
  dispatch(request: DispatchRequest): Promise<boolean>;
}

export interface DispatchRequest {
  readonly repository: Repository;
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly by: Principal;
}

/** An artifact as the REST interface shows it. */
export interface ArtifactEntry {
  readonly id: number;
  readonly repository: string;
  readonly runId: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly digest: string | null;
  readonly createdAt: string;
  /** Its bytes are gone. */
  readonly expired?: boolean;
}

export interface ArtifactSource {
  list(repository: string, runId?: number): readonly ArtifactEntry[];
  find(id: number): ArtifactEntry | undefined;
  url(id: number): string;
}
