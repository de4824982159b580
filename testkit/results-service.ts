import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type LoopbackServer, listenOnLoopback, readBody, sendJson } from './http.ts';
import { receiveBlob } from './results-blobs.ts';
import { METHODS } from './results-methods.ts';
import {
  blobUrl,
  hmac,
  jwt,
  type Message,
  nowInSeconds,
  type RuntimeTokenClaims,
  type Service,
  type StoredArtifact,
  sign,
} from './results-state.ts';

/** The artifact, cache and identity services that a job talks to. */
export interface ResultsService {
  readonly url: string;
  /** A runtime token (JWT, HS256 under a key of this service) for one job. */
  issueRuntimeToken(claims: RuntimeTokenClaims): string;
  /** The environment of a `uses:` step, as the runner hands it out. */
  environment(claims: RuntimeTokenClaims): Record<string, string>;
  artifacts(runId: number): readonly StoredArtifact[];
  /** Adds an artifact as code of a job could upload it by hand: any name, also one that is taken, and any bytes. */
  plant(artifact: { repository: string; runId: number; name: string; zip: Uint8Array }): Promise<StoredArtifact>;
  /** Of all runs. */
  all(): readonly StoredArtifact[];
  artifact(id: number): StoredArtifact | undefined;
  /** A short-lived address of the artifact's archive, for redirects of the REST interface. */
  signedUrl(artifact: StoredArtifact): string;
  cacheKeys(repository: string): readonly { key: string; scope: string; version: string }[];
  stop(): Promise<void>;
}

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
    plant: async ({ zip, ...artifact }) => {
      const file = path.join(service.directory, randomUUID());
      await writeFile(file, zip);
      const created = { createdAt: nowInSeconds(), digest: null, sizeBytes: zip.length };
      const stored = { id: service.nextId++, file, ...created, ...artifact };
      service.artifacts.push(stored);
      return stored;
    },
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
