import { createHmac } from 'node:crypto';

/** Permissions of a job's runtime token. */
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

/** An upload that was begun. */
export interface PendingUpload {
  readonly blob: string;
  readonly claims: RuntimeTokenClaims;
}

/** A cache entry; found once it is finalized. */
export interface CacheEntry {
  readonly id: number;
  readonly repository: string;
  readonly scope: string;
  readonly key: string;
  readonly version: string;
  readonly blob: string;
  finalized: boolean;
}

/** State and helpers shared by the handlers of one service. */
export interface Service {
  readonly directory: string;
  readonly key: Buffer;
  url: string;
  nextId: number;
  readonly pending: Map<string, PendingUpload>;
  readonly artifacts: StoredArtifact[];
  readonly caches: CacheEntry[];
}

/** A message of a twirp call. */
export type Message = Record<string, unknown>;
/** A twirp method. */
export type Method = (service: Service, claims: RuntimeTokenClaims, message: Message) => Promise<Reply> | Reply;
/** An answer of a twirp method. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** A token signed by the service. */
export function jwt(service: Service, payload: Message): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${hmac(service, signed)}`;
}

/** A signature of the service. */
export function hmac(service: Service, text: string): string {
  return createHmac('sha256', service.key).update(text).digest('base64url');
}

/** The signature of a blob's address. */
export function sign(service: Service, blob: string): string {
  return createHmac('sha256', service.key).update(`blob:${blob}`).digest('hex');
}

/** The signed address of a blob. */
export function blobUrl(service: Service, blob: string): string {
  return `${service.url}/blobs/${blob}?sig=${sign(service, blob)}`;
}

/** Now in ISO 8601; whole seconds, as GitHub shows the times of artifacts. */
export function nowInSeconds(): string {
  return new Date().toISOString().replace(/\.\d{3}Z$/, 'Z');
}
