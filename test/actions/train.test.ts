import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../core/adapters/node/file-artifact-hasher.ts';
import { artifactFolder, runKey } from '../../core/domain/registry/store-layout.ts';
import { DvcRepository } from '../testkit/dvc-repository.ts';
import { runActionSource } from '../testkit/run-action.ts';

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
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-train-'));
});

afterAll(async () => {
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
    [
      'foreach',
      'stages:\n  train:\n    foreach: [1, 2]\n    do: { cmd: "true" }\n',
      'stage "train": foreach is not supported yet',
    ],
    ['an unknown parameter', `stages:\n  train: { cmd: "echo \${nothing}" }\n`, '{nothing} names nothing'],
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
    const search = `for f in /proc/[0-9]*/environ; do tr '\\0' '\\n' < "$f"; done 2> /dev/null > all`;
    const command = `${search}; grep -c -E '^(INPUT_|ACTIONS_|GITHUB_TOKEN|GITHUB_OUTPUT).*-of-this-test' all > model; true`;
    const { options, read } = await repositoryWith({ ...FILES, 'tidegate.yaml': config(JSON.stringify({ command })) });
    const env = { ACTIONS_RUNTIME_TOKEN: 'runtime-of-this-test', GITHUB_TOKEN: 'token-of-this-test', KEPT: 'is kept' };
    const inputs = { 'github-token': 'input-of-this-test', set: 'lr=0.3' };
    const run = await runActionSource('train', { ...options, env, inputs });
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
    expect(run.stdout).toContain('wrote to GITHUB_ENV, GITHUB_PATH, GITHUB_OUTPUT, GITHUB_STATE. Tidegate drops this');
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

  it('trains again where the store has a run of the same inputs that no registered version vouches for', async () => {
    const { repository, options, read } = await repositoryWith({
      ...FILES,
      'tidegate.yaml': config('{ command: "mkdir -p model && date +%N > model/weights" }'),
      '.gitignore': 'store\nmodel\n',
    });
    await repository.commit('all');
    const first = await runActionSource('train', options);
    const { digest } = await new FileArtifactHasher().hash(path.join(repository.folder, 'model'));
    const store = path.join(repository.folder, 'store');
    const run = path.join(store, runKey(first.outputs['inputs-digest'] ?? '', digest));
    await mkdir(path.join(store, artifactFolder(digest)), { recursive: true });
    await mkdir(path.dirname(run), { recursive: true });
    await writeFile(path.join(store, artifactFolder(digest), 'weights'), 'BACKDOORED');
    await writeFile(run, await readFile(first.outputs['report-path'] ?? ''));
    await rm(path.join(repository.folder, 'model'), { recursive: true });
    const second = await runActionSource('train', options);
    expect(second.outputs).toMatchObject({ ran: 'true', 'inputs-digest': first.outputs['inputs-digest'] });
    expect(second.stdout).toContain('The store has 1 runs of these inputs, but no believed version was made of them');
    expect(await read('model/weights')).not.toContain('BACKDOORED');
    expect((await readdir(repository.folder)).filter((name) => name.includes('tmp'))).toEqual([]);
  });
});
