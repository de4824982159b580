import type { Violation } from './contract-oracle.ts';
import type { ArtifactSource, DispatchRequest, ForgeEvent, GitHub } from './github.ts';
import type { Permissions, Repository, Role } from './state.ts';
import type { Webhooks, WebhookTarget } from './webhooks.ts';

export interface GitHubOptions {
  /** Folder of the bare repositories. */
  readonly directory: string;
  /** The organisation that the App is installed in. Default `acme`. */
  readonly owner?: string;
  readonly appSlug?: string;
  /** A second App, such as the one by which Argo CD writes commit statuses; installed in `owner` as well. */
  readonly otherApp?: { readonly slug: string; readonly permissions: Permissions };
  /** Host of the pages that payloads name. Default `github.localhost`, which clients of artifacts take for GitHub. */
  readonly pagesHost?: string;
  readonly permissions?: Permissions;
  readonly clock?: () => Date;
  readonly artifacts?: ArtifactSource;
  /** Hears each event, before its webhook is sent. */
  readonly onEvent?: (event: ForgeEvent) => void;
  readonly onDispatch?: (request: DispatchRequest) => Promise<boolean>;
}

/** A forge that runs. */
export interface RunningGitHub extends GitHub {
  readonly port: number;
  /** Base of the REST interface: GITHUB_API_URL, `baseUrl` of an octokit. */
  readonly apiUrl: string;
  /** GITHUB_SERVER_URL. Its host counts as GitHub to the clients of artifacts and caches. */
  readonly serverUrl: string;
  readonly appId: number;
  readonly appPrivateKey: string;
  readonly installationId: number;
  /** Credentials of the second App; undefined without one. */
  readonly otherApp: { readonly id: number; readonly privateKey: string; readonly installationId: number } | undefined;
  readonly violations: readonly Violation[];
  createRepository(fullName: string, options?: { isPrivate?: boolean; defaultBranch?: string }): Promise<Repository>;
  /** A fork that a login owns, with the branches of its parent. */
  forkRepository(fullName: string, login: string): Promise<Repository>;
  /** A token by which a person acts. `read`: may open issues and pull requests, and push to forks of their own. */
  userToken(login: string, role?: Role): string;
  webhook(target: WebhookTarget | undefined): void;
  /** Adds a webhook of one repository, as its settings do: it gets the named events, after the App. */
  repositoryWebhook(fullName: string, hook: WebhookTarget & { readonly events: readonly string[] }): Webhooks;
  redeliver(guid: string): Promise<void>;
  /** Address for `git clone` and `git push` with a token. */
  cloneUrl(fullName: string, token: string): string;
  stop(): Promise<void>;
}
