import { Agent, fetch } from 'undici';
import { stringify } from 'yaml';
import { waitUntil } from './wait-until.ts';

/** A Kubernetes object, as it is read from YAML or answered by the API server. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** Kinds differ in the rest: `valueAt` reads it. */
  readonly [part: string]: unknown;
}

/**
 * A part of an object by its path.
 *
 * @example valueAt({ a: [{ b: 1 }] }, ['a', 0, 'b']) // => 1
 */
export function valueAt(object: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), object);
}

/** A list that is part of an object; empty where there is none. */
export function listAt(object: unknown, path: readonly (string | number)[]): readonly unknown[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Reference to an object. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Address of the API server, and the credentials. */
export interface ApiAccess {
  readonly server: string;
  readonly token: string;
  /** PEM. */
  readonly ca: string;
}

/** Requests to a Kubernetes API server, as its administrator. */
export class KubernetesApi {
  readonly #access: ApiAccess;
  readonly #agent: Agent;
  readonly #resources = new Map<string, { readonly name: string; readonly namespaced: boolean }>();

  constructor(access: ApiAccess) {
    this.#access = access;
    this.#agent = new Agent({ connect: { ca: access.ca } });
  }

  /** Creates or changes an object by a strict server-side apply, and takes over fields of others. */
  async apply(object: KubernetesObject): Promise<KubernetesObject> {
    const path = await this.#pathOf({ ...object, ...object.metadata });
    return this.#ask('PATCH', `${path}?fieldManager=e2e&force=true&fieldValidation=Strict`, object);
  }

  /** Makes sure that the server would take an object, and changes nothing. */
  async check(object: KubernetesObject): Promise<void> {
    const path = await this.#pathOf({ ...object, ...object.metadata });
    await this.#ask('PATCH', `${path}?fieldManager=e2e&force=true&fieldValidation=Strict&dryRun=All`, object);
  }

  /** An object, or undefined where there is none. */
  async get(name: ObjectName): Promise<KubernetesObject | undefined> {
    try {
      return await this.#ask('GET', await this.#pathOf(name));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All objects of a kind in a namespace. */
  async list(kind: Omit<ObjectName, 'name'>): Promise<readonly KubernetesObject[]> {
    const answer = await this.#ask('GET', (await this.#pathOf({ ...kind, name: '' })).replace(/\/$/, ''));
    // What an API server lists are objects of the kind that it was asked for.
    return listAt(answer, ['items']) as readonly KubernetesObject[];
  }

  /** Moves a pod away, as `kubectl drain` does for each pod of a node. */
  async evict({ name, namespace = 'default' }: { readonly name: string; readonly namespace?: string }): Promise<void> {
    const metadata = { name, namespace };
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata };
    await this.#ask('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body);
  }

  /** True if the server is ready. */
  async isReady(): Promise<boolean> {
    return (await this.#request('GET', '/readyz')).ok;
  }

  async #pathOf({ apiVersion, kind, name, namespace }: ObjectName): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = await this.#resourceOf(root, kind);
    const scope = resource.namespaced ? `/namespaces/${namespace ?? 'default'}` : '';
    return `${root}${scope}/${resource.name}/${name}`;
  }

  async #resourceOf(root: string, kind: string) {
    const key = `${root} ${kind}`;
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    const what = `${kind} in ${root}`;
    const found = await waitUntil(() => this.#findResource(root, kind), { what, seconds: 20 });
    this.#resources.set(key, found);
    return found;
  }

  /** A kind is there some time after its definition. */
  async #findResource(root: string, kind: string) {
    return listAt(await this.#ask('GET', root), ['resources'])
      .map((one) => ({ kind: valueAt(one, ['kind']), name: String(valueAt(one, ['name'])), one }))
      .filter((one) => one.kind === kind && !one.name.includes('/'))
      .map(({ name, one }) => ({ name, namespaced: valueAt(one, ['namespaced']) === true }))[0];
  }

  async #ask(method: string, path: string, body?: object): Promise<KubernetesObject> {
    const response = await this.#request(method, path, body);
    const text = await response.text();
    if (!response.ok)
      throw new ApiError(response.status, `${method} ${path}: ${response.status} ${text.slice(0, 800)}`);
    return JSON.parse(text);
  }

  #request(method: string, path: string, body?: object) {
    const { server, token } = this.#access;
    const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
    return fetch(`${server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      ...(body === undefined ? {} : { body: method === 'PATCH' ? stringify(body) : JSON.stringify(body) }),
    });
  }
}

class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
