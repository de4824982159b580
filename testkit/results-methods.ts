import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from './results-blobs.ts';
import {
  blobUrl,
  type CacheEntry,
  type Message,
  type Method,
  nowInSeconds,
  type Reply,
  type RuntimeTokenClaims,
  type Service,
} from './results-state.ts';

const NOT_ALLOWED: Reply = { status: 403, body: { code: 'permission_denied', msg: 'token is for another run' } };

/** The methods that clients call, by `<Service>/<Method>`. */
export const METHODS: Readonly<Record<string, Method>> = {
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
    const createdAt = nowInSeconds();
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

function isOwnRun(claims: RuntimeTokenClaims, message: Message): boolean {
  return message.workflow_run_backend_id === `run-${claims.runId}`;
}

/** Protobuf's StringValue and Int64Value arrive bare or as `{value}`. */
function filterValue(filter: unknown): string {
  return filter !== null && typeof filter === 'object' && 'value' in filter ? String(filter.value) : String(filter);
}
