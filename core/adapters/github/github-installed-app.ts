import { type Looked, mapLooked, seen, unknown } from '../../domain/doctor/looked.ts';
import type { AppFacts, DeliveryFacts } from '../../domain/doctor/setup-facts.ts';
import type { InstalledApp } from '../../ports/github/repository-setup.ts';
import type { GitHubClient, RepositoryName } from './github-client.ts';
import { lookedAt } from './looked-at.ts';

/** The fields of an installation that are used. */
interface Installation {
  readonly id: number;
  readonly app_id: number;
  readonly app_slug: string;
  readonly repository_selection: string;
  readonly suspended_at: string | null;
  readonly permissions: object;
  readonly events: readonly string[];
}

function factsOf(installation: Installation, isInstalled: Looked<boolean>): Omit<AppFacts, 'deliveries'> {
  const permissions = Object.fromEntries(
    Object.entries(installation.permissions).filter((one): one is [string, string] => typeof one[1] === 'string'),
  );
  return {
    id: installation.app_id,
    slug: installation.app_slug,
    isSuspended: installation.suspended_at !== null,
    isInstalled,
    granted: seen({ permissions, events: installation.events }),
  };
}

/** The App as it sees its own installation, by its signed token. */
export class OwnInstallation implements InstalledApp {
  readonly #asApp: () => Promise<GitHubClient>;
  readonly #repository: RepositoryName;

  /** @param asApp The client that speaks as the App itself, not as an installation. */
  constructor(asApp: () => Promise<GitHubClient>, repository: RepositoryName) {
    this.#asApp = asApp;
    this.#repository = repository;
  }

  async read(): Promise<Looked<AppFacts | undefined>> {
    const client = await this.#asApp();
    const answer = client.request('GET /repos/{owner}/{repo}/installation', { ...this.#repository });
    const found = await lookedAt(answer, 'reading the installation', 'the key of the App');
    if (found.kind === 'unknown') return found;
    const { data } = found.value;
    return seen({ ...factsOf(data, seen(true)), deliveries: await latestDeliveries(client, data.id) });
  }
}

/** One page: of all installations, so that a quiet one may have none in it. */
async function latestDeliveries(
  client: GitHubClient,
  installation: number,
): Promise<Looked<DeliveryFacts | undefined>> {
  const answer = client.request('GET /app/hook/deliveries', { per_page: 100 });
  const found = await lookedAt(answer, 'listing the deliveries of webhooks', 'the key of the App');
  return mapLooked(found, ({ data }) => {
    const own = data.filter(({ installation_id: id }) => id === installation);
    const [newest] = own;
    if (newest === undefined) return undefined;
    const failed = own.filter(({ status_code: code }) => code < 200 || code >= 300).length;
    return { event: newest.event, statusCode: newest.status_code, failed, of: own.length };
  });
}

/** App that a person names. */
export interface NamedApp {
  /** As in its address, `github.com/apps/<slug>`. */
  readonly slug: string;
  /** Set if its page is hidden from others. */
  readonly id?: number | undefined;
}

const OWNER_PERMISSION = 'organization administration: read, of an owner of the organisation';

/** The App as a person sees it: whole for owners of the organisation, otherwise only its number. */
export class AppOfOrganization implements InstalledApp {
  readonly #client: GitHubClient;
  readonly #owner: string;
  readonly #app: NamedApp;

  constructor(client: GitHubClient, { owner }: RepositoryName, app: NamedApp) {
    this.#client = client;
    this.#owner = owner;
    this.#app = app;
  }

  async read(): Promise<Looked<AppFacts | undefined>> {
    const { slug } = this.#app;
    const all = this.#client.paginate('GET /orgs/{org}/installations', { org: this.#owner, per_page: 100 });
    const listed = await lookedAt(all, 'listing the installations', OWNER_PERMISSION);
    if (listed.kind === 'unknown') return this.#byName(listed);
    const found = listed.value.find((one) => one.app_slug === slug);
    if (found === undefined) return this.#byName(seen(false));
    const isEverywhere = found.repository_selection === 'all';
    const chosen = unknown(`a look at the repositories that the App ${slug} was installed for`);
    return seen({ ...factsOf(found, isEverywhere ? seen(true) : chosen), deliveries: undefined });
  }

  /** Its page says its number and what it asks for, not what was granted. */
  async #byName(isInstalled: Looked<boolean>): Promise<Looked<AppFacts | undefined>> {
    const { slug, id } = this.#app;
    const granted = isInstalled.kind === 'unknown' ? isInstalled : unknown('an installation');
    const known = { slug, isSuspended: false, isInstalled, granted, deliveries: undefined };
    const answer = this.#client.request('GET /apps/{app_slug}', { app_slug: slug });
    const found = await lookedAt(
      answer,
      `reading the App ${slug}`,
      `the name of the App by --app, or its number by --app-id`,
    );
    if (found.kind === 'seen' && found.value.data !== null) return seen({ ...known, id: found.value.data.id });
    if (id !== undefined) return seen({ ...known, id });
    return found.kind === 'unknown' ? found : seen(undefined);
  }
}
