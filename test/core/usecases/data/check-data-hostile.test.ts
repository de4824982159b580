import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { parseDataSchema } from '../../../../core/config/parse-data-schema.ts';
import { formatSchema } from '../../../../core/domain/data-schema/format-schema.ts';
import type { TableDescription } from '../../../../core/domain/table/table.ts';
import { checkBetween } from '../../../../core/usecases/data/check-between.ts';
import { checkData } from '../../../../core/usecases/data/check-data.ts';
import { inferDataSchema } from '../../../../core/usecases/data/infer-data-schema.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { runSql } from '../../../../testkit/write-parquet.ts';

const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
const NOW = Date.parse('2024-06-01T00:00:00Z');
const MICROSECONDS = 1_700_000_000_000_000n;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'check-hostile-data-'));
  const write = (file: string, columns: string) =>
    `COPY (SELECT ${columns} FROM range(200) AS r(i)) TO '${join(root, file)}' (FORMAT parquet)`;
  await runSql(
    write('bytes.parquet', "'x'::BLOB AS id, i AS x, [i] AS list"),
    write(
      'exact.parquet',
      `make_timestamp(${MICROSECONDS} + i) AS us, make_timestamp_ns(${MICROSECONDS} * 1000 + i) AS ns,
        10000000000000000000000000::DECIMAL(38, 0) + i AS decimal, make_timestamp(${MICROSECONDS} + i // 2) AS twice`,
    ),
    write(
      'far.parquet',
      `make_timestamp(9223372036854775000 + i) AS far, i * 1e306 - 1e308 AS huge, 1e-320 AS tiny, i * 1e16 AS wide,
        i + 9007199254740000 AS near, 'infinity'::DOUBLE AS inf`,
    ),
  );
});

afterAll(async () => {
  await tables.close();
  await rm(root, { recursive: true, force: true });
});

async function tableOf(name: string, content?: string) {
  const path = join(root, name);
  if (content !== undefined) await writeFile(path, content);
  return tables.describe(path);
}

const parse = (schema: string) => parseDataSchema(`version: 1\n${schema}`, 'data/schema.yaml');

async function check(table: TableDescription, schema: string) {
  const { verdict, violations } = await checkData({ schema: parse(schema), sensitive: [], table, nowMs: NOW }, tables);
  return { verdict, kinds: violations.map(({ check: kind }) => kind), violations };
}

describe('checkData never passes a check that it could not make', () => {
  it.each([
    ['bytes', 'bytes.parquet', 'columns: { id: { type: text, severity: warn }, x: { type: integer } }'],
    ['nested values', 'bytes.parquet', 'columns: { list: { type: text, severity: warn }, x: { type: integer } }'],
    ['a column that may be absent', 'bytes.parquet', 'columns: { no: { type: text, required: false } }'],
  ])('fails a key of %s', async (_, file, columns) => {
    const schema = parse(columns);
    const key = Object.keys(schema.columns)[0] ?? '';
    const result = await check(await tableOf(file), `key: [${key}]\n${columns}`);
    expect([result.verdict, result.violations[0]]).toEqual([
      'fail',
      expect.objectContaining({ check: 'key', message: expect.stringContaining(`"${key}"`) }),
    ]);
  });

  it.each([
    ['key: [a]\ncolumns: { a: { type: other } }', 'key.0'],
    ['columns: { a: { type: other, unique: true } }', 'unique'],
    ['columns: { a: { type: integer, max: 9007199254740993 } }', 'max'],
    ['columns: { a: { type: integer, min: -9007199254740993 } }', 'min'],
    ['columns: { a: { type: integer, values: [1, 9007199254740993] } }', 'values'],
  ])('refuses a schema that asks for one: %s', (schema, said) => {
    expect(() => parse(schema)).toThrow(said);
  });

  it('fails a table without rows, whatever the severity', async () => {
    const result = await check(
      await tableOf('none.csv', 'x\n'),
      'rows: { severity: warn }\ncolumns: { x: { type: real } }',
    );
    expect([result.verdict, result.kinds]).toEqual(['fail', ['rows']]);
  });

  it('takes no time of the future for a fresh one, but for clocks that differ', async () => {
    const schema = 'time: { column: day, max-age: 7d }\ncolumns: { day: { type: time } }';
    const of = async (newest: string) => check(await tableOf('day.csv', `day\n2001-01-01\n${newest}\n`), schema);
    expect((await of('2024-06-01T13:00:00')).verdict).toBe('pass');
    const future = await of('2999-01-01');
    expect([future.verdict, future.kinds]).toEqual(['fail', ['freshness']]);
    expect(future.violations[0]?.message).toContain('in the future');
  });

  it('compares keys and times with the training data, or fails', async () => {
    const [table, train] = [await tableOf('bytes.parquet'), await tableOf('exact.parquet')];
    const schema = parse(
      'key: [id]\ntime: { column: t }\ncolumns: { id: { type: text }, t: { type: time, required: false } }',
    );
    for (const [own, other] of [
      [table, table],
      [table, train],
    ] as const) {
      const { found } = await checkBetween(
        { schema, sensitive: [], table: own, train: other, nowMs: NOW },
        { engine: tables, tables },
      );
      const failed = found.filter(({ severity }) => severity === 'fail').map(({ check: kind }) => kind);
      expect(failed).toEqual(expect.arrayContaining(['key-overlap', 'time-order']));
    }
    const unnamed = await tableOf('unnamed.csv', ',x\n1,1\n2,2\n');
    const name = unnamed.columns[0]?.name ?? '';
    const { found } = await checkBetween(
      {
        ...{ sensitive: [], table: unnamed, train: unnamed, nowMs: NOW },
        schema: parse(`key: [${JSON.stringify(name)}]\ncolumns: { ${JSON.stringify(name)}: { type: integer } }`),
      },
      { engine: tables, tables },
    );
    expect(found.map(({ check: kind }) => kind)).toContain('key-overlap');
  });
});

describe('checkData compares values with all of their digits', () => {
  it.each(['us', 'ns', 'decimal'])('of a column %s that is unique', async (column) => {
    const type = column === 'decimal' ? 'integer' : 'time';
    const table = await tableOf('exact.parquet');
    for (const schema of [
      `columns: { ${column}: { type: ${type}, unique: true } }`,
      `key: [${column}]\ncolumns: { ${column}: { type: ${type} } }`,
    ]) {
      const { kinds } = await check(table, `extra-columns: allow\n${schema}`);
      expect(kinds).toEqual([]);
    }
  });

  it('and finds those that are there twice', async () => {
    const schema = 'extra-columns: allow\ncolumns: { twice: { type: time, unique: true, max: 2023-01-01 } }';
    const { violations } = await check(await tableOf('exact.parquet'), schema);
    expect(violations.map(({ check: kind, count }) => [kind, count])).toEqual([
      ['range', 200],
      ['unique', 100],
    ]);
  });
});

describe('inferDataSchema', () => {
  it('writes a schema that the data satisfy, of numbers and times as far as they go', async () => {
    const table = await tableOf('far.parquet');
    const inferred = await inferDataSchema({ table, sensitive: [], time: 'far', key: [] }, tables);
    const text = formatSchema(inferred, { source: 'far.parquet', rows: inferred.rows });
    const schema = parseDataSchema(text, 'data/schema.yaml');
    expect(schema).toEqual(inferred.schema);
    const result = await checkData({ schema, sensitive: [], table, nowMs: NOW }, tables);
    expect(result.violations).toEqual([]);
    const seen = await check(
      table,
      'extra-columns: allow\ntime: { column: far, max-age: 1d }\ncolumns: { far: { type: time, max: 2030-01-01 } }',
    );
    expect(seen.kinds).toEqual(['range', 'freshness']);
  });
});
