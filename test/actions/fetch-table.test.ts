import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3ObjectStore } from '../../core/adapters/aws/s3-object-store.ts';
import { textContent } from '../../core/domain/model/text-content.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { type S3Server, startS3 } from '../../testkit/s3.ts';

const CONFIG = `version: 1
models:
  delay:
    task: binary-classification
    artifact: model.bin
    data: { label: late }
    evaluate: { dataset: test.csv, predictions: 's3://tables/p/*.csv', metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
`;

let s3: S3Server;
let root: string;
let env: Record<string, string>;
beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-tables-'));
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('tables');
  env = {
    AWS_ENDPOINT_URL: s3.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
});
afterAll(async () => {
  await s3?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

describe('evaluate.predictions on s3://', () => {
  it.each([
    { name: 'files in the order of their names', address: 's3://tables/p/*.csv', count: 2 },
    { name: 'one file', address: 's3://tables/whole.csv', count: 1 },
  ])('is fetched: $name', async ({ address, count }) => {
    const folder = await mkdtemp(path.join(root, 'repository-'));
    const labels = Array.from({ length: 400 }, (_, i) => i % 3 === 0);
    await writeFile(path.join(folder, 'tidegate.yaml'), CONFIG.replace('s3://tables/p/*.csv', address));
    await writeFile(path.join(folder, 'model.bin'), 'a model of another framework');
    await writeFile(path.join(folder, 'test.csv'), `late\n${labels.map(Number).join('\n')}\n`);
    const store = new S3ObjectStore('s3://tables', { env });
    const rows = (part: readonly boolean[]) => `score\n${part.map((late) => (late ? 0.8 : 0.3)).join('\n')}\n`;
    await store.put('p/b.csv', textContent(rows(labels.slice(150))), 'replace');
    await store.put('p/a.csv', textContent(rows(labels.slice(0, 150))), 'replace');
    await store.put('p/readme.txt', textContent('no table'), 'replace');
    await store.put('whole.csv', textContent(rows(labels)), 'replace');
    const options = { workspace: folder, temp: path.join(root, 'temp'), env, inputs: { champion: 'none' } };
    const run = await runActionSource('evaluate-and-gate', options);
    expect(run.stdout).toContain(`Fetched ${count} objects of ${address}`);
    expect(JSON.parse(run.outputs.metrics ?? '{}'), run.stdout).toMatchObject({ roc_auc: 1 });
  });
});
