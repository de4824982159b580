import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type LoopbackServer, listenOnLoopback, readBody, sendJson } from './http.ts';

/** What a job's runtime token allows. */
export interface RuntimeTokenClaims {
  readonly repository: string;
  readonly runId: number;
  readonly jobId: string;
  /** Cache scopes (refs), the first one written to; entries are found in any of them, in this order. */
  readonly cacheScopes: readonly string[];
  readonly mayWriteCache: boolean;
  /** Claims of an OIDC token; without them the job has no `id-token: write`. */
  readonly identity?: Readonly<Record<string, string>>;
}

/** An uploaded artifact. Artifacts are immutable and their names unique in a run. */
export interface StoredArtifact {
  readonly id: number;
  readonly repository: string;
  readonly runId: number;
  readonly name: string;
  readonly sizeBytes: number;
  /** `sha256:…` of the uploaded archive, as the client computed it. */
  readonly digest: string | null;
  readonly createdAt: string;
  readonly file: string;
}

/** The artifact, cache and identity services that a job talks to. */
export interface ResultsService {
  readonly url: string;
  /** A runtime token (JWT, HS256 under a key of this service) for one job. */
  issueRuntimeToken(claims: RuntimeTokenClaims): string;
  /** The environment of a `uses:` step, as the runner hands it out. */
  environment(claims: RuntimeTokenClaims): Record<string, string>;
  artifacts(runId: number): readonly StoredArtifact[];
  /** Of all runs. */
  all(): readonly StoredArtifact[];
  artifact(id: number): StoredArtifact | undefined;
  /** A short-lived address of the artifact's archive, for redirects of the REST interface. */
  signedUrl(artifact: StoredArtifact): string;
  cacheKeys(repository: string): readonly { key: string; scope: string; version: string }[];
  stop(): Promise<void>;
}

interface PendingUpload {
  readonly blob: string;
  readonly claims: RuntimeTokenClaims;
}

interface CacheEntry {
  readonly id: number;
  readonly repository: string;
  readonly scope: string;
  readonly key: string;
  readonly version: string;
  readonly blob: string;
  finalized: boolean;
}

/** State and helpers shared by the handlers of one service. */
interface Service {
  readonly directory: string;
  readonly key: Buffer;
  url: string;
  nextId: number;
  readonly pending: Map<string, PendingUpload>;
  readonly artifacts: StoredArtifact[];
  readonly caches: CacheEntry[];
}

type Message = Record<string, unknown>;
type Method = (service: Service, claims: RuntimeTokenClaims, message: Message) => Promise<Reply> | Reply;
interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const NOT_ALLOWED: Reply = { status: 403, body: { code: 'permission_denied', msg: 'token is for another run' } };

/**
 * Starts the results service (artifact v2, cache v2, OIDC), enough for the unmodified `@actions/artifact`,
 * `@actions/cache` and `core.getIDToken`.
 *
 * @param options.directory Where blobs are kept.
 */
export async function startResultsService(options: { directory: string }): Promise<ResultsService> {
  await mkdir(options.directory, { recursive: true });
  const service: Service = {
    directory: options.directory,
    key: randomBytes(32),
    url: '',
    nextId: 1,
    pending: new Map(),
    artifacts: [],
    caches: [],
  };
  const server: LoopbackServer = await listenOnLoopback((request, response) => handle(service, request, response));
  service.url = `http://127.0.0.1:${server.port}`;
  return {
    url: service.url,
    issueRuntimeToken: (claims) => issueToken(service, claims),
    environment: (claims) => environmentFor(service, claims),
    artifacts: (runId) => service.artifacts.filter((artifact) => artifact.runId === runId),
    all: () => service.artifacts,
    artifact: (id) => service.artifacts.find((artifact) => artifact.id === id),
    signedUrl: (artifact) => blobUrl(service, path.basename(artifact.file)),
    cacheKeys: (repository) => service.caches.filter((entry) => entry.repository === repository && entry.finalized),
    stop: () => server.close(),
  };
}

async function handle(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', service.url);
  if (url.pathname.startsWith('/blobs/')) return handleBlob(service, url, { request, response });
  const claims = claimsOf(service, request);
  if (claims === undefined) return sendJson(response, 401, { code: 'unauthenticated', msg: 'bad token' });
  if (url.pathname === '/oidc') return sendIdentity(service, claims, { url, response });
  const name = /^\/twirp\/github\.actions\.results\.api\.v1\.(\w+\/\w+)$/.exec(url.pathname)?.[1];
  const method = name === undefined ? undefined : METHODS[name];
  if (method === undefined) return sendJson(response, 404, { code: 'bad_route', msg: url.pathname });
  const message: Message = JSON.parse((await readBody(request)).toString('utf8') || '{}');
  const reply = await method(service, claims, message);
  sendJson(response, reply.status, reply.body);
}

const METHODS: Readonly<Record<string, Method>> = {
  'ArtifactService/CreateArtifact': (service, claims, message) => {
    if (!isOwnRun(claims, message)) return NOT_ALLOWED;
    const name = String(message.name);
    const known = service.artifacts.some((artifact) => artifact.runId === claims.runId && artifact.name === name);
    if (known || service.pending.has(`${claims.runId}/${name}`)) {
      const msg = 'an artifact with this name already exists on the workflow run';
      return { status: 409, body: { code: 'already_exists', msg } };
    }
    const blob = randomUUID();
    service.pending.set(`${claims.runId}/${name}`, { blob, claims });
    return { status: 200, body: { ok: true, signed_upload_url: blobUrl(service, blob) } };
  },

  'ArtifactService/FinalizeArtifact': async (service, claims, message) => {
    const name = String(message.name);
    const upload = service.pending.get(`${claims.runId}/${name}`);
    if (!isOwnRun(claims, message) || upload === undefined) return NOT_ALLOWED;
    const file = path.join(service.directory, upload.blob);
    const digest = await sha256(file);
    const said = message.hash === undefined ? undefined : String(message.hash);
    if (said !== undefined && said !== digest) {
      return { status: 400, body: { code: 'invalid_argument', msg: 'hash does not match the upload' } };
    }
    const id = service.nextId++;
    const { size } = await stat(file);
    const createdAt = new Date().toISOString();
    const { repository, runId } = claims;
    service.pending.delete(`${claims.runId}/${name}`);
    service.artifacts.push({ id, repository, runId, name, sizeBytes: size, digest: said ?? null, createdAt, file });
    return { status: 200, body: { ok: true, artifact_id: String(id) } };
  },

  'ArtifactService/ListArtifacts': (service, claims, message) => {
    const matches = service.artifacts.filter(
      (artifact) =>
        artifact.runId === claims.runId &&
        (message.name_filter === undefined || artifact.name === filterValue(message.name_filter)) &&
        (message.id_filter === undefined || String(artifact.id) === filterValue(message.id_filter)),
    );
    const artifacts = matches.map((artifact) => ({
      workflow_run_backend_id: `run-${artifact.runId}`,
      workflow_job_run_backend_id: claims.jobId,
      database_id: String(artifact.id),
      name: artifact.name,
      size: String(artifact.sizeBytes),
      created_at: artifact.createdAt,
      ...(artifact.digest === null ? {} : { digest: artifact.digest }),
    }));
    return { status: 200, body: { artifacts } };
  },

  'ArtifactService/GetSignedArtifactURL': (service, claims, message) => {
    const found = service.artifacts.find(({ runId, name }) => runId === claims.runId && name === message.name);
    if (found === undefined) return { status: 404, body: { code: 'not_found', msg: 'artifact not found' } };
    return { status: 200, body: { signed_url: blobUrl(service, path.basename(found.file)) } };
  },

  'ArtifactService/DeleteArtifact': (service, claims, message) => {
    const index = service.artifacts.findIndex(({ runId, name }) => runId === claims.runId && name === message.name);
    const [removed] = index < 0 ? [] : service.artifacts.splice(index, 1);
    if (removed === undefined) return { status: 404, body: { code: 'not_found', msg: 'artifact not found' } };
    return { status: 200, body: { ok: true, artifact_id: String(removed.id) } };
  },

  'CacheService/CreateCacheEntry': (service, claims, message) => {
    const scope = claims.cacheScopes[0];
    if (!claims.mayWriteCache || scope === undefined) {
      const denied = 'cache write denied: the token of this run may only read';
      return { status: 200, body: { ok: false, signed_upload_url: '', message: denied } };
    }
    const key = String(message.key);
    const version = String(message.version);
    const { repository } = claims;
    const taken = service.caches.some(
      (e) => e.repository === repository && e.scope === scope && e.key === key && e.version === version,
    );
    if (taken) return { status: 409, body: { code: 'already_exists', msg: 'cache entry already exists' } };
    const blob = randomUUID();
    service.caches.push({ id: service.nextId++, repository, scope, key, version, blob, finalized: false });
    return { status: 200, body: { ok: true, signed_upload_url: blobUrl(service, blob), message: '' } };
  },

  'CacheService/FinalizeCacheEntryUpload': (service, claims, message) => {
    const entry = service.caches.find(
      (e) =>
        e.repository === claims.repository &&
        e.scope === claims.cacheScopes[0] &&
        e.key === message.key &&
        e.version === message.version,
    );
    if (entry === undefined) return { status: 200, body: { ok: false, entry_id: '0', message: 'no such reservation' } };
    entry.finalized = true;
    return { status: 200, body: { ok: true, entry_id: String(entry.id), message: '' } };
  },

  'CacheService/GetCacheEntryDownloadURL': (service, claims, message) => {
    const entry = findCache(service, claims, message);
    if (entry === undefined) return { status: 200, body: { ok: false, signed_download_url: '', matched_key: '' } };
    return {
      status: 200,
      body: { ok: true, signed_download_url: blobUrl(service, entry.blob), matched_key: entry.key },
    };
  },
};

/** The exact key first, then each restore key as a prefix, the newest entry winning; each scope in turn. */
function findCache(service: Service, claims: RuntimeTokenClaims, message: Message): CacheEntry | undefined {
  const restoreKeys = Array.isArray(message.restore_keys) ? message.restore_keys.map(String) : [];
  const key = String(message.key);
  for (const scope of claims.cacheScopes) {
    const entries = service.caches
      .filter((e) => e.finalized && e.repository === claims.repository)
      .filter((e) => e.scope === scope && e.version === message.version)
      .toReversed();
    const exact = entries.find((entry) => entry.key === key);
    if (exact !== undefined) return exact;
    for (const prefix of [key, ...restoreKeys]) {
      const match = entries.find((entry) => entry.key.startsWith(prefix));
      if (match !== undefined) return match;
    }
  }
  return undefined;
}

async function handleBlob(
  service: Service,
  url: URL,
  exchange: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  const blob = path.basename(url.pathname);
  if (url.searchParams.get('sig') !== sign(service, blob)) return sendJson(response, 403, { message: 'bad signature' });
  const file = path.join(service.directory, blob);
  if (request.method === 'GET' || request.method === 'HEAD') {
    const { size } = await stat(file);
    response.writeHead(200, { 'content-type': 'application/zip', 'content-length': size });
    if (request.method === 'HEAD') response.end();
    else await pipeline(createReadStream(file), response);
    return;
  }
  await receiveBlob(file, url, request);
  response.writeHead(201, {
    etag: '"0x1"',
    'x-ms-request-server-encrypted': 'true',
    'last-modified': new Date().toUTCString(),
  });
  response.end();
}

/** The part of Azure's block blobs that the clients use: one PUT, or blocks and then their list. */
async function receiveBlob(file: string, url: URL, request: IncomingMessage): Promise<void> {
  const blockFile = (id: string) => `${file}.${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
  const part = url.searchParams.get('comp');
  if (part === 'block') {
    await pipeline(request, createWriteStream(blockFile(url.searchParams.get('blockid') ?? '')));
    return;
  }
  const temporary = `${file}.part`;
  if (part === 'blocklist') {
    const list = (await readBody(request)).toString('utf8');
    const output = await open(temporary, 'w');
    for (const match of list.matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]*)</g)) {
      for await (const chunk of createReadStream(blockFile(match[1] ?? ''))) await output.write(chunk);
    }
    await output.close();
  } else {
    await pipeline(request, createWriteStream(temporary));
  }
  await rename(temporary, file);
}

function sendIdentity(
  service: Service,
  claims: RuntimeTokenClaims,
  exchange: { url: URL; response: ServerResponse },
): void {
  if (claims.identity === undefined) {
    sendJson(exchange.response, 403, { message: 'id-token: write is not granted' });
    return;
  }
  const now = Math.floor(Date.now() / 1000);
  const aud = exchange.url.searchParams.get('audience') ?? `https://github.com/${claims.repository.split('/')[0]}`;
  const value = jwt(service, {
    ...claims.identity,
    aud,
    iss: service.url,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
  });
  sendJson(exchange.response, 200, { count: value.length, value });
}

function environmentFor(service: Service, claims: RuntimeTokenClaims): Record<string, string> {
  const token = issueToken(service, claims);
  return {
    ACTIONS_RUNTIME_URL: `${service.url}/`,
    ACTIONS_RUNTIME_TOKEN: token,
    ACTIONS_RESULTS_URL: `${service.url}/`,
    ACTIONS_CACHE_URL: `${service.url}/`,
    ACTIONS_CACHE_SERVICE_V2: 'True',
    ...(claims.identity === undefined
      ? {}
      : { ACTIONS_ID_TOKEN_REQUEST_URL: `${service.url}/oidc?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token }),
  };
}

function issueToken(service: Service, claims: RuntimeTokenClaims): string {
  const scp = `Actions.GenericRead:00000000 Actions.Results:run-${claims.runId}:${claims.jobId}`;
  return jwt(service, { scp, tidegate: JSON.stringify(claims), exp: Math.floor(Date.now() / 1000) + 21_600 });
}

function claimsOf(service: Service, request: IncomingMessage): RuntimeTokenClaims | undefined {
  const token = (request.headers.authorization ?? '').replace(/^Bearer /i, '');
  const [header, payload, signature] = token.split('.');
  if (payload === undefined || signature !== hmac(service, `${header}.${payload}`)) return undefined;
  const decoded: { tidegate?: string } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return decoded.tidegate === undefined ? undefined : JSON.parse(decoded.tidegate);
}

function jwt(service: Service, payload: Message): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${hmac(service, signed)}`;
}

function hmac(service: Service, text: string): string {
  return createHmac('sha256', service.key).update(text).digest('base64url');
}

function sign(service: Service, blob: string): string {
  return createHmac('sha256', service.key).update(`blob:${blob}`).digest('hex');
}

function blobUrl(service: Service, blob: string): string {
  return `${service.url}/blobs/${blob}?sig=${sign(service, blob)}`;
}

function isOwnRun(claims: RuntimeTokenClaims, message: Message): boolean {
  return message.workflow_run_backend_id === `run-${claims.runId}`;
}

/** Protobuf's StringValue and Int64Value arrive bare or as `{value}`. */
function filterValue(filter: unknown): string {
  return filter !== null && typeof filter === 'object' && 'value' in filter ? String(filter.value) : String(filter);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
