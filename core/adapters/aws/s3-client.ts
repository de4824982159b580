import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { MAX_ATTEMPTS } from '../http/retry-policy.ts';
import { readRemoteProfile } from './remote-profile.ts';
import { SdkHttpHandler } from './sdk-http-handler.ts';
import { sdkRetries } from './sdk-retries.ts';

/** Connection options for S3. Whatever is absent comes from `env`, as the AWS tools name it. */
export interface S3Settings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly profile?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly anonymous?: boolean;
  /** Absolute paths of files with profiles, of which keys and regions alone are read. The SDK reads those in `~/.aws`. */
  readonly credentialPath?: string;
  readonly configPath?: string;
}

/** Requests in flight to one endpoint. Chosen: 64, the best of 16, 32 and 64 measured with small objects. */
const MAX_SOCKETS = 64;

/** A client for these settings. The SDK is loaded at the first call. */
export async function createS3Client(settings: S3Settings): Promise<S3Client> {
  const { S3Client: Client } = await import('@aws-sdk/client-s3');
  const { env } = settings;
  const given = settings.region ?? nonEmpty(env.AWS_REGION) ?? nonEmpty(env.AWS_DEFAULT_REGION);
  const profile = settings.profile ?? nonEmpty(env.AWS_PROFILE);
  const stated = statedKeys(settings);
  const written = stated === undefined ? await readRemoteProfile({ ...settings, profile }) : {};
  // The profile may name a region. Where nothing does, the bucket says where it is.
  const asked = () => new Client(profile === undefined ? {} : { profile }).config.region().catch(() => 'us-east-1');
  const region = given ?? written.region ?? (await asked());
  return new Client({ ...clientConfig(settings, profile), region, ...(stated ?? keysOf(written)) });
}

function clientConfig({ env, endpointUrl }: S3Settings, profile: string | undefined): S3ClientConfig {
  const endpoint = endpointUrl ?? nonEmpty(env.AWS_ENDPOINT_URL_S3) ?? nonEmpty(env.AWS_ENDPOINT_URL);
  return {
    followRegionRedirects: true,
    // Servers other than AWS have no DNS name for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: MAX_ATTEMPTS,
    retryStrategy: sdkRetries(),
    requestHandler: new SdkHttpHandler(env, MAX_SOCKETS),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

/**
 * Keys that are said outright: given ones win over those of env. Undefined where the profile has to answer, or the SDK's
 * own chain (profile, web identity, instance).
 */
function statedKeys({ env, ...settings }: S3Settings): SignedBy | undefined {
  if (settings.anonymous === true) {
    return { signer: { sign: async (request) => request }, credentials: { accessKeyId: '', secretAccessKey: '' } };
  }
  const given = keysOf(settings);
  if (given !== undefined || settings.profile !== undefined) return given;
  return keysOf({
    accessKeyId: nonEmpty(env.AWS_ACCESS_KEY_ID),
    secretAccessKey: nonEmpty(env.AWS_SECRET_ACCESS_KEY),
    sessionToken: nonEmpty(env.AWS_SESSION_TOKEN),
  });
}

type SignedBy = Pick<S3ClientConfig, 'credentials' | 'signer'>;

interface WrittenKeys {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: WrittenKeys): SignedBy | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
