import type { Storage, StorageOptions } from '@google-cloud/storage';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';
import { loadSdk } from '../cloud/sdk-loader.ts';
import { withoutGcsCredentials } from './gcs-error.ts';
import { readGcsKeyFile } from './gcs-key-file.ts';
import type { gcsSdk } from './gcs-sdk.ts';

/** Connection options for Google Cloud Storage. Whatever is absent comes from `env`, as Google's tools name it. */
export interface GcsSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly endpointUrl?: string;
  readonly anonymous?: boolean;
  /** Absolute path of a file with the key of a service account, as a remote's section names it. */
  readonly credentialPath?: string;
}

/** Google's client for a place, and what its requests carry. */
export interface GcsConnection {
  readonly storage: Storage;
  readonly origin: string;
  /** A token that is valid for some minutes more; undefined for anonymous access. */
  readonly token: (() => Promise<string>) | undefined;
}

const GOOGLE = 'https://storage.googleapis.com';
/** Chosen: with the SDK's delays the last try comes about half a minute after the first. */
const MAX_RETRIES = 4;

/**
 * Connects to Google Cloud Storage, or to the server that `endpointUrl` or STORAGE_EMULATOR_HOST names. A token goes to
 * hosts of Google alone: a person who has it may do all that the account may, and `endpointurl` comes with the code.
 *
 * @param uri For errors.
 * @throws {UserError} CREDENTIALS_MISSING, DVC_UNSUPPORTED as `readGcsKeyFile`, INPUT_INVALID for an endpoint that is not a
 *   URL; and as `translateGcsError`.
 */
export async function connectGcs(uri: string, settings: GcsSettings): Promise<GcsConnection> {
  const { gcsSdk: sdk } = loadSdk('gcs/gcs-sdk') as { readonly gcsSdk: typeof gcsSdk };
  const origin = originOf(uri, settings);
  const isAnonymous = settings.anonymous === true || !isGoogle(origin);
  const options: StorageOptions = {
    apiEndpoint: origin,
    retryOptions: { maxRetries: MAX_RETRIES, idempotencyStrategy: sdk.IdempotencyStrategy.RetryAlways },
    ...(isAnonymous ? { authClient: new sdk.PassThroughClient(), projectId: 'none' } : await credentialsOf(settings)),
  };
  const storage = new sdk.Storage(options);
  // The SDK takes STORAGE_EMULATOR_HOST for the address of the API itself, and the servers do not.
  storage.baseUrl = `${origin}/storage/v1`;
  if (isAnonymous) return { storage, origin, token: undefined };
  const token = () => tokenOf(uri, storage);
  await token();
  return { storage, origin, token };
}

async function tokenOf(uri: string, storage: Storage): Promise<string> {
  try {
    const token = await storage.authClient.getAccessToken();
    if (typeof token === 'string' && token !== '') return token;
  } catch (error) {
    throw withoutGcsCredentials(uri, error);
  }
  throw withoutGcsCredentials(uri, new TypeError('Google gave no token'));
}

async function credentialsOf({ env, credentialPath }: GcsSettings): Promise<StorageOptions> {
  const named = env.GOOGLE_APPLICATION_CREDENTIALS;
  // The same file by the step's own environment: that one may say anything.
  if (credentialPath !== undefined && credentialPath !== named) {
    return { credentials: await readGcsKeyFile(credentialPath) };
  }
  return named === undefined || named === '' ? {} : { keyFilename: named };
}

function originOf(uri: string, { env, endpointUrl }: GcsSettings): string {
  const given = endpointUrl ?? env.STORAGE_EMULATOR_HOST;
  if (given === undefined || given === '') return GOOGLE;
  const url = /^https?:\/\//.test(given) ? given : `http://${given}`;
  if (URL.canParse(url)) return withoutEnding(new URL(url).origin, '/');
  throw new UserError('INPUT_INVALID', `${uri}: the endpoint ${JSON.stringify(given)} is not an address`, {
    fix: 'Write http://host:port in STORAGE_EMULATOR_HOST or in endpointurl of the remote.',
  });
}

function isGoogle(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' && hostname.endsWith('.googleapis.com');
}
