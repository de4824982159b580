import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, spellingsOf } from '../../actions/open-store.ts';
import { textContent } from '../../core/domain/model/text-content.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'open-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (uri: string, env: Readonly<Record<string, string>> = {}) =>
  openStore(uri, { env: { HOME: folder, ...env }, baseFolder: folder, token: undefined });

describe('openStore', () => {
  it.each([
    ['s3://models/m/', 's3://models/m'],
    ['gs://models/m/', 'gs://models/m'],
    ['azure://models/m/', 'azure://models/m'],
    ['oci://ghcr.io/acme/models/', 'oci://ghcr.io/acme/models'],
  ])('opens %s as %s', async (uri, address) => {
    const { objects, artifacts } = await open(uri);
    expect([objects.uri, artifacts.uri]).toEqual([address, address]);
  });

  it.each(['store', './store/', 'file://store'])(
    'opens the folder %s, relative to that of tidegate.yaml',
    async (uri) => {
      const { objects } = await open(uri, { RUNNER_ENVIRONMENT: 'self-hosted' });
      await objects.put('k', textContent('x'), 'if-absent');
      expect(objects.uri).toBe(path.join(folder, 'store'));
      expect(spellingsOf(uri, folder)).toContain(objects.uri);
    },
  );

  it('refuses a folder on a runner that GitHub deletes, with the way out', async () => {
    await expect(open('/srv/models', { RUNNER_ENVIRONMENT: 'github-hosted' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('"/srv/models" is a folder of this runner'),
      fix: expect.stringContaining('oci://ghcr.io/<owner>/<repository>/models'),
    });
  });

  it.each(['hdfs://host/x', 'gs://Bucket/x', 'azure://c--c/x', 'oci://Acme/x', 'oci://ghcr.io/acme/m:v1'])(
    'refuses %s',
    async (uri) => {
      await expect(open(uri)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    },
  );

  it('never says what is in a Docker configuration that it cannot read', async () => {
    await writeFile(path.join(folder, 'config.json'), '{"auths": "geheim"');
    const opened = open('oci://ghcr.io/acme/m', { DOCKER_CONFIG: folder });
    await expect(opened).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.not.stringContaining('geheim'),
    });
  });
});
