import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { parseDataSchema } from '../../../../core/config/parse-data-schema.ts';
import { checkBetween } from '../../../../core/usecases/data/check-between.ts';
import { checkData } from '../../../../core/usecases/data/check-data.ts';
import { checkWithin, type LabelledCheck } from '../../../../core/usecases/data/check-within.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'check-within-'));
});

afterAll(async () => {
  await tables.close();
  await rm(root, { recursive: true, force: true });
});

async function tableOf(name: string, rows: readonly string[]) {
  await writeFile(join(root, name), `${rows.join('\n')}\n`);
  return tables.describe(join(root, name));
}

async function within(rows: readonly string[], schema: string, task: LabelledCheck['task'] = 'binary-classification') {
  const table = await tableOf('data.csv', rows);
  const parsed = parseDataSchema(`version: 1\n${schema}`, 'data/schema.yaml');
  const request = { schema: parsed, sensitive: [], table, nowMs: 0 };
  const found = await checkData(request, tables);
  return checkWithin(found, { ...request, task, label: 'y', exclude: [] }, tables);
}

/** Whole numbers from 0 to 1,000 that look random. */
const noise = (at: number) => (at * 7919 + 31) % 1009;

describe('checkWithin', () => {
  it('tells rows with the same features and other labels, and columns with one value', async () => {
    const result = await within(
      ['a,b,y', '1,1,0', '1,1,1', '2,1,0', '2,1,0', '3,1,1'],
      'columns: { a: { type: integer }, b: { type: integer }, y: { type: integer } }',
    );
    expect(result.verdict).toBe('warn');
    expect(result.violations.map(({ check, column, count, share }) => [check, column, count, share])).toEqual([
      ['constant', 'b', 5, 1],
      ['label-conflict', 'y', 2, 0.4],
    ]);
    expect(result.violations[1]?.examples).toEqual([
      { row: 1, value: '0' },
      { row: 2, value: '1' },
    ]);
  });

  const schema = 'columns: { leak: { type: real }, fair: { type: integer }, y: { type: integer } }';

  it('tells a feature that alone ranks nearly all pairs, in either direction, and no other', async () => {
    const rows = Array.from(
      { length: 1000 },
      (_, at) => `${at % 2 ? -1 - noise(at) / 1e4 : noise(at) / 1e4},${noise(at)},${at % 2}`,
    );
    const { violations } = await within(['leak,fair,y', ...rows], schema);
    expect(violations.map(({ check, column }) => [check, column])).toEqual([['leakage', 'leak']]);
    expect(violations[0]?.message).toMatch(/area under the ROC curve 100 %, 95 % CI 99\.2 % to 100 %/);
  });

  it('does not tell one from few rows, which show nothing', async () => {
    const rows = Array.from({ length: 40 }, (_, at) => `${at % 2},${noise(at)},${at % 2}`);
    expect((await within(['leak,fair,y', ...rows], schema)).violations).toEqual([]);
  });

  it('measures R² of one feature of a regression', async () => {
    const rows = Array.from(
      { length: 500 },
      (_, at) => `${2 * noise(at) + (at % 3)},${(at * 104729) % 997},${noise(at)}`,
    );
    const { violations } = await within(['leak,fair,y', ...rows], schema, 'regression');
    expect(violations.map(({ check, column }) => [check, column])).toEqual([['leakage', 'leak']]);
    expect(violations[0]?.message).toContain('R²');
  });

  it('says which checks were not made', async () => {
    const result = await within(['a', '1', '2'], 'columns: { a: { type: integer } }');
    expect(result.notes).toEqual([expect.stringContaining('the label "y" is not a column')]);
  });
});

describe('checkBetween', () => {
  const schema = parseDataSchema(
    'version: 1\nkey: [id]\ntime: { column: day }\ncolumns: { id: { type: integer }, day: { type: time }, x: { type: integer } }',
    'data/schema.yaml',
  );
  const between = async (test: readonly string[], train: readonly string[], sensitive: readonly string[] = []) => {
    const [table, other] = [await tableOf('test.csv', test), await tableOf('train.csv', train)];
    return checkBetween({ schema, sensitive, table, train: other, nowMs: 0 }, { engine: tables, tables });
  };

  it('tells rows and keys that the training data have too, and rows that are not newer', async () => {
    const test = ['id,day,x', '1,2024-01-01,5', '2,2024-01-09,6', '3,2024-03-01,7', '4,2024-03-02,8'];
    const train = ['id,day,x', '1,2024-01-01,5', '2,2024-01-02,5', '9,2024-02-01,5'];
    const { found, checks } = await between(test, train);
    expect(checks).toBe(3);
    expect(found.map(({ check, severity, count, share }) => [check, severity, count, share])).toEqual([
      ['overlap', 'warn', 1, 0.25],
      ['key-overlap', 'warn', 2, 0.5],
      ['time-order', 'warn', 2, 0.5],
    ]);
    const hidden = await between(test, train, ['day']);
    expect(JSON.stringify(hidden)).not.toContain('2024');
  });

  it('holds for newer rows with other keys', async () => {
    const { found } = await between(['id,day,x', '3,2024-03-01,5'], ['id,day,x', '1,2024-01-01,5']);
    expect(found).toEqual([]);
  });

  it('fails where it cannot look: no column in common, no key, no time', async () => {
    const { found } = await between(['id,day,x', '3,2024-03-01,5'], ['other', '1']);
    expect(found.map(({ check, severity }) => [check, severity])).toEqual([
      ['overlap', 'fail'],
      ['key-overlap', 'fail'],
      ['time-order', 'fail'],
    ]);
  });
});
