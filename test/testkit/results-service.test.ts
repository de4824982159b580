import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type ResultsService, startResultsService } from '../../testkit/results-service.ts';
import type { RuntimeTokenClaims } from '../../testkit/results-state.ts';

/** The clients read their environment when they load: each call is a process of its own. */
const SCRIPT = fileURLToPath(new URL('../fixtures/results-client.mjs', import.meta.url));
const JOB: RuntimeTokenClaims = {
  repository: 'acme/flights',
  runId: 7,
  jobId: 'j',
  cacheScopes: ['refs/heads/topic', 'refs/heads/main'],
  mayWriteCache: true,
};

let folder: string;
let results: ResultsService;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'results-'));
  results = await startResultsService({ directory: path.join(folder, 'store') });
});

afterAll(async () => {
  await results.stop();
  await rm(folder, { recursive: true, force: true });
});

async function client(claims: RuntimeTokenClaims, ...args: string[]): Promise<unknown> {
  const env = {
    ...hostEnvironment(),
    ...results.environment(claims),
    HOME: folder,
    RUNNER_TEMP: folder,
    GITHUB_WORKSPACE: folder,
    GITHUB_SERVER_URL: 'http://github.localhost:1',
    RESULT_FILE: path.join(folder, 'result.json'),
  };
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { cwd: folder, env }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  const result: unknown = JSON.parse(await readFile(env.RESULT_FILE, 'utf8'));
  return { ...(result !== null && typeof result === 'object' ? result : {}), output };
}

describe('startResultsService', () => {
  it('keeps an artifact of many blocks for the real client, once a name', async () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = (index * 2_654_435_761) >>> 24;
    await writeFile(path.join(folder, 'big.bin'), bytes);
    const uploaded = await client(JOB, 'upload', 'report', 'big.bin');
    expect(uploaded).toMatchObject({ digest: results.artifacts(7)[0]?.digest?.replace('sha256:', '') });
    expect(await client(JOB, 'upload', 'report', 'big.bin')).toMatchObject({ error: expect.stringContaining('(409)') });
    await client(JOB, 'download', 'report', 'got');
    expect((await readFile(path.join(folder, 'got', 'big.bin'))).equals(bytes)).toBe(true);
  });

  it('shows a run its own artifacts alone', async () => {
    expect(await client({ ...JOB, runId: 8 }, 'list')).toMatchObject({ names: [] });
    expect(await client(JOB, 'list')).toMatchObject({ names: ['report'] });
  });

  it('restores a cache by key, by prefix and from the default branch', async () => {
    await writeFile(path.join(folder, 'cached.txt'), 'kept');
    await client(JOB, 'save', 'data-1');
    expect(await client(JOB, 'restore', 'data-1')).toMatchObject({ key: 'data-1' });
    expect(await client(JOB, 'restore', 'data-2', 'data-')).toMatchObject({ key: 'data-1' });
    expect(await client(JOB, 'restore', 'other')).toMatchObject({ key: null });
    const main = { ...JOB, cacheScopes: ['refs/heads/main'] };
    expect(await client(main, 'restore', 'data-1')).toMatchObject({ key: null });
    await client(main, 'save', 'base-1');
    expect(await client(JOB, 'restore', 'base-1')).toMatchObject({ key: 'base-1' });
  });

  it('denies a write with a token that only reads, and the client goes on', async () => {
    const denied = await client({ ...JOB, mayWriteCache: false }, 'save', 'denied-1');
    expect(denied).toMatchObject({ id: -1, output: expect.stringContaining('cache write denied') });
    expect(results.cacheKeys('acme/flights').map(({ key }) => key)).not.toContain('denied-1');
  });

  it('gives an identity token where the job may have one', async () => {
    const identity = { sub: 'repo:acme/flights:ref:refs/heads/main' };
    expect(await client({ ...JOB, identity }, 'identity')).toMatchObject({
      claims: { sub: identity.sub, aud: 'somebody' },
    });
    expect(await client(JOB, 'identity')).toMatchObject({
      error: expect.stringContaining('ACTIONS_ID_TOKEN_REQUEST_URL'),
    });
  });

  it('refuses a token that it did not issue', async () => {
    const response = await fetch(`${results.url}/twirp/github.actions.results.api.v1.ArtifactService/ListArtifacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${results.issueRuntimeToken(JOB)}x` },
      body: '{}',
    });
    expect(response.status).toBe(401);
  });
});
