import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { artifactFolder, runKey } from '../../core/domain/registry/store-layout.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runGit } from '../../testkit/git-client.ts';
import { FinishedRuns } from '../../testkit/github/finished-runs.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { addRelease } from '../../testkit/released-version.ts';
import { type ResultsService, startResultsService } from '../../testkit/results-service.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const config = (train: string) => `version: 1
models:
  m:
    task: binary-classification
    artifact: model
    train: ${train}
    data: { label: y }
    evaluate: { dataset: raw.csv, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
    register: { store: store }
`;
const PIPELINE = `stages:
  prepare:
    cmd: |
      mkdir -p prepared
      sort raw.csv > prepared/sorted.csv
    deps: [raw.csv]
    outs: [prepared]
  train:
    cmd:
      - >-
        mkdir -p model && echo "\${lr} \${name}" > "model/it's: a \\"model\\".txt" && cp prepared/sorted.csv model/data.csv && printf '{"auc":0.5}' > metrics.json
      - printf '#!/bin/sh\\n' > run.sh && chmod +x run.sh
    deps: [prepared/sorted.csv, images]
    params:
      - lr
      - name
      - small
      - layers
      - other.json: [a.b, c]
      - whole.toml:
    outs: [model, run.sh]
    metrics:
      - metrics.json: { cache: false }
`;
const FILES = {
  'tidegate.yaml': config('{ stages: [train] }'),
  'dvc.yaml': PIPELINE,
  'params.yaml': 'lr: 0.1 # rate\nname: "é: \'x\'"\nsmall: 1e-7\nlayers: [{n: 1, w: 2.0}, null]\n',
  'other.json': '{"a": {"b": 1.0}, "c": true}',
  'whole.toml': 'x = 1\n[table]\ny = 2.5\n',
  'raw.csv': 'b\na\n',
  'images/1': 'one',
};

let root: string;
let results: ResultsService;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-train-'));
  results = await startResultsService({ directory: path.join(root, 'results') });
});

afterAll(async () => {
  await results?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function repositoryWith(files: Readonly<Record<string, string>>) {
  count += 1;
  const repository = await DvcRepository.create(path.join(root, `${count}`, 'repository'));
  await repository.write(files);
  const options = { workspace: repository.folder, temp: path.join(root, `${count}`, 'temp') };
  return { repository, options, read: (file: string) => readFile(path.join(repository.folder, file), 'utf8') };
}

describe('train with stages', () => {
  it('writes dvc.lock byte for byte as dvc repro does, and dvc calls it up to date', async () => {
    const real = await repositoryWith(FILES);
    await real.repository.dvc('add', '--quiet', 'raw.csv', 'images');
    await real.repository.dvc('repro', '--quiet');
    const ours = await repositoryWith(FILES);
    await ours.repository.dvc('add', '--quiet', 'raw.csv', 'images');
    const run = await runActionSource('train', ours.options);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(await ours.read('dvc.lock')).toBe(await real.read('dvc.lock'));
    expect(await ours.read('.gitignore')).toBe(await real.read('.gitignore'));
    expect(await ours.repository.dvc('status')).toContain('up to date');
    expect(await ours.repository.dvc('repro', '--dry')).toContain('up to date');
    expect(JSON.parse(run.outputs.metrics ?? '')).toEqual({ auc: 0.5 });
    expect(run.outputs).toMatchObject({ ran: 'true', 'artifact-path': 'model' });
    expect(run.summary).toContain('`auc`');
    const report = JSON.parse(await readFile(run.outputs['report-path'] ?? '', 'utf8'));
    expect(report.inputs.map((input: { path: string }) => input.path)).toEqual(['images', 'raw.csv']);
    expect(report.inputs[1].dvcMd5).toMatch(/^[0-9a-f]{32}$/);
    expect(report.params).toMatchObject({ lr: 0.1, small: 1e-7, 'other.json:a.b': 1, 'whole.toml:table.y': 2.5 });
  });

  it('runs only what is out of date, and puts absent outputs back from the cache', async () => {
    const { repository, options, read } = await repositoryWith(FILES);
    await runActionSource('train', options);
    await rm(path.join(repository.folder, 'model'), { recursive: true });
    const second = await runActionSource('train', options);
    expect(second.outputs.ran).toBe('false');
    expect(await read('model/data.csv')).toBe('a\nb\n');
    const third = await runActionSource('train', { ...options, inputs: { set: 'lr=0.2' } });
    expect(third.stdout).toContain('Stage prepare is up to date');
    expect(third.outputs.ran).toBe('true');
    expect(await read('params.yaml')).toContain('lr: 0.2 # rate');
    expect(third.outputs['inputs-digest']).not.toBe(second.outputs['inputs-digest']);
    const forced = await runActionSource('train', { ...options, inputs: { force: 'true' } });
    expect(forced.stdout).toContain('Stage prepare: force is set');
    await repository.dvc('status');
  });

  it('runs a stage that only makes something once, by the shell of the user, as dvc does', async () => {
    const pipeline = `stages:\n  train:\n    cmd: set -o pipefail; echo made | cat > model\n    outs: [model]\n`;
    const { repository, options } = await repositoryWith({ ...FILES, 'dvc.yaml': pipeline });
    const bash = { ...options, env: { SHELL: '/bin/bash' } };
    const first = await runActionSource('train', bash);
    expect(first.exitCode, first.stdout).toBe(0);
    expect(first.outputs.ran).toBe('true');
    const second = await runActionSource('train', bash);
    expect(second.outputs.ran, second.stdout).toBe('false');
    expect(await repository.dvc('repro', '--dry')).toContain('up to date');
  });

  it('gives the same inputs digest to the same inputs in another folder', async () => {
    const runs = [];
    for (const order of [FILES, Object.fromEntries(Object.entries(FILES).toReversed())]) {
      const { options } = await repositoryWith(order);
      runs.push(await runActionSource('train', options));
    }
    expect(runs[0]?.outputs['inputs-digest']).toMatch(/^sha256:/);
    expect(runs[1]?.outputs['inputs-digest']).toBe(runs[0]?.outputs['inputs-digest']);
  });

  it.each([
    ['an unknown parameter', `stages:\n  train: { cmd: "echo \${nothing}" }\n`, '{nothing} does not exist'],
    [
      'a path outside',
      'stages:\n  train: { cmd: "true", outs: [../x] }\n',
      'is not a place for data in this repository',
    ],
    [
      'a missing dependency',
      'stages:\n  train: { cmd: "true", deps: [absent], outs: [model] }\n',
      'needs absent, which does not exist',
    ],
    [
      'a missing parameter',
      'stages:\n  train: { cmd: "echo x > model", params: [lr, train.lrr], outs: [model] }\n',
      'takes train.lrr of params.yaml, where it is missing',
    ],
    ['a missing output', 'stages:\n  train: { cmd: "true", deps: [raw.csv], outs: [model] }\n', 'did not make model'],
    ['broken YAML', 'stages: [\n', 'dvc.yaml:2'],
  ])('refuses %s', async (_, pipeline, message) => {
    const { options } = await repositoryWith({ ...FILES, 'dvc.yaml': pipeline });
    const run = await runActionSource('train', options);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(message);
    expect(run.stdout).not.toContain('defect of Tidegate');
  });
});

describe('train with a command', () => {
  it('shows the last lines of a command that fails, and fails', async () => {
    const { options } = await repositoryWith({
      ...FILES,
      'tidegate.yaml': config('{ command: "echo before; echo why >&2; exit 3" }'),
    });
    const run = await runActionSource('train', options);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/::error file=tidegate.yaml.*ended with exit code 3.*why/);
  });

  it('keeps inputs, tokens and command files from the code of the team', async () => {
    const { options, read } = await repositoryWith({ ...FILES, 'tidegate.yaml': config('{ command: "env > model" }') });
    const secrets = [
      'ACTIONS_RUNTIME_TOKEN',
      'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
      'ACTIONS_ID_TOKEN_REQUEST_URL',
      'GITHUB_TOKEN',
    ];
    const env = { ...Object.fromEntries(secrets.map((name) => [name, 'very-secret'])), KEPT: 'yes' };
    // No service takes these tokens, so the upload at the end fails: what the command saw is what counts.
    await runActionSource('train', { ...options, env, inputs: { 'github-token': 'very-secret' } });
    const seen = await read('model');
    expect(seen).toContain('KEPT=yes');
    expect(seen).not.toMatch(/very-secret|INPUT_|ACTIONS_/);
  });

  it.runIf(process.platform === 'linux')('leaves no token in the environment of any process of the step', async () => {
    const claims = { repository: 'acme/m', runId: 1, jobId: 'train', cacheScopes: [], mayWriteCache: false };
    const job = results.environment(claims);
    const tokens = path.join(root, 'tokens');
    await writeFile(tokens, `-of-this-test\n${job.ACTIONS_RUNTIME_TOKEN}\n`);
    const search = `for f in /proc/[0-9]*/environ; do tr '\\0' '\\n' < "$f"; done 2> /dev/null > all`;
    const command = `${search}; grep -c -F -f ${tokens} all > model; true`;
    const { options, read } = await repositoryWith({ ...FILES, 'tidegate.yaml': config(JSON.stringify({ command })) });
    const env = { ...job, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'id-of-this-test', GITHUB_TOKEN: 'token-of-this-test' };
    const inputs = { 'github-token': 'input-of-this-test', set: 'lr=0.3' };
    const run = await runActionSource('train', { ...options, env: { ...env, KEPT: 'is kept' }, inputs });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(await read('all')).toContain('KEPT=is kept');
    expect(await read('model')).toBe('0\n');
    // The inputs are there all the same, and the first line comes once.
    expect(await read('params.yaml')).toContain('lr: 0.3');
    expect(run.stdout.match(/^Tidegate train$/gm)).toHaveLength(1);
    expect(run.outputs.ran).toBe('true');
  });

  it('shows what a command writes to its step summary after its own, and passes on nothing else', async () => {
    const writes = 'for f in ENV PATH OUTPUT STATE; do eval "echo A=b >> \\$GITHUB_$f"; done';
    const command = `echo '## <!-- Accuracy' >> $GITHUB_STEP_SUMMARY; ${writes}; echo x > model`;
    const { options } = await repositoryWith({ ...FILES, 'tidegate.yaml': config(JSON.stringify({ command })) });
    const run = await runActionSource('train', options);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.summary).toMatch(/### Training of `m`.*## Written by the training\n\n## <!-- Accuracy/s);
    expect(run.stdout).toContain(
      'wrote to GITHUB_ENV, GITHUB_PATH, GITHUB_OUTPUT, GITHUB_STATE. Tidegate ignores this',
    );
    expect(run.outputs).not.toHaveProperty('A');
  });

  it('writes names of the repository into the log as text', async () => {
    const artifact = 'a ##[error]evil';
    const text = config('{ command: sh make.sh }').replace('artifact: model', `artifact: ${JSON.stringify(artifact)}`);
    const { options } = await repositoryWith({ ...FILES, 'tidegate.yaml': text, 'make.sh': `echo > "${artifact}"\n` });
    const run = await runActionSource('train', options);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toContain('a ## [error]evil: sha256:');
    expect(run.stdout).not.toContain('##[error]');
  });

  /** A model that comes out otherwise each time, trained once, with its run and an artifact in the store. */
  async function storedRun(weights?: string) {
    const { repository, options, read } = await repositoryWith({
      ...FILES,
      'tidegate.yaml': config('{ command: "mkdir -p model && date +%N > model/weights" }'),
      '.gitignore': 'store\nmodel\n',
    });
    await repository.commit('all');
    const commit = await runGit(repository.folder, ['rev-parse', 'HEAD']);
    const first = await runActionSource('train', options);
    const { digest } = await new FileArtifactHasher().hash(path.join(repository.folder, 'model'));
    const inputsDigest = first.outputs['inputs-digest'] ?? '';
    const report = await readFile(first.outputs['report-path'] ?? '', 'utf8');
    const trained = await read('model/weights');
    await repository.write({
      [`store/${artifactFolder(digest)}/weights`]: weights ?? trained,
      [`store/${runKey(inputsDigest, digest)}`]: report,
    });
    await rm(path.join(repository.folder, 'model'), { recursive: true });
    return { repository, options, read, commit, digest, inputsDigest, report, trained };
  }

  it('trains again where the store has a run of the same inputs that no registered version vouches for', async () => {
    const { repository, options, read, inputsDigest } = await storedRun('BACKDOORED');
    const second = await runActionSource('train', options);
    expect(second.outputs).toMatchObject({ ran: 'true', 'inputs-digest': inputsDigest });
    expect(second.stdout).toContain(
      'The store has 1 runs with these inputs, but no trusted version was made from them',
    );
    expect(await read('model/weights')).not.toContain('BACKDOORED');
    expect((await readdir(repository.folder)).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('restores a run that a believed version was made of, and only that one', async () => {
    const name = 'acme/restored';
    const stored = await storedRun();
    const { repository, options, read, digest, inputsDigest, trained } = stored;
    const runs = await FinishedRuns.start();
    const github = await startGitHub({ directory: path.join(root, 'github'), artifacts: runs.source });
    try {
      await github.createRepository(name);
      const token = github.userToken('mona');
      const git = (...args: readonly string[]) => runGit(repository.folder, args);
      await git('push', '--quiet', github.cloneUrl(name, token), 'HEAD:main');
      const env = { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: name };
      const train = () => runActionSource('train', { ...options, env, inputs: { 'github-token': token } });
      const release = async (version: string, run: string) => {
        const artifact = { uri: `store/${artifactFolder(digest)}`, digest, sizeBytes: 1 };
        const { commit } = stored;
        const made = { model: 'm', version, artifact, commit, training: { inputsDigest, run } };
        const { message } = addRelease({ github, runs, repository: name }, made);
        await git('tag', '--annotate', `m@v${version}`, '--cleanup=verbatim', '--message', message);
        await git('push', '--quiet', github.cloneUrl(name, token), `m@v${version}`);
      };
      // Of the same bytes and inputs, but of another run report.
      await release('0.1.0', `sha256:${'e'.repeat(64)}`);
      const before = await train();
      expect(before.outputs.ran, before.stdout).toBe('true');
      await rm(path.join(repository.folder, 'model'), { recursive: true });
      await release('0.2.0', `sha256:${createHash('sha256').update(stored.report).digest('hex')}`);
      const after = await train();
      expect(after.outputs, after.stdout).toMatchObject({ ran: 'false', 'inputs-digest': inputsDigest });
      expect(await read('model/weights')).toBe(trained);
    } finally {
      await github.stop();
      await runs.close();
    }
  });
});
