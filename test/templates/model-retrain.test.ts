import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/runner/', import.meta.url));
const NAME = 'acme/flights';
const BRANCH = 'tidegate/retrain-data/flight-delay';

/** New data, and a change of code that no pointer job may push. */
const UPDATE = `
printf 'outs:\\n- md5: 2222\\n  path: raw.parquet\\n' > data/raw.parquet.dvc
echo changed > train.py
`;

let folder: string;
let forge: Forge;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'retrain-'));
  forge = await startForge({ directory: folder, repositoryRoot: FIXTURES, pythonBin: path.join(folder, 'bin') });
  await forge.createRepository(NAME);
  clone = path.join(folder, 'clone');
  // What "python -m pip" needs of a Python environment here: nothing.
  await mkdir(path.join(folder, 'bin'));
  await writeFile(path.join(folder, 'bin/python'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const template = await readFile(path.join(PROJECT_ROOT, 'templates/workflows/model-retrain.yml'), 'utf8');
  const filled = template.replaceAll('__MODEL__', 'flight-delay').replaceAll('__SLUG__', 'flight-delay');
  const files: Record<string, string> = {
    '.github/workflows/model-retrain.yml': filled.replaceAll('__UPDATE_COMMAND__', 'bash update.sh'),
    'update.sh': UPDATE,
    'requirements.txt': '',
    'train.py': 'print(1)\n',
    'data/raw.parquet.dvc': 'outs:\n- md5: 1111\n  path: raw.parquet\n',
  };
  await runGit(folder, ['clone', '--quiet', forge.cloneUrl(NAME, forge.userToken('mona')), clone]);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(clone, file)), { recursive: true });
    await writeFile(path.join(clone, file), text);
  }
  await runGit(clone, ['add', '.']);
  await runGit(clone, ['commit', '--quiet', '-m', 'start']);
  await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
  await forge.idle();
}, 60_000);

afterAll(async () => {
  await forge.stop();
  await rm(folder, { recursive: true, force: true });
});

async function retrain() {
  const octokit = getOctokit(forge.userToken('mona'), { baseUrl: forge.apiUrl }).rest;
  const inputs = { model: 'flight-delay' };
  await octokit.actions.createWorkflowDispatch({
    owner: 'acme',
    repo: 'flights',
    workflow_id: 'model-retrain.yml',
    ref: 'main',
    inputs,
  });
  await forge.idle();
  const { runs, branches } = await forge.snapshot(NAME);
  return {
    run: runs.at(-1),
    log:
      runs
        .at(-1)
        ?.jobs.map((job) => job.log)
        .join('\n') ?? '',
    branches,
  };
}

describe('model-retrain.yml', () => {
  it('pushes the pointer files, and nothing else, to the branch of the bot', async () => {
    const { run, log, branches } = await retrain();
    expect(run?.conclusion, log).toBe('success');
    expect(branches.map(({ name }) => name)).toContain(BRANCH);
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    expect(await runGit(clone, ['diff', '--name-only', 'origin/main', `origin/${BRANCH}`])).toBe(
      'data/raw.parquet.dvc',
    );
    expect(await runGit(clone, ['show', `origin/${BRANCH}:data/raw.parquet.dvc`])).toContain('2222');
    expect(await runGit(clone, ['rev-parse', `origin/${BRANCH}~1`])).toBe(
      await runGit(clone, ['rev-parse', 'origin/main']),
    );
  });

  it('starts from the default branch again the next time', async () => {
    const { run, log } = await retrain();
    expect(run?.conclusion, log).toBe('success');
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    expect(await runGit(clone, ['rev-list', '--count', `origin/main..origin/${BRANCH}`])).toBe('1');
  });

  it('proposes nothing where no pointer changed', async () => {
    await runGit(clone, ['rm', '--quiet', 'update.sh']);
    await writeFile(path.join(clone, 'update.sh'), 'echo nothing new\n');
    await runGit(clone, ['add', '.']);
    await runGit(clone, ['commit', '--quiet', '-m', 'no news']);
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
    const { run, log } = await retrain();
    expect(
      run?.jobs.map(({ key, conclusion }) => [key, conclusion]),
      log,
    ).toEqual([
      ['data', 'success'],
      ['propose', 'skipped'],
    ]);
    expect(run?.conclusion).toBe('success');
  });
});
