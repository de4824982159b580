import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';

/** How to reach S3. Whatever is absent comes from `env`, as the AWS tools name it. */
export interface S3Settings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly profile?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly anonymous?: boolean;
  /** Absolute paths of the files that the AWS tools have in `~/.aws`. */
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
  // The profile may name a region. Where nothing does, the bucket says where it is.
  const asked = () => new Client(profile === undefined ? {} : { profile }).config.region().catch(() => 'us-east-1');
  const region = given ?? (await asked());
  return new Client({ ...clientConfig(settings, profile), region, ...(await credentials(settings, profile)) });
}

function clientConfig({ env, endpointUrl }: S3Settings, profile: string | undefined): S3ClientConfig {
  const endpoint = endpointUrl ?? nonEmpty(env.AWS_ENDPOINT_URL_S3) ?? nonEmpty(env.AWS_ENDPOINT_URL);
  return {
    followRegionRedirects: true,
    // Servers other than AWS have no DNS name for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: 5,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: 10_000,
      requestTimeout: 60_000,
      httpAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
      httpsAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
    },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

/** Given keys win over those of env; with neither the SDK's own chain (profile, web identity, instance) answers. */
async function credentials(
  settings: S3Settings,
  profile: string | undefined,
): Promise<Pick<S3ClientConfig, 'credentials' | 'signer'>> {
  if (settings.anonymous === true) {
    return { signer: { sign: async (request) => request }, credentials: { accessKeyId: '', secretAccessKey: '' } };
  }
  const { env, credentialPath, configPath } = settings;
  const isGiven = settings.accessKeyId !== undefined && settings.secretAccessKey !== undefined;
  const accessKeyId = isGiven ? settings.accessKeyId : nonEmpty(env.AWS_ACCESS_KEY_ID);
  const secretAccessKey = isGiven ? settings.secretAccessKey : nonEmpty(env.AWS_SECRET_ACCESS_KEY);
  const sessionToken = isGiven ? settings.sessionToken : nonEmpty(env.AWS_SESSION_TOKEN);
  const wantsProfile = !isGiven && settings.profile !== undefined;
  if (!wantsProfile && accessKeyId !== undefined && secretAccessKey !== undefined) {
    const keys = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    return { credentials: keys };
  }
  if (credentialPath === undefined && configPath === undefined) return {};
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return {
    credentials: defaultProvider({
      ...(profile === undefined ? {} : { profile }),
      ...(credentialPath === undefined ? {} : { filepath: credentialPath }),
      ...(configPath === undefined ? {} : { configFilepath: configPath }),
    }),
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
