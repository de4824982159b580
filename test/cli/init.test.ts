import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../core/config/parse-config.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

let repository: string;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'init-'));
});
afterEach(() => rm(repository, { recursive: true, force: true }));

async function run(program: string, args: readonly string[], cwd = repository) {
  return runProgram(program, [...args], { cwd, env: hostEnvironment() });
}

function init(...args: string[]) {
  return run(process.execPath, [join(PROJECT_ROOT, 'cli', 'init.ts'), repository, ...args], PROJECT_ROOT);
}

/** 2,000 rows of 40 days; every fourth is positive. */
function binaryRows(): string {
  const rows = Array.from({ length: 2000 }, (_, row) => {
    const day = new Date(Date.UTC(2026, 0, 1 + (row % 40))).toISOString().slice(0, 10);
    return `${day},${row % 7},${row % 4 === 0 ? 1 : 0}`;
  });
  return `date,weekday,late\n${rows.join('\n')}\n`;
}

/** The demo's repository, without what Tidegate adds, and with a test set. */
async function team(): Promise<void> {
  await cp(join(PROJECT_ROOT, 'scripts', 'demo', 'repository'), repository, { recursive: true });
  await rm(join(repository, 'tidegate.yaml'));
  await run('git', ['init', '--quiet', '--initial-branch=trunk']);
  await run('mkdir', ['data', '.dvc']);
  await writeFile(join(repository, 'data', 'test.csv'), binaryRows());
}

describe('npm run init', () => {
  it('finds out the model, the test set, its task, the manifests and the branch, and says what the test set can decide', async () => {
    await team();
    const { exitCode, stdout, stderr } = await init('--store', 's3://models/flight-delay', '--model', 'flight-delay');
    expect(`${stderr}${exitCode}`).toBe('0');
    const { config } = parseConfig(await readFile(join(repository, 'tidegate.yaml'), 'utf8'));
    const model = config.models['flight-delay'];
    expect(model).toMatchObject({
      task: 'binary-classification',
      artifact: 'model/model.onnx',
      train: { stages: ['train'], params: 'params.yaml' },
      data: { label: 'late', time: 'date' },
      evaluate: { dataset: 'data/test.csv' },
      register: { store: 's3://models/flight-delay' },
    });
    expect(model?.environments.map(({ name }) => name)).toEqual(['staging', 'production']);
    expect(stdout).toContain('2,000 rows of 40 days, 25.0 % of class 1');
    // Hanley and McNeil (1982, 1983) by hand for 500 and 1,500 rows, AUC 0.75, correlation 0.9.
    expect(stdout).toContain('0.017 in ROC AUC');
    // A margin that the data gave says so: nobody chose it.
    expect(model?.gate.rules.slice(1)).toMatchObject([
      { metric: 'roc_auc', maxRegression: { value: 0.018 }, marginFrom: 'data' },
      { metric: 'log_loss', whenInconclusive: 'warn' },
    ]);
    const workflow = await readFile(join(repository, '.github', 'workflows', 'model-release.yml'), 'utf8');
    expect(workflow).toContain('branches: [trunk]');
    expect(workflow).not.toMatch(/__[A-Z_]+__/);
  });

  it.each([
    ['https://github.com/Acme/Churn.git', 'oci://ghcr.io/acme/churn/models'],
    ['git@github.com:acme/churn.git', 'oci://ghcr.io/acme/churn/models'],
    ['ssh://git@github.com/acme/churn', 'oci://ghcr.io/acme/churn/models'],
  ])('proposes the packages of %s as a store where no bucket is known', async (origin, store) => {
    await team();
    await run('git', ['remote', 'add', 'origin', origin]);
    const { exitCode, stdout, stderr } = await init('--model', 'churn');
    expect(`${stderr}${exitCode}`).toBe('0');
    const { config } = parseConfig(await readFile(join(repository, 'tidegate.yaml'), 'utf8'));
    expect(config.models.churn?.register?.store).toBe(store);
    expect(stdout).toContain(`Versions go to ${store} with the token of the workflow`);
    expect(stdout).not.toContain('TIDEGATE_WRITE');
    const release = await readFile(join(repository, '.github/workflows/model-release.yml'), 'utf8');
    expect(release.match(/packages: \w+/g)).toEqual(['packages: read', 'packages: read', 'packages: write']);
  });

  it.each([
    'https://gitlab.com/acme/churn.git',
    'https://github.com.evil.example/acme/churn.git',
    'https://github.com/acme/-churn-.git',
    '../churn',
  ])('proposes no store for a repository at %s', async (origin) => {
    await team();
    await run('git', ['remote', 'add', 'origin', origin]);
    expect((await init('--model', 'churn')).stdout).toContain('--store: where versions are kept');
  });

  it('gives jobs no permission for packages where the store is another one', async () => {
    await team();
    await init('--store', 's3://models/churn', '--model', 'churn', '--current', 's3://logs/*.parquet');
    for (const name of ['model-ci', 'model-release', 'model-watch']) {
      const text = await readFile(join(repository, `.github/workflows/${name}.yml`), 'utf8');
      expect(text).not.toContain('packages:');
      expect(text).toMatch(/permissions:\n +actions: read/);
    }
  });

  it('writes nothing over what is there, and replaces it when told to', async () => {
    await team();
    await init('--store', 'models', '--model', 'flight-delay');
    const before = await readFile(join(repository, 'tidegate.yaml'), 'utf8');
    const again = await init('--store', 'models', '--model', 'flight-delay');
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain('has the model flight-delay already');
    expect(await readFile(join(repository, 'tidegate.yaml'), 'utf8')).toBe(before);
    expect((await init('--store', 'models', '--model', 'flight-delay', '--force')).exitCode).toBe(0);
  });

  it('watches and retrains where it is told what to watch', async () => {
    await team();
    const { stdout } = await init('--store', 'models', '--current', 's3://logs/*.parquet', '--update', 'python f.py');
    expect(stdout).toContain('.github/workflows/model-watch.yml, .github/workflows/model-retrain.yml');
    const { config } = parseConfig(await readFile(join(repository, 'tidegate.yaml'), 'utf8'));
    expect(Object.values(config.models)[0]?.drift?.retrain?.update).toBe('python f.py');
  });

  it('asks for everything that it cannot find out, at once, and writes nothing', async () => {
    await run('git', ['init', '--quiet']);
    const { exitCode, stdout } = await init();
    expect(exitCode).toBe(1);
    for (const option of ['--artifact', '--command', '--test', '--label', '--store']) expect(stdout).toContain(option);
    expect((await run('git', ['status', '--porcelain'])).stdout).toBe('');
  });

  it('reads the label of a quantity as a regression with the error of the median as its ceiling', async () => {
    await run('git', ['init', '--quiet']);
    await writeFile(join(repository, 'test.csv'), 'x,price\n1,10.5\n2,20.5\n3,60.5\n');
    const options = ['--artifact', 'm.onnx', '--command', 'make', '--store', 'models', '--model', 'houses'];
    expect((await init(...options)).exitCode).toBe(0);
    const { config } = parseConfig(await readFile(join(repository, 'tidegate.yaml'), 'utf8'));
    expect(config.models.houses?.task).toBe('regression');
    // Median 20.5; distances 10, 0 and 40.
    expect(config.models.houses?.gate.rules[0]).toMatchObject({ metric: 'mae', max: 16.67 });
  });

  it('says that a folder is not a Git repository, and that a test set has to be pulled first', async () => {
    expect((await init()).stderr).toContain('is not a Git repository');
    await team();
    const { stderr } = await init('--dataset', 'data/other.parquet');
    expect(stderr).toContain("Download it with 'dvc pull data/other.parquet'");
  });
});
