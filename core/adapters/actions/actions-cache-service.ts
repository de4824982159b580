import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { RequestInit, Response } from 'undici';
import { createHttpFetch, type HttpFetch } from '../http/http-fetch.ts';
import { isRetriedStatus, waitBeforeTry } from '../http/retry-policy.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** An archive that the service keeps. */
export interface CachedArchive {
  /** The key that it was kept under. */
  readonly key: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Chosen: an archive up to this goes up in one request, a larger one in blocks of it. */
const BLOCK_BYTES = 32 << 20;
/** Chosen: a block takes less on any runner. */
const REQUEST_MS = 300_000;
/** Chosen: fewer than elsewhere, because a job can do without the cache. */
const ATTEMPTS = 3;
/** Archives of another layout have another version, so that none is taken for one of Tidegate. */
const VERSION = createHash('sha256').update('tidegate-archive-v1').digest('hex');

/**
 * The cache service of GitHub Actions (version 2), by its own protocol: messages as JSON, archives at signed addresses.
 * `@actions/cache` cannot be used for reading: it unpacks by `tar -P`, which writes wherever the archive says, and any job
 * that may write into the cache of a branch can put an archive there.
 */
export class ActionsCacheService {
  readonly #url: string;
  readonly #token: string;
  readonly #mode: string;
  readonly #fetch: HttpFetch;

  constructor(options: {
    readonly url: string;
    readonly token: string;
    readonly mode: string;
    readonly fetch: HttpFetch;
  }) {
    this.#fetch = options.fetch;
    this.#url = options.url;
    this.#token = options.token;
    this.#mode = options.mode;
  }

  /** @returns Undefined where there is none: outside a runner, on a server without it, or where it is switched off. */
  static of(env: Env): ActionsCacheService | undefined {
    const { ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token, ACTIONS_CACHE_SERVICE_V2: isNew } = env;
    const mode = env.ACTIONS_CACHE_MODE || 'write';
    if (!url || !token || !isNew || mode === 'none') return undefined;
    return new ActionsCacheService({ url, token, mode, fetch: createHttpFetch(env) });
  }

  /**
   * Finds an archive by its key, else the newest whose key begins with a prefix.
   *
   * @returns Undefined where there is none. The body is as trustworthy as every job that may write into this cache.
   * @throws {Error} What the service or the network says.
   */
  async find(key: string, prefixes: readonly string[] = []): Promise<CachedArchive | undefined> {
    if (this.#mode === 'write-only') return undefined;
    const answer = await this.#ask('GetCacheEntryDownloadURL', { key, restore_keys: [...prefixes], version: VERSION });
    const url = text(answer, 'signed_download_url');
    if (url === '') return undefined;
    const response = await request(this.#fetch, url);
    if (response.body === null) throw new Error('the archive has no body');
    return { key: text(answer, 'matched_key'), body: response.body };
  }

  /**
   * Keeps a file under a key.
   *
   * @returns False where the key is taken, or this job may not write.
   * @throws {Error} As `find`.
   */
  async keep(key: string, file: string): Promise<boolean> {
    if (this.#mode === 'read') return false;
    const answer = await this.#ask('CreateCacheEntry', { key, version: VERSION });
    const url = text(answer, 'signed_upload_url');
    if (url === '') return false;
    const size = await upload(this.#fetch, url, file);
    await this.#ask('FinalizeCacheEntryUpload', { key, version: VERSION, size_bytes: String(size) });
    return true;
  }

  /** An answer without the wanted field, and 404 and 409 (no such entry, taken), are an empty one. */
  async #ask(method: string, message: Readonly<Record<string, unknown>>): Promise<unknown> {
    const url = new URL(`/twirp/github.actions.results.api.v1.CacheService/${method}`, this.#url);
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const accepted = [404, 409];
    const init = { method: 'POST', headers, body: JSON.stringify(message) };
    const response = await request(this.#fetch, url, { init, accepted });
    return accepted.includes(response.status) ? {} : response.json();
  }
}

function text(answer: unknown, field: string): string {
  const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : undefined;
  return typeof value === 'string' ? value : '';
}

/** As Azure's block blobs want it. @returns The size in bytes. */
async function upload(fetch: HttpFetch, url: string, file: string): Promise<number> {
  const whole = await openAsBlob(file);
  if (whole.size <= BLOCK_BYTES) {
    await put(fetch, url, { body: whole, headers: { 'x-ms-blob-type': 'BlockBlob' } });
    return whole.size;
  }
  const ids: string[] = [];
  for (let at = 0; at < whole.size; at += BLOCK_BYTES) {
    const id = Buffer.from(String(ids.length).padStart(6, '0')).toString('base64');
    await put(fetch, withQuery(url, { comp: 'block', blockid: id }), { body: whole.slice(at, at + BLOCK_BYTES) });
    ids.push(id);
  }
  const list = ids.map((id) => `<Latest>${id}</Latest>`).join('');
  const body = `<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`;
  await put(fetch, withQuery(url, { comp: 'blocklist' }), { body: new Blob([body]) });
  return whole.size;
}

function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(query)) whole.searchParams.set(name, value);
  return whole.href;
}

async function put(
  fetch: HttpFetch,
  url: string,
  content: { readonly body: Blob; readonly headers?: Record<string, string> },
): Promise<void> {
  const response = await request(fetch, url, { init: { method: 'PUT', ...content } });
  await response.body?.cancel();
}

async function request(
  fetch: HttpFetch,
  url: string | URL,
  { init = {}, accepted = [] }: { readonly init?: RequestInit; readonly accepted?: readonly number[] } = {},
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_MS) }).catch((error: unknown) => {
      if (attempt >= ATTEMPTS) throw error;
      return undefined;
    });
    if (response !== undefined && (response.ok || accepted.includes(response.status))) return response;
    await response?.body?.cancel();
    const isBusy = response === undefined || isRetriedStatus(response.status);
    if (!isBusy || attempt >= ATTEMPTS) throw new Error(`the cache service answered HTTP ${response?.status}`);
    await waitBeforeTry(attempt, response?.headers.get('retry-after') ?? undefined);
  }
}
