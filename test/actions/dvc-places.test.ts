import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const config = (model: string) => `version: 1
models:
  m:
    task: regression
    artifact: model.txt
    ${model}
    data: { label: y }
    evaluate: { dataset: local.csv, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;
const STAGE = `stages:
  train:
    cmd: echo "$DVC_STAGE" > model.txt && cat ../../prep.txt local.csv >> model.txt && echo \${lr} >> model.txt
    deps: [../../prep.txt, local.csv]
    params: [lr]
    outs: [model.txt]
`;
const ABOVE = 'stages:\n  prep:\n    cmd: sort shared.csv > prep.txt\n    deps: [shared.csv]\n    outs: [prep.txt]\n';
const HERE = 'models/eta';

let root: string;
let origin: DvcRepository;
let count = 0;

async function clone(): Promise<DvcRepository> {
  count += 1;
  return origin.clone(path.join(root, `clone-${count}`, 'repository'));
}

function run(action: string, repository: DvcRepository, inputs: Readonly<Record<string, string>> = {}) {
  const temp = path.join(path.dirname(repository.folder), 'temp');
  return runActionSource(action, {
    workspace: repository.folder,
    temp,
    inputs: { 'working-directory': HERE, ...inputs },
  });
}

const text = ({ folder }: DvcRepository, file: string) => readFile(path.join(folder, file), 'utf8');

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-places-'));
  origin = await DvcRepository.create(path.join(root, 'origin', 'repository'));
  await origin.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
  await origin.write({
    [`${HERE}/tidegate.yaml`]: config('train: { stages: [train] }'),
    [`${HERE}/dvc.yaml`]: STAGE,
    [`${HERE}/params.yaml`]: 'lr: 0.1\n',
    [`${HERE}/local.csv`]: 'y\n2\n',
    'dvc.yaml': ABOVE,
    'shared.csv': 'b\na\n',
    'other/far.csv': 'far\n',
    // A project of its own, which DVC leaves alone.
    'apart/.dvc/config': '',
    'apart/x.csv.dvc': 'outs:\n- md5: 00000000000000000000000000000000\n  size: 1\n  hash: md5\n  path: x.csv\n',
  });
  await origin.dvc('add', '--quiet', `${HERE}/local.csv`, 'shared.csv', 'other/far.csv');
  await origin.dvc('push', '--quiet');
  await origin.commit('data');
}, 120_000);

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

describe('a working directory below the folder that holds .dvc', () => {
  it.each([
    ['two outputs', ['local.csv', '../../other/far.csv.dvc'], [`${HERE}/local.csv`, 'other/far.csv']],
    ['everything', ['all'], [`${HERE}/local.csv`, 'other/far.csv', 'shared.csv']],
  ])(
    'gets what targets name in it, as from dvc pull there, and no folder of its own: %s',
    async (_, targets, files) => {
      const [mine, theirs] = [await clone(), await clone()];
      const pulled = await run('data-pull', mine, { targets: targets.join('\n'), 'allow-missing': 'true' });
      expect(pulled.exitCode, pulled.stdout).toBe(0);
      const args = targets.filter((target) => target !== 'all');
      await theirs.dvc('--cd', HERE, 'pull', '--quiet', '--allow-missing', ...args);
      for (const file of [`${HERE}/local.csv`, 'other/far.csv', 'shared.csv']) {
        expect(existsSync(path.join(mine.folder, file)), file).toBe(files.includes(file));
        expect(existsSync(path.join(theirs.folder, file)), file).toBe(files.includes(file));
      }
      expect(existsSync(path.join(mine.folder, HERE, '.dvc'))).toBe(false);
      expect(await mine.git('status', '--porcelain')).toBe('');
    },
  );

  it('trains its stage and those above with the locks that dvc repro writes there', async () => {
    const [mine, theirs] = [await clone(), await clone()];
    const pulled = await run('data-pull', mine);
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    expect(existsSync(path.join(mine.folder, 'other/far.csv')), 'no stage reads it').toBe(false);
    const trained = await run('train', mine);
    expect(trained.exitCode, trained.stdout).toBe(0);
    await theirs.dvc('--cd', HERE, 'pull', '--quiet', '--allow-missing');
    await theirs.dvc('--cd', HERE, 'repro', '--quiet', 'train');
    for (const file of ['dvc.lock', `${HERE}/dvc.lock`, `${HERE}/model.txt`, '.gitignore', `${HERE}/.gitignore`]) {
      expect(await text(mine, file), file).toBe(await text(theirs, file));
    }
    expect(trained.outputs['artifact-path']).toBe('model.txt');
    const report = JSON.parse(await readFile(trained.outputs['report-path'] ?? '', 'utf8'));
    expect(report.stages.map((stage: { name: string }) => stage.name)).toEqual(['../../dvc.yaml:prep', 'train']);
    expect(report.inputs.map((input: { path: string }) => input.path)).toEqual(['local.csv', '../../shared.csv']);
    expect(report.params).toEqual({ lr: 0.1 });
    expect((await run('train', mine)).outputs.ran).toBe('false');
    expect(await readdir(path.join(mine.folder, HERE))).not.toContain('.dvc');
  });

  it('pushes what changed there and names the pointers as seen from it', async () => {
    const mine = await clone();
    await mine.write({ 'other/far.csv': 'changed\n', [`${HERE}/local.csv`]: 'y\n2\n' });
    const pushed = await run('data-push', mine);
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    expect(pushed.outputs['changed-files']).toBe('../../other/far.csv.dvc');
    const theirs = await clone();
    await theirs.write({ 'other/far.csv.dvc': await text(mine, 'other/far.csv.dvc') });
    await theirs.dvc('pull', '--quiet', 'other/far.csv.dvc');
    expect(await text(theirs, 'other/far.csv')).toBe('changed\n');
    expect(existsSync(path.join(mine.folder, HERE, '.dvc'))).toBe(false);
  });

  it('has the same inputs digest in the job that judges, by the commit alone', async () => {
    const mine = await clone();
    await run('data-pull', mine);
    const trained = await run('train', mine);
    await mine.commit('lock');
    const { identifyInputs } = await import('../../actions/evaluate-and-gate/identify-inputs.ts');
    const { openCommit } = await import('../../actions/commit.ts');
    const { parseConfig, selectModel } = await import('../../core/config/parse-config.ts');
    const { gitEnvironment } = await import('../../testkit/host-environment.ts');
    const context = { env: gitEnvironment(), workingDirectory: path.join(mine.folder, HERE) };
    const { config: parsed } = parseConfig(await text(mine, `${HERE}/tidegate.yaml`));
    const { model } = selectModel(parsed, undefined);
    const found = await identifyInputs(context, await openCommit(context), { model });
    expect(found).toEqual({ digest: trained.outputs['inputs-digest'] });
  });
});

describe('a working directory with a .dvc of its own below another', () => {
  it('is a project of its own, as with dvc init --subdir', async () => {
    const mine = await clone();
    await mine.dvc('--cd', HERE, 'init', '--subdir', '--quiet');
    await rm(path.join(mine.folder, HERE, 'dvc.yaml'));
    await mine.write({ [`${HERE}/tidegate.yaml`]: config('') });
    const pulled = await run('data-pull', mine, { targets: 'local.csv' });
    expect(pulled.exitCode).toBe(1);
    expect(pulled.stdout).toContain('DVC has no default remote');
    await expect(mine.dvc('--cd', HERE, 'pull', 'local.csv')).rejects.toThrow('no default remote set');
  });
});

describe('a repository without .dvc', () => {
  it.each(['data-pull', 'data-push', 'train'])('is left as it is by %s, which says so', async (action) => {
    const mine = await clone();
    await rm(path.join(mine.folder, '.dvc'), { recursive: true });
    const before = await readdir(mine.folder, { recursive: true });
    const refused = await run(action, mine);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('there is no folder .dvc in');
    expect(await readdir(mine.folder, { recursive: true })).toEqual(before);
  });

  it('gets no .dvc from a training by a command', async () => {
    const mine = await clone();
    await rm(path.join(mine.folder, '.dvc'), { recursive: true });
    const model = config('train: { command: "echo 1 > model.txt" }');
    await mine.write({ [`${HERE}/tidegate.yaml`]: model });
    const trained = await run('train', mine);
    expect(trained.exitCode, trained.stdout).toBe(0);
    expect((await readdir(mine.folder)).includes('.dvc')).toBe(false);
    expect((await readdir(path.join(mine.folder, HERE))).includes('.dvc')).toBe(false);
  });
});
