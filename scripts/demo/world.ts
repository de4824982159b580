import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { getOctokit } from '@actions/github';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type RunningBot, startBot } from '../../bot/server.ts';
import { type Forge, type ForgeNews, startForge } from '../../testkit/forge.ts';
import { type S3Server, startS3 } from '../../testkit/s3.ts';
import type { PythonEnvironment } from '../python-environment.ts';

/** The repository of the demo's team. */
export const REPOSITORY = 'acme/flight-delay';
const BUCKETS = ['flights-data', 'flights-models', 'flights-warehouse', 'flights-logs'];

/** Everything outside the team's repository: a forge, a store and the bot, all real and all on this machine. */
export interface World {
  readonly directory: string;
  readonly forge: Forge;
  readonly bot: RunningBot;
  readonly s3: S3Server;
  /** Environment for the team's own tools. */
  readonly teamEnvironment: NodeJS.ProcessEnv;
  /** Stores a file in a bucket. */
  upload(bucket: string, key: string, file: string): Promise<void>;
  /** Bytes of an object. */
  download(bucket: string, key: string): Promise<Uint8Array>;
  /** Says the health of production in a commit status of the default branch's newest commit, as Argo CD does. */
  sayHealth(login: string, state: 'success' | 'failure'): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it in an empty folder. */
export async function startWorld(options: {
  readonly directory: string;
  readonly python: PythonEnvironment;
  readonly onNews: (news: ForgeNews) => void;
}): Promise<World> {
  const { directory, python } = options;
  await mkdir(join(directory, 's3'), { recursive: true });
  const s3 = await startS3({ directory: join(directory, 's3'), binary: join(python.bin, 'weed') });
  for (const bucket of BUCKETS) await s3.createBucket(bucket);
  const forge = await startForge({
    directory: join(directory, 'forge'),
    pythonBin: python.bin,
    onNews: options.onNews,
  });
  await forge.createRepository(REPOSITORY);
  giveCredentials(forge, s3);
  const bot = await startDemoBot(forge);
  const client = clientOf(s3);
  return {
    directory,
    forge,
    bot,
    s3,
    teamEnvironment: {
      ...process.env,
      ...awsEnvironment(s3),
      PATH: `${python.bin}:${process.env.PATH ?? ''}`,
      DVC_NO_ANALYTICS: '1',
    },
    upload: async (bucket, key, file) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: await readFile(file) }));
    },
    download: async (bucket, key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined) throw new Error(`s3://${bucket}/${key} has no bytes`);
      return Body.transformToByteArray();
    },
    sayHealth: async (login, state) => {
      const [owner = '', repo = ''] = REPOSITORY.split('/');
      const { repos } = getOctokit(forge.userToken(login), { baseUrl: forge.apiUrl }).rest;
      const { data } = await repos.getBranch({ owner, repo, branch: 'main' });
      const context = 'continuous-delivery/flight-delay-production';
      await repos.createCommitStatus({ owner, repo, sha: data.commit.sha, state, context });
      await forge.idle();
    },
    stop: async () => {
      await bot.stop();
      await forge.stop();
      await s3.stop();
    },
  };
}

/** The key under which the warehouse keeps a month of features. */
export function warehouseKey(file: string): string {
  return `features/${basename(file)}`;
}

/** As the guide says: jobs that run the team's code get keys that read; the others are in environments of the default branch. */
function giveCredentials(forge: Forge, s3: S3Server): void {
  const refs = ['refs/heads/main'];
  forge.secrets(REPOSITORY, keysOf('READ', s3.reader));
  forge.environment(REPOSITORY, 'tidegate-release', { refs, secrets: keysOf('WRITE', s3) });
  forge.environment(REPOSITORY, 'tidegate-data', { refs, secrets: keysOf('DATA', s3) });
  forge.variables(REPOSITORY, { AWS_ENDPOINT_URL: s3.endpoint, AWS_REGION: 'us-east-1' });
}

function keysOf(role: string, keys: Pick<S3Server, 'accessKeyId' | 'secretAccessKey'>): Record<string, string> {
  return {
    [`TIDEGATE_${role}_ACCESS_KEY_ID`]: keys.accessKeyId,
    [`TIDEGATE_${role}_SECRET_ACCESS_KEY`]: keys.secretAccessKey,
  };
}

async function startDemoBot(forge: Forge): Promise<RunningBot> {
  const webhookSecret = randomBytes(24).toString('hex');
  const bot = await startBot(
    {
      appId: forge.appId,
      privateKey: forge.appPrivateKey,
      webhookSecret,
      host: '127.0.0.1',
      port: 0,
      apiUrl: forge.apiUrl,
      sweepIntervalMs: 3_600_000,
    },
    process.env.DEMO_VERBOSE ? 'info' : 'fatal',
  );
  forge.webhook({ url: `${bot.url}/api/github/webhooks`, secret: webhookSecret, isBusy: () => bot.isBusy });
  return bot;
}

function awsEnvironment(s3: S3Server): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: s3.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
}

function clientOf(s3: S3Server): S3Client {
  return new S3Client({
    endpoint: s3.endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  });
}
