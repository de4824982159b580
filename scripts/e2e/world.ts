import type { BotWorld } from '../../test/bot/bot-world.ts';
import { PromotionWorld, REPOSITORY } from '../../test/bot/promotion-world.ts';
import { ARGO_CD_URL, applicationOf, type ForgeAccess } from './argo-cd.ts';
import { type KubernetesApi, type KubernetesObject, valueAt } from './kubernetes-api.ts';
import { ARGO_CD_APP, type ModelEnvironment, repositoryFiles } from './repository.ts';
import { waitUntil } from './wait-until.ts';

const [owner, repo] = ['acme', 'flights'] as const;
const WEBHOOK_SECRET = 'the secret of the push webhook';

/** The forge with its repository, the bot, and how Argo CD reaches them. */
export interface World {
  readonly promotion: PromotionWorld;
  readonly access: ForgeAccess;
}

/** Starts the forge and the bot; Argo CD gets the pushes of the repository from now on. */
export async function startWorld(environments: readonly ModelEnvironment[]): Promise<World> {
  const otherApp = { slug: ARGO_CD_APP, permissions: { statuses: 'write', metadata: 'read' } } as const;
  // Argo CD finds the Applications of a push by the address of the repository's page.
  const promotion = await PromotionWorld.start({}, 1, { github: { otherApp, pagesHost: '127.0.0.1' } });
  const { github } = promotion.bot;
  const app = github.otherApp;
  if (app === undefined) throw new Error('the forge has no second App');
  const webhook = { url: `${ARGO_CD_URL}/api/webhook`, secret: WEBHOOK_SECRET, events: ['push'] };
  await promotion.push(repositoryFiles(environments));
  github.repositoryWebhook(REPOSITORY, webhook);
  const access = {
    repositoryUrl: `${github.serverUrl}/${REPOSITORY}.git`,
    token: github.userToken('argocd', 'read'),
    apiUrl: github.apiUrl,
    webhookSecret: WEBHOOK_SECRET,
    app,
  };
  return { promotion, access };
}

/** Facts about a merge. */
export interface Merge {
  readonly sha: string;
  /** By the clock of `performance.now()`; milliseconds. */
  readonly atMs: number;
}

/** Actions on the world, and its visible state. */
export class Observer {
  readonly promotion: PromotionWorld;
  readonly api: KubernetesApi;
  readonly #access: ForgeAccess;

  constructor({ promotion, access }: World, api: KubernetesApi) {
    this.promotion = promotion;
    this.#access = access;
    this.api = api;
  }

  get bot(): BotWorld {
    return this.promotion.bot;
  }

  /** Makes the Application of an environment, and waits until it has synced what the branch says now. */
  async deploy({ name, application }: ModelEnvironment, extraFile?: string): Promise<void> {
    if (application === undefined) return;
    const { repositoryUrl } = this.#access;
    const made = await applicationOf({ name: application, repositoryUrl, file: `${name}.yaml` });
    await this.api.apply(extraFile === undefined ? made : withSources(made, extraFile));
    const what = `an Application ${application} that is Synced`;
    const explain = async () => JSON.stringify(valueAt(await this.application(application), ['status']));
    await waitUntil(async () => (await this.syncStatus(application)) === 'Synced', { what, explain, seconds: 90 });
  }

  /** An Application as it is now. */
  application(name: string): Promise<KubernetesObject | undefined> {
    return this.api.get({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', name, namespace: 'argocd' });
  }

  async syncStatus(name: string): Promise<unknown> {
    return valueAt(await this.application(name), ['status', 'sync', 'status']);
  }

  /** The address of the model that the cluster runs in an environment. */
  async liveModel(environment: ModelEnvironment): Promise<unknown> {
    return valueAt(await this.#live(environment), environment.model);
  }

  /** State of Argo CD and the live object, for the error message. */
  async describe(environment: ModelEnvironment): Promise<string> {
    const application = await this.application(environment.application ?? '');
    const argo = ['sync', 'health', 'operationState'].map((part) => valueAt(application, ['status', part]));
    const live = valueAt(await this.#live(environment), ['status']);
    return [...argo, live].map((part) => JSON.stringify(part)?.slice(0, 1_200)).join('\n');
  }

  #live({ kind, apiVersion, application = '' }: ModelEnvironment): Promise<KubernetesObject | undefined> {
    return this.api.get({ apiVersion, kind, name: 'flights', namespace: application });
  }

  /** Merges a pull request, and waits for nothing. */
  async merge(title: string, method: 'merge' | 'squash'): Promise<Merge> {
    const { number } = await this.#findOpen(title);
    // Before the request: the push webhook may come before its answer.
    const atMs = performance.now();
    const { data } = await this.bot.client().pulls.merge({ owner, repo, pull_number: number, merge_method: method });
    return { sha: data.sha, atMs };
  }

  /** An open pull request. What no event brought in time, the sweep of the bot brings, which comes every 15 minutes. */
  async #findOpen(title: string) {
    const find = async () => (await this.promotion.open())[title];
    const options = { what: `an open pull request "${title}"`, explain: () => this.titles(), seconds: 20 };
    try {
      return await waitUntil(find, options);
    } catch {
      console.log(`  (no event opened "${title}": the bot sweeps)`);
      await this.bot.sweep();
      return waitUntil(find, options);
    }
  }

  /** Signals of Argo CD about a commit in an environment, oldest first. */
  async said({ application }: ModelEnvironment, sha: string): Promise<readonly string[]> {
    const { data } = await this.bot.client().repos.listCommitStatusesForRef({ owner, repo, ref: sha, per_page: 100 });
    const context = `continuous-delivery/${application}`;
    return data
      .filter((one) => one.context === context && one.creator?.login === `${ARGO_CD_APP}[bot]`)
      .map(({ state }) => state)
      .reverse();
  }

  /** Titles of the open pull requests, and of the holds. */
  async titles(): Promise<string> {
    const holds = await this.promotion.issues('tidegate/hold');
    return `open: ${(await this.promotion.titles()).join('; ')}; holds: ${holds.map(({ title }) => title).join('; ')}`;
  }

  /** Text of a pull request's promotion check. */
  async gateOf(title: string): Promise<string> {
    const found = (await this.promotion.open())[title];
    return found === undefined ? 'no such pull request' : (await this.promotion.check(found.head)).title;
  }
}

function withSources(application: KubernetesObject, extraFile: string): KubernetesObject {
  const { source, ...spec } = Object(application.spec);
  const extra = { ...source, directory: { include: extraFile } };
  return { ...application, spec: { ...spec, sources: [source, extra] } };
}
