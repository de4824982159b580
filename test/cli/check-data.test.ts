import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../cli/run-cli.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { PROJECT_MODULES, PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';

const CONFIG = `version: 1
models:
  delay:
    task: binary-classification
    artifact: model.onnx
    data: { label: late, features: [a, b], schema: data/schema.yaml, sensitive: [name] }
    evaluate: { dataset: test.csv, metrics: [accuracy] }
    gate: { rules: [{ metric: accuracy, min: 0.8 }, { data: schema }] }
`;
const rowsOf = (name: (at: number) => string, extra: readonly string[] = []) => [
  'a,b,name,late',
  ...Array.from({ length: 400 }, (_, i) => {
    const [a, b] = [((i * 37) % 101) / 50 - 1, ((i * 53) % 97) / 48 - 1];
    return `${a},${b},${name(i)},${a + b / 2 > 0 === i % 13 > 0 ? 1 : 0}`;
  }),
  ...extra,
];
const SCHEMA = `version: 1
columns:
  a: { type: real, min: -2, max: 2 }
  b: { type: real, min: -2, max: 2 }
  name: { type: text, pattern: '[a-z]+[0-9]+' }
  late: { type: integer, values: [0, 1] }
`;

let root: string;
let workspace: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-check-data-'));
  workspace = path.join(root, 'work');
  await mkdir(path.join(workspace, 'data'), { recursive: true });
  await cp(path.join(PROJECT_ROOT, 'test/fixtures/models/good.onnx'), path.join(workspace, 'model.onnx'));
  await write('tidegate.yaml', CONFIG);
  await write('test.csv', `${rowsOf((at) => `n${at}`).join('\n')}\n`);
  await write('data/schema.yaml', SCHEMA);
  await runGit(workspace, ['init', '--quiet', '--initial-branch=main', '.']);
  await runGit(workspace, ['add', '.']);
  await runGit(workspace, ['commit', '--quiet', '-m', 'a model']);
  await runGit(root, ['clone', '--quiet', '--bare', workspace, path.join(root, 'origin.git')]);
  await runGit(workspace, ['remote', 'add', 'origin', path.join(root, 'origin.git')]);
});

afterAll(() => rm(root, { recursive: true, force: true }));

function write(file: string, text: string) {
  return writeFile(path.join(workspace, file), text);
}

async function tidegate(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let [stdout, stderr] = ['', ''];
  const exitCode = await runCli(args, {
    env: { ...hostEnvironment(), HOME: root, RUNNER_TEMP: path.join(root, 'temp'), ...env },
    directory: workspace,
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    root: PROJECT_ROOT,
    nodeModules: PROJECT_MODULES,
  });
  return { exitCode, stdout, stderr, said: stdout + stderr };
}

const judge = (env?: Readonly<Record<string, string>>) => tidegate(['judge', '--champion', 'none'], env);

async function reportOf() {
  const file = path.join(root, 'temp', 'tidegate', 'delay', 'evaluation.json');
  return readReport('evaluation', await readFile(file), file);
}

/** Runs work with other files in a commit, and brings those before it back. */
async function withFiles<T>(files: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  for (const [file, text] of Object.entries(files)) await write(file, text);
  await runGit(workspace, ['commit', '--quiet', '--all', '-m', 'a change']);
  try {
    return await work();
  } finally {
    await runGit(workspace, ['reset', '--quiet', '--hard', 'HEAD~1']);
  }
}

const BAD = `${rowsOf((at) => `n${at}`, ['9,0,Secret Person,1', '0.5,0.1,n1,1']).join('\n')}\n`;

describe('tidegate check-data', () => {
  it('infers a schema once, which its data satisfy', async () => {
    const args = ['check-data', '--schema', 'data/inferred.yaml'];
    expect((await tidegate([...args, '--infer'])).exitCode).toBe(0);
    const again = await tidegate([...args, '--infer']);
    expect([again.exitCode, again.said]).toEqual([2, expect.stringContaining('exists, and may have been edited')]);
    expect((await tidegate([...args, '--infer', '--force'])).exitCode).toBe(0);
    const text = await readFile(path.join(workspace, 'data/inferred.yaml'), 'utf8');
    expect(text).toContain('sensitive: true');
    expect(text).not.toContain('n399');
    const checked = await tidegate([...args, '--json']);
    expect(checked.exitCode, checked.said).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({ verdict: expect.stringMatching(/pass|warn/), rows: 400 });
  });

  it('fails for a violation, and shows no value of a sensitive column', async () => {
    const run = await withFiles({ 'test.csv': BAD }, () => tidegate(['check-data', '--json']));
    expect(run.exitCode).toBe(1);
    const { violations } = JSON.parse(run.stdout) as {
      violations: { check: string; column: string; examples: unknown }[];
    };
    expect(violations.map(({ check, column, examples }) => [check, column, examples])).toEqual([
      ['range', 'a', [{ row: 401, value: '9' }]],
      ['pattern', 'name', [{ row: 401, value: '***' }]],
    ]);
    expect(run.said).not.toContain('Secret');
    expect(run.stderr).toContain('2 of 19 checks of data/schema.yaml failed, first: Column "a": ');
  });

  it.each([
    ['there is no schema', [], 'there is no data schema'],
    ['it is broken', ['version: 1\ncolumns: { a: { type: number, mn: 1 } }\n'], 'Did you mean "min"?'],
    [
      'it is a pattern that RE2 refuses',
      ["version: 1\ncolumns: { name: { type: text, pattern: '(a' } }\n"],
      'columns.name.pattern',
    ],
    [
      'it nests aliases',
      [
        `version: 1\na: &a [${'x,'.repeat(9)}]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [${`*${at === 0 ? 'a' : `b${at - 1}`},`.repeat(9)}]`).join('\n')}\n`,
      ],
      '',
    ],
  ])('is an error, never a pass, where %s', async (_, [schema], said) => {
    await rm(path.join(workspace, 'data/odd.yaml'), { force: true });
    if (schema !== undefined) await write('data/odd.yaml', schema);
    const run = await tidegate(['check-data', '--schema', 'data/odd.yaml']);
    expect([run.exitCode, run.said]).toEqual([1, expect.stringContaining(said)]);
  });

  it('quotes no line of a file that cannot be read, where a column is sensitive', async () => {
    const broken = `${rowsOf((at) => `n${at}`, ['1,2,Secret Person,1,too,many,fields']).join('\n')}\n`;
    for (const command of [['check-data'], ['judge', '--champion', 'none']]) {
      const run = await withFiles({ 'test.csv': broken }, () => tidegate(command));
      expect([run.exitCode, run.said]).toEqual([1, expect.stringContaining('DATA_INVALID')]);
      expect(run.said).not.toContain('Secret');
    }
  });

  it('compares with the training data', async () => {
    const run = await tidegate(['check-data', '--train', 'test.csv']);
    expect([run.exitCode, run.said]).toEqual([
      0,
      expect.stringContaining('400 of 400 rows (100 %) are in the training data too'),
    ]);
  });
});

describe('tidegate judge with a data schema', () => {
  it('passes where the data hold, and says so in the report', async () => {
    const run = await judge();
    expect(run.exitCode, run.said).toBe(0);
    const { dataValidation, rules, metrics } = await reportOf();
    expect(dataValidation).toMatchObject({ rows: 400, failures: 0, schema: { path: 'data/schema.yaml' } });
    expect(rules[1]).toMatchObject({ rule: { metric: 'data:schema', max: 0 }, verdict: 'pass' });
    expect(metrics).toContainEqual(expect.objectContaining({ name: 'data:schema', value: 0 }));
  });

  it('fails for a violation of severity fail, and only shows one that warns or that no rule is about', async () => {
    const failed = await withFiles({ 'test.csv': BAD }, () => judge());
    expect(failed.exitCode, failed.said).toBe(1);
    expect(failed.said).toContain('2 fail');
    expect(failed.said).not.toContain('Secret');
    expect(JSON.stringify(await reportOf())).not.toContain('Secret');
    const warning = SCHEMA.replaceAll(' }', ', severity: warn }');
    const warned = await withFiles({ 'test.csv': BAD, 'data/schema.yaml': warning }, () => judge());
    expect(warned.exitCode, warned.said).toBe(0);
    expect((await reportOf()).dataValidation).toMatchObject({ verdict: 'warn', warnings: 2 });
    const withoutRule = CONFIG.replace(', { data: schema }', '');
    const shown = await withFiles({ 'test.csv': BAD, 'tidegate.yaml': withoutRule }, () => judge());
    expect(shown.exitCode, shown.said).toBe(0);
    expect((await reportOf()).dataValidation).toMatchObject({ verdict: 'fail', failures: 2 });
  });

  it('stops where the schema is not there', async () => {
    const run = await withFiles({ 'tidegate.yaml': CONFIG.replace('data/schema.yaml', 'data/gone.yaml') }, () =>
      judge(),
    );
    expect([run.exitCode, run.said]).toEqual([1, expect.stringContaining('CONFIG_NOT_FOUND')]);
  });

  it('applies the schema of the base branch too, and tells what was loosened', async () => {
    const base = { GITHUB_BASE_REF: 'main', TIDEGATE_VERSIONS: 'git' };
    const loose = SCHEMA.replaceAll('max: 2', 'max: 99').replace('[a-z]+[0-9]+', '.*');
    const files = { 'test.csv': BAD, 'data/schema.yaml': loose };
    const run = await withFiles(files, () => judge(base));
    expect(run.exitCode, run.said).toBe(1);
    const { baseGate, dataValidation, verdict } = await reportOf();
    expect([verdict, baseGate?.ownVerdict, baseGate?.verdict]).toEqual(['fail', 'pass', 'fail']);
    expect(dataValidation?.changes).toContainEqual({ text: 'a: at most 2 became at most 99', loosens: true });
    expect(run.said).toContain('a: at most 2 became at most 99');
    const same = await judge(base);
    expect(same.exitCode, same.said).toBe(0);
    expect((await reportOf()).baseGate).toBeUndefined();
  });

  it('applies every check of the schema of the base branch, those of rows and columns together too', async () => {
    const base = { GITHUB_BASE_REF: 'strict', TIDEGATE_VERSIONS: 'git' };
    const strict = SCHEMA.replace('columns:', 'across: { severity: fail, max-single-feature: 51% }\ncolumns:');
    await withFiles({ 'data/schema.yaml': strict }, async () => {
      await runGit(workspace, ['push', '--quiet', 'origin', 'HEAD:refs/heads/strict']);
      const own = await judge(base);
      expect(own.exitCode, own.said).toBe(1);
      for (const loose of [SCHEMA, strict.replace('fail', 'warn'), strict.replace('51%', '100%')]) {
        const run = await withFiles({ 'data/schema.yaml': loose }, () => judge(base));
        expect(run.exitCode, run.said).toBe(1);
        expect((await reportOf()).baseGate).toMatchObject({ ownVerdict: 'pass', verdict: 'fail' });
      }
    });
  });

  it('hides what the base branch marks as sensitive, although the pull request marks it no longer', async () => {
    const base = { GITHUB_BASE_REF: 'private', TIDEGATE_VERSIONS: 'git' };
    const marked = SCHEMA.replace("[0-9]+' }", "[0-9]+', sensitive: true }");
    expect(marked).not.toBe(SCHEMA);
    const open = CONFIG.replace(', sensitive: [name]', '');
    const broken = `${rowsOf((at) => `n${at}`, ['1,2,Secret Person,1,too,many,fields']).join('\n')}\n`;
    for (const before of [{ 'data/schema.yaml': marked, 'tidegate.yaml': open }, { 'data/schema.yaml': SCHEMA }]) {
      await withFiles({ ...before, 'test.csv': `${rowsOf(() => 'n1').join('\n')}\n` }, async () => {
        await runGit(workspace, ['push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/private']);
        for (const data of [BAD, broken]) {
          const after = { 'test.csv': data, 'data/schema.yaml': SCHEMA, 'tidegate.yaml': open };
          const run = await withFiles(after, () => judge(base));
          expect(run.exitCode, run.said).toBe(1);
          expect(run.said).not.toContain('Secret');
        }
      });
    }
  });

  it.each([
    ['needs data.schema', CONFIG.replace(', schema: data/schema.yaml', '')],
    ['needs exactly one of metric', CONFIG.replace('{ data: schema }', '{ data: schema, metric: accuracy, min: 1 }')],
    ['nothing besides', CONFIG.replace('{ data: schema }', '{ data: schema, max: 3 }')],
    ['not a path inside the repository', CONFIG.replace('schema: data/schema.yaml', 'schema: ../schema.yaml')],
  ])('refuses a configuration that %s', async (said, config) => {
    const run = await withFiles({ 'tidegate.yaml': config }, () => judge());
    expect([run.exitCode, run.said]).toEqual([1, expect.stringContaining(said)]);
  });
});
