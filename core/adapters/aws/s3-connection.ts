import type { S3Client } from '@aws-sdk/client-s3';
import { createS3Client, type S3Settings } from './s3-client.ts';
import type { S3Location } from './s3-location.ts';
import { plainConnection } from './s3-plain-connection.ts';
import { type AwsKeys, SigV4Signer } from './sigv4.ts';

/** Address of a bucket, and its credentials. */
export interface S3Connection {
  /** The SDK's client, made when it is first asked for. */
  readonly client: () => Promise<S3Client>;
  readonly origin: string;
  readonly host: string;
  /** Encoded; what all keys of the bucket begin with: `/bucket` in path style, else `''`. */
  readonly basePath: string;
  /** Undefined for anonymous access. */
  readonly signer: SigV4Signer | undefined;
  /** When the credentials have to be asked for again, in milliseconds since 1970. */
  readonly refreshAtMs: number;
}

/** Connection options. */
export interface ConnectOptions {
  readonly settings: S3Settings;
  readonly location: S3Location;
  /** The region that the bucket said it is in. */
  readonly region: string | undefined;
}

/** Chosen: as the SDK's own. Credentials are asked for again so long before they expire. */
const REFRESH_EARLY_MS = 5 * 60_000;
const PROBE_KEY = 'tidegate-probe';

/**
 * Lets the SDK find endpoint, region, style of address and credentials, by having it prepare a request that is not
 * sent. Requests for objects are then made without it: it costs five times the CPU of the request itself. Where
 * address, region and keys are all given, the SDK is not loaded at all: that takes 0.2 s and 40 MB. Credentials are
 * never those of an earlier call: each has a client of its own.
 */
export async function connectS3({ settings: given, location, region }: ConnectOptions): Promise<S3Connection> {
  const settings = region === undefined ? given : { ...given, region };
  const plain = plainConnection(settings, location);
  if (plain !== undefined) {
    const signer = new SigV4Signer(plain.keys, plain.region);
    const client = () => createS3Client(settings);
    return { ...plain.address, client, signer, refreshAtMs: Number.POSITIVE_INFINITY };
  }
  const client = await createS3Client(settings);
  const { protocol, hostname, port, path } = await prepareProbe(client, location.bucket);
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const basePath = path.slice(0, -(PROBE_KEY.length + 1));
  const common = { client: async () => client, origin: `${protocol}//${host}`, host, basePath };
  if (settings.anonymous === true) return { ...common, signer: undefined, refreshAtMs: Number.POSITIVE_INFINITY };
  const found = await client.config.credentials();
  const keys: AwsKeys = found;
  const refreshAtMs =
    found.expiration === undefined ? Number.POSITIVE_INFINITY : found.expiration.getTime() - REFRESH_EARLY_MS;
  return { ...common, signer: new SigV4Signer(keys, await client.config.region()), refreshAtMs };
}

interface ProbeRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

async function prepareProbe(client: S3Client, bucket: string): Promise<ProbeRequest> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const command = new GetObjectCommand({ Bucket: bucket, Key: PROBE_KEY });
  const prepared = Promise.withResolvers<ProbeRequest>();
  command.middlewareStack.add(
    () => async (args) => {
      // At this step the SDK's request is an HttpRequest of its own.
      prepared.resolve(args.request as ProbeRequest);
      throw new Prepared();
    },
    { step: 'build', priority: 'low', name: 'tidegateProbe' },
  );
  await client.send(command).catch((error: unknown) => {
    if (!(error instanceof Prepared)) throw error;
  });
  return prepared.promise;
}

/** Ends the preparation: nothing is sent. */
class Prepared extends Error {}
