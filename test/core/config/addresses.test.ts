import { describe, expect, it } from 'vitest';
import { configProblems } from '../../../testkit/config-problems.ts';

interface Addresses {
  readonly store?: string;
  readonly dataset?: string;
  readonly predictions?: string;
  readonly current?: string;
}

/** Problems of a file with these addresses, without their keys. */
function problemsWith({ store = 's3://b', dataset = 't.csv', predictions, current = 'c.csv' }: Addresses) {
  const text = `version: 1
models:
  m:
    task: regression
    artifact: m.onnx
    data: { label: y }
    evaluate: { dataset: '${dataset}'${predictions === undefined ? '' : `, predictions: '${predictions}'`} }
    gate: { rules: [{ metric: rmse, max: 1 }] }
    register: { store: '${store}' }
    drift: { current: '${current}' }
`;
  return configProblems(text);
}

describe('addresses in tidegate.yaml', () => {
  it.each([
    [
      'hdfs://h/m',
      'is an address of hdfs://, which is not supported: use oci://host/path, s3://bucket/prefix, gs://bucket',
    ],
    ['webdavs://h/m', 'is an address of webdavs://, which is not supported'],
    ['ssh://h/m', 'is an address of ssh://, which is not supported'],
    ['az://c/m', 'is an address of az://, which is not supported'],
    ['GS://bucket/m', 'is written with GS://: write gs://'],
    ['gs://', 'has no bucket: write gs://bucket/prefix'],
    ['azure:///m', 'has no container: write azure://container/prefix'],
    ['gs://Models/m', 'has the bucket "Models", which is not a name of one'],
    ['azure://my_models/m', 'has the container "my_models", which is not a name of one'],
    ['https://host/m', 'is an address of https://, which is not supported'],
    ['S3://b/m', 'is written with S3://: write s3://'],
    ['s3://', 'has no bucket: write s3://bucket/prefix'],
    ['s3:///m', 'has no bucket'],
    ['oci://ghcr.io', 'has no path: write oci://host/path'],
    ['oci://ghcr.io/', 'has no path'],
    ['ghcr.io/a/m', 'is the address of a registry without its scheme: write oci://ghcr.io/a/m, or ./ghcr.io/a/m'],
    ['registry.example:5000/m', 'is the address of a registry without its scheme'],
  ])('refuse the store %s when the file is read', (store, mistake) => {
    expect(problemsWith({ store })).toEqual([expect.stringContaining(`models.m.register.store "${store}" ${mistake}`)]);
  });

  it.each([
    's3://b',
    's3://b/m',
    'gs://models',
    'gs://my_models.acme/m',
    'azure://models',
    'azure://my-models/m',
    'oci://127.0.0.1:5000/m',
    'file:///srv/m',
    '/srv/m',
    './m',
    '../m',
    'models/v1.2',
    'm',
  ])('take the store %s', (store) => expect(problemsWith({ store })).toEqual([]));

  it.each(['dataset', 'predictions', 'current'] as const)('refuse what %s cannot be read from', (key) => {
    for (const address of ['gs://b/t.csv', 'az://c/t.csv', 'https://x/t.csv', 'file:///t.csv']) {
      expect(problemsWith({ [key]: address })).toEqual([expect.stringContaining('which is not supported: use a path')]);
    }
    expect(problemsWith({ [key]: 'data/*.csv' })).toEqual([]);
  });

  it('take tables and buckets of data', () => {
    expect(problemsWith({ dataset: 's3://b/*.parquet', current: 's3://b/2026-*/x.jsonl' })).toEqual([]);
  });
});
