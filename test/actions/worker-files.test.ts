import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerThread } from '../../core/adapters/threads/worker-thread.ts';
import { actionNames, build, bundlePath } from '../../scripts/build.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';

/** Above it files are hashed in threads. */
const MANY_FILES = 450;

let root: string;
let dist: string;
let repository: DvcRepository;

beforeAll(async () => {
  await build();
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-workers-'));
  dist = path.join(root, 'elsewhere');
  await cp(path.dirname(bundlePath('data-push')), dist, { recursive: true });
  repository = await DvcRepository.create(path.join(root, 'repository'));
  await repository.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
  const files = Array.from({ length: MANY_FILES }, (_, index) => [`data/${index}.txt`, `row ${index}\n`]);
  await repository.write(Object.fromEntries(files));
  await repository.dvc('add', '--quiet', 'data');
  await repository.commit('all');
  // Without a build before, the bundles are made here.
}, 900_000);

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function push() {
  const output = path.join(root, 'output');
  const summary = path.join(root, 'summary');
  await Promise.all([writeFile(output, ''), writeFile(summary, '')]);
  await rm(path.join(repository.folder, '.dvc', 'tmp'), { recursive: true, force: true });
  const env = {
    ...hostEnvironment(),
    HOME: root,
    GITHUB_WORKSPACE: repository.folder,
    RUNNER_TEMP: path.join(root, 'temp'),
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
  };
  const run = spawnSync(process.execPath, [path.join(dist, 'index.js')], {
    cwd: repository.folder,
    env,
    encoding: 'utf8',
  });
  return { exitCode: run.status, log: run.stdout + run.stderr, outputs: await readFile(output, 'utf8') };
}

async function scriptsOf(action: string): Promise<readonly string[]> {
  return (await readdir(path.dirname(bundlePath(action)))).filter((file) => file.endsWith('.js'));
}

describe('the files of threads in a bundle', () => {
  it('are found by an action that runs from another folder', async () => {
    const pushed = await push();
    expect(pushed.exitCode, pushed.log).toBe(0);
    // The files, and their list.
    expect(pushed.outputs).toContain(`\n${MANY_FILES + 1}\n`);
  });

  it('are needed: without one the action fails, and answers nothing', async () => {
    await rm(path.join(dist, 'hash-files-worker.js'));
    await rm(path.join(root, 'remote'), { recursive: true });
    const failed = await push();
    expect(failed.exitCode, failed.log).toBe(1);
    expect(failed.log).toContain('hash-files-worker.js');
    expect(failed.outputs).not.toContain('files-uploaded');
  });

  it('are next to the actions that start them, and to no other', async () => {
    const carrying = await Promise.all(
      (await actionNames()).map(async (action) => {
        const workers = (await scriptsOf(action)).filter((file) => file.endsWith('-worker.js'));
        return [action, workers.sort()] as const;
      }),
    );
    const data = ['has-rows-worker.js', 'hash-files-worker.js', 'hash-parts-worker.js'];
    expect(Object.fromEntries(carrying)).toEqual({
      'build-image': ['hash-files-worker.js'],
      'check-data': ['hash-files-worker.js'],
      'data-pull': data,
      'data-push': data,
      'deploy-manifest': ['hash-files-worker.js'],
      'drift-check': ['hash-files-worker.js'],
      'evaluate-and-gate': [...data, 'session-worker.js'],
      plan: ['hash-files-worker.js', 'hash-parts-worker.js'],
      register: ['hash-files-worker.js'],
      train: data,
    });
  });

  it('answer as the modules of the source tree do', async () => {
    const folder = path.dirname(bundlePath('evaluate-and-gate'));
    const start = (file: string, workerData: unknown = null) =>
      new WorkerThread<unknown, unknown>(pathToFileURL(path.join(folder, file)), { workerData });
    const rows = start('has-rows-worker.js');
    const numbers = new Float64Array(4);
    expect(await rows.ask({ folder: root, paths: 'absent', numbers })).toBe(false);
    const buffers = [new SharedArrayBuffer(3)];
    const parts = start('hash-parts-worker.js', { algorithm: 'md5', buffers, descriptors: [] });
    await parts.ask({ buffer: 0, length: 3, position: 0 });
    expect(await parts.ask(null)).toBe('693e9af84d3dfcc71e640e005bdc5e2e');
    await expect(parts.ask({ buffer: 1, length: 3, position: 0 })).rejects.toThrow('there is no buffer 1');
    const session = start('session-worker.js', createRequire(import.meta.url).resolve('onnxruntime-node'));
    const source = { model: path.join(root, 'absent.onnx'), options: {} };
    await expect(session.ask({ kind: 'open', source })).rejects.toThrow(/absent\.onnx/);
    await Promise.all([rows.close(), parts.close(), session.close()]);
  });
});
