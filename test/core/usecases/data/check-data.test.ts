import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { parseDataSchema } from '../../../../core/config/parse-data-schema.ts';
import { formatSchema } from '../../../../core/domain/data-schema/format-schema.ts';
import type { DataValidation } from '../../../../core/domain/data-schema/violation.ts';
import { checkData } from '../../../../core/usecases/data/check-data.ts';
import { inferDataSchema } from '../../../../core/usecases/data/infer-data-schema.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
const NOW = Date.parse('2024-06-01T00:00:00Z');
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'check-data-'));
});

afterAll(async () => {
  await tables.close();
  await rm(root, { recursive: true, force: true });
});

async function tableOf(name: string, content: string) {
  const path = join(root, name);
  await writeFile(path, content);
  return tables.describe(path);
}

async function check(content: string, schema: string, sensitive: readonly string[] = [], name = 'data.csv') {
  const table = await tableOf(name, content);
  const parsed = parseDataSchema(`version: 1\n${schema}`, 'data/schema.yaml');
  return checkData({ schema: parsed, sensitive, table, nowMs: NOW }, tables);
}

const said = ({ violations }: DataValidation) =>
  violations.map(({ check: kind, column, count, share, examples }) => [kind, column, count, share, examples]);

describe('checkData', () => {
  it('tells each violation with its count, its share and the first three rows', async () => {
    const rows = ['31', '-4', '130', 'x', '', '200', '999'];
    const result = await check(
      `age\n${rows.map((row) => `${row}\n`).join('')}`.replace('\n\n', '\n""\n'),
      'columns: { age: { type: integer, min: 0, max: 120, max-missing: 10% } }',
    );
    expect(result.verdict).toBe('fail');
    expect(said(result)).toEqual([
      ['missing', 'age', 1, 1 / 7, [{ row: 5, value: null }]],
      ['type', 'age', 1, 1 / 6, [{ row: 4, value: 'x' }]],
      [
        'range',
        'age',
        4,
        4 / 6,
        [
          { row: 2, value: '-4' },
          { row: 3, value: '130' },
          { row: 6, value: '200' },
        ],
      ],
    ]);
  });

  it('checks values, patterns, lengths, unique columns and keys', async () => {
    const result = await check(
      'id,day,code,name\n1,1,A1,ann\n1,1,B22,bo\n2,1,C3,christopher\n2,2,A1,dee\n',
      `key: [id, day]
columns:
  id: { type: integer }
  day: { type: integer, values: [1] }
  code: { type: text, pattern: '[A-Z][0-9]', unique: true }
  name: { type: text, min-length: 3, max-length: 5 }`,
    );
    expect(said(result)).toEqual([
      ['values', 'day', 1, 0.25, [{ row: 4, value: '2' }]],
      ['pattern', 'code', 1, 0.25, [{ row: 2, value: 'B22' }]],
      [
        'length',
        'name',
        2,
        0.5,
        [
          { row: 2, value: 'bo' },
          { row: 3, value: 'christopher' },
        ],
      ],
      ['unique', 'code', 1, 0.25, [{ row: 4, value: 'A1' }]],
      ['key', undefined, 1, 0.25, [{ row: 2, value: null }]],
    ]);
  });

  it('allows the share that mostly and max-missing name, and no more', async () => {
    const data = (bad: number) => `x\n${Array.from({ length: 100 }, (_, at) => (at < bad ? 50 : 1)).join('\n')}\n`;
    const schema = 'columns: { x: { type: integer, max: 9, mostly: 99% } }';
    expect((await check(data(1), schema)).verdict).toBe('pass');
    expect((await check(data(2), schema)).verdict).toBe('fail');
    const missing = (none: number) =>
      `x,y\n${Array.from({ length: 100 }, (_, at) => (at < none ? ',1' : '1,1')).join('\n')}\n`;
    const tolerant = 'columns: { x: { type: integer, max-missing: 3% }, y: { type: integer } }';
    expect((await check(missing(3), tolerant)).verdict).toBe('pass');
    expect((await check(missing(4), tolerant)).verdict).toBe('fail');
  });

  it('warns where all that is violated only warns', async () => {
    const schema = 'columns: { x: { type: integer, max: 1, severity: warn } }';
    const result = await check('x,more\n5,1\n', schema);
    expect(result.verdict).toBe('warn');
    expect(result.violations.map(({ check: kind }) => kind)).toEqual(['extra-column', 'range']);
  });

  it('never holds for a table without rows, or without a column that must be there', async () => {
    expect((await check('x\n', 'columns: { x: { type: integer } }')).verdict).toBe('fail');
    const result = await check('ages\n1\n', 'columns: { age: { type: integer } }');
    expect(result.violations.map(({ check: kind, message }) => [kind, message])).toContainEqual([
      'column',
      'Column "age" is not in the table. The table has "ages", which the schema does not name.',
    ]);
    expect((await check('ages\n1\n', 'columns: { age: { type: integer, required: false } }')).verdict).toBe('warn');
  });

  it('tells data that are too old', async () => {
    const schema = 'time: { column: day, max-age: 7d }\ncolumns: { day: { type: time } }';
    expect((await check('day\n2024-05-20\n2024-05-26\n', schema)).verdict).toBe('pass');
    expect((await check('day\n2024-05-20\n', schema)).violations[0]?.message).toBe(
      'The newest row, of 2024-05-20T00:00:00.000Z, is 12 days old by "day"; it must be at most 7 days old.',
    );
  });

  it('never shows a value of a sensitive column, named by the schema or by tidegate.yaml', async () => {
    const schema = `time: { column: born, max-age: 1d }
columns:
  email: { type: text, pattern: '[a-z]+@example\\.org', max-length: 3, unique: true }
  name: { type: text, values: [x], sensitive: true }
  born: { type: time, min: 2000-01-01 }`;
    const data = 'email,name,born\nSecret1,Secret2,1977-07-17\nSecret1,Secret2,1977-07-17\n';
    const result = await check(data, schema, ['email', 'born']);
    expect(result.violations.map(({ check: kind }) => kind).sort()).toEqual([
      'freshness',
      'length',
      'pattern',
      'range',
      'unique',
      'values',
    ]);
    expect(JSON.stringify(result)).not.toMatch(/Secret|1977/);
    expect(JSON.stringify(result)).toContain('"value":"***"');
  });

  it('takes a text of digits for text in CSV, and tells a number in typed files', async () => {
    const schema = "columns: { zip: { type: text, pattern: '[0-9]{5}' } }";
    expect((await check('zip\n01234\n99999\n', schema)).verdict).toBe('pass');
    const typed = await check('{"zip": 1234}\n', schema, [], 'data.jsonl');
    expect(said(typed)[0]).toEqual(['type', 'zip', 1, 1, [{ row: 1, value: '1234' }]]);
  });

  it('tells apart whole numbers that are the same as doubles', async () => {
    const schema = 'columns: { id: { type: integer, unique: true } }';
    expect((await check('id\n9007199254740993\n9007199254740992\n', schema)).verdict).toBe('pass');
  });

  it('refuses a pattern that is not one of RE2, and names its column', async () => {
    await expect(check('x\na\n', "columns: { x: { type: text, pattern: '(?=a)b' } }")).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('columns.x.pattern'),
    });
  });

  it('takes hostile names, values and patterns for what they are', async () => {
    const name = `x"; DROP TABLE t; --'`;
    const schema = `columns: { ${JSON.stringify(name)}: { type: text, values: ["'); --"], pattern: "''|'\\\\); --" } }`;
    const result = await check(`${JSON.stringify(name).replaceAll('\\"', '""')}\n'); --\nother\n`, schema);
    expect(said(result).map(([kind, , count]) => [kind, count])).toEqual([
      ['values', 1],
      ['pattern', 1],
    ]);
  });
});

describe('inferDataSchema', () => {
  const data = `id,age,share,carrier,code,day,note,empty\n${Array.from({ length: 300 }, (_, at) =>
    [
      at,
      18 + (at % 60),
      (at % 10) / 10,
      ['AA', 'DL', 'NO'][at % 3],
      `X${1000 + at}`,
      `2024-01-${10 + (at % 20)}`,
      at % 50 === 0 ? '' : `n${'o'.repeat(at % 30)}`,
      '',
    ].join(','),
  ).join('\n')}\n`;

  const infer = async (content: string, sensitive: readonly string[] = []) => {
    const table = await tableOf('reference.csv', content);
    const inferred = await inferDataSchema({ table, sensitive, time: 'day', key: [] }, tables);
    return { table, inferred, text: formatSchema(inferred, { source: 'data/reference.csv', rows: inferred.rows }) };
  };

  it('writes a schema that reads back to an equal one, and that its data satisfy', async () => {
    const { table, inferred, text } = await infer(data);
    const schema = parseDataSchema(text, 'data/schema.yaml');
    expect(schema).toEqual(inferred.schema);
    const result = await checkData({ schema, sensitive: [], table, nowMs: NOW }, tables);
    expect(result).toMatchObject({ verdict: 'pass', rows: 300 });
    expect(text).toContain('key: [id]');
    expect(schema.columns).toMatchObject({
      age: { type: 'integer', min: 12, max: 83 },
      share: { type: 'real', min: 0, max: 1 },
      carrier: { values: ['AA', 'DL', 'NO'] },
      code: { pattern: '[A-Z][0-9]{4}', unique: true },
      day: { type: 'time' },
      note: { maxMissing: 0.05, minLength: 1, maxLength: 60 },
      empty: { maxMissing: 1 },
    });
  });

  it('writes no value of a sensitive column', async () => {
    const { text } = await infer(data, ['carrier', 'age', 'day', 'code', 'share']);
    const ofColumns = text.slice(text.indexOf('columns:'));
    expect(ofColumns).not.toMatch(/AA|DL|77|83|2024|X|0\.9/);
    expect(ofColumns.match(/sensitive: true/g)).toHaveLength(5);
  });
});
