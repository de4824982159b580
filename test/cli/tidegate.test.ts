import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packCli } from '../../scripts/pack-cli.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { fillToolCache } from '../../testkit/native-tool-cache.ts';
import { runProgram } from '../../testkit/run-program.ts';

const CONFIG = `version: 1
models:
  delay:
    task: binary-classification
    artifact: model.onnx
    train: { command: cp good.onnx model.onnx }
    data: { label: late, features: [a, b] }
    evaluate: { dataset: test.csv, metrics: [accuracy] }
    gate: { rules: [{ metric: accuracy, min: 0.85 }] }
`;
/** Rows whose label is what the good model says of them, but for a few. */
const ROWS = Array.from({ length: 400 }, (_, i) => {
  const [a, b] = [((i * 37) % 101) / 50 - 1, ((i * 53) % 97) / 48 - 1];
  return `${a},${b},${a + b / 2 > 0 === (i % 13 > 0) ? 1 : 0}`;
});

let root: string;
let workspace: string;
let program: string;

/** Packed, and installed into an empty folder: nothing of this repository is near. */
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-cli-'));
  const installed = path.join(root, 'installed');
  await mkdir(installed);
  await writeFile(path.join(installed, 'package.json'), '{}');
  const npm = ['install', '--offline', '--no-audit', '--no-fund', await packCli()];
  const install = await runProgram('npm', npm, { cwd: installed, env: { ...hostEnvironment(), HOME: root } });
  expect(install.exitCode, install.stderr).toBe(0);
  program = path.join(installed, 'node_modules', '.bin', 'tidegate');
  workspace = path.join(root, 'repository');
  await mkdir(workspace);
  for (const model of ['good', 'poor'])
    await cp(path.join(PROJECT_ROOT, 'test/fixtures/models', `${model}.onnx`), path.join(workspace, `${model}.onnx`));
  await writeFile(path.join(workspace, 'tidegate.yaml'), CONFIG);
  await writeFile(path.join(workspace, 'test.csv'), `a,b,late\n${ROWS.join('\n')}\n`);
  await runGit(workspace, ['init', '--quiet', '.']);
  await runGit(workspace, ['add', '.']);
  await runGit(workspace, ['commit', '--quiet', '-m', 'a model']);
  await fillToolCache(path.join(root, 'tools'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function tidegate(...args: readonly string[]) {
  const env = { ...hostEnvironment(), HOME: root, RUNNER_TOOL_CACHE: path.join(root, 'tools') };
  return runProgram(process.execPath, [program, ...args], { cwd: workspace, env });
}

describe('tidegate, packed and installed', () => {
  it('lists its commands, and the flags and results of each', async () => {
    const usage = await tidegate('--help');
    expect(usage.exitCode, usage.stderr).toBe(0);
    for (const name of [
      'init',
      'pull',
      'push',
      'check-data',
      'train',
      'judge',
      'register',
      'image',
      'deploy',
      'drift',
      'doctor',
    ]) {
      expect(usage.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    const help = await tidegate('judge', '--help');
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain('--champion <value> [auto]');
    expect(help.stdout).toContain('verdict');
    expect(help.stdout).not.toContain('--github-token');
  });

  it.each([
    [['judeg'], 'Did you mean judge?'],
    [['judge', '--champon', 'none'], 'Did you mean --champion?'],
    [['judge', '--fail-on', 'always'], 'is not one of'],
  ])('refuses what it does not know, with exit code 2: %j', async (args, hint) => {
    const run = await tidegate(...args);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(hint);
    expect(run.stderr).toMatch(/^ {2}Error code INPUT_INVALID: https:.*#input_invalid$/m);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it('trains and judges as a workflow does, and tells it in words, with no command of a runner in between', async () => {
    const trained = await tidegate('train');
    expect(trained.exitCode, trained.stdout + trained.stderr).toBe(0);
    expect(trained.stdout).not.toMatch(/^::/m);
    const judged = await tidegate('judge', '--champion', 'none');
    expect(judged.exitCode, judged.stdout + judged.stderr).toBe(0);
    expect(judged.stdout).toContain('Tidegate · delay · ✅ pass');
    expect(judged.stdout).toMatch(/│ Accuracy\s+│ —\s+│ 0\.\d+/);
    expect(judged.stdout).not.toMatch(/mermaid|<details>|\p{Cc}\[/u);
  });

  it('gives results as JSON alone, and exit code 1 for a gate that fails', async () => {
    const poor = await tidegate('judge', '--champion', 'none', '--artifact-path', 'poor.onnx', '--json');
    expect(poor.exitCode, poor.stderr).toBe(1);
    expect(JSON.parse(poor.stdout)).toMatchObject({ verdict: 'fail', metrics: { accuracy: expect.any(Number) } });
    expect(poor.stderr).toContain('the gate says fail');
  });

  it('adopts a repository, and judges it as its first pull request will be', async () => {
    const folder = path.join(root, 'adopted');
    await cp(workspace, folder, { recursive: true });
    await rm(path.join(folder, 'tidegate.yaml'));
    const flags = ['--artifact', 'model.onnx', '--command', 'cp good.onnx model.onnx', '--label', 'late', '--yes'];
    const env = { ...hostEnvironment(), HOME: root, RUNNER_TOOL_CACHE: path.join(root, 'tools') };
    const args = [program, 'init', '.', ...flags, '--dataset', 'test.csv', '--store', 's3://models/m'];
    const run = await runProgram(process.execPath, args, { cwd: folder, env });
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain('Judged here as the first pull request will be');
    expect(await readFile(path.join(folder, '.github/workflows/model-ci.yml'), 'utf8')).toContain('evaluate-and-gate');
  });

  it('never takes "could not look" for "no champion"', async () => {
    const config = CONFIG.replace('    gate:', '    register: { store: ./store }\n    gate:');
    await writeFile(path.join(workspace, 'tidegate.yaml'), config);
    const run = await tidegate('judge');
    await writeFile(path.join(workspace, 'tidegate.yaml'), CONFIG);
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr).toContain('--champion none');
    expect(run.stdout).not.toContain('pass');
  });
});
