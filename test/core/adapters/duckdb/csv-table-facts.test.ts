import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { asWritten } from '../../../../core/domain/data/written-column.ts';
import type { CsvOptions } from '../../../../core/domain/table/table.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

let folder: string;
const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-csv-'));
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

async function describeText(content: string | Uint8Array, options?: CsvOptions) {
  const file = join(folder, 'table.csv');
  await writeFile(file, content);
  return reader.describe(file, options);
}

/** The type of each column, and its values. */
async function read(content: string | Uint8Array, options?: CsvOptions) {
  const table = await describeText(content, options);
  const columns = table.columns.map(({ name }) => name);
  const [batch] = await Array.fromAsync(reader.read(table, { columns, batchRows: 100_000 }));
  return Object.fromEntries(
    table.columns.map(({ name, type }, at) => [name, { type, values: [...(batch?.columns[at]?.values ?? [])] }]),
  );
}

const LONG = 30_000;

describe('columns of CSV', () => {
  it.each([
    ['yes', 'no'],
    ['y', 'n'],
    ['t', 'f'],
    ['on', 'off'],
    ['Y', 'N'],
  ])('keep %s and %s as text', async (a, b) => {
    expect(await read(`v\n${a}\n${b}\n`)).toEqual({ v: { type: 'text', values: [a, b] } });
  });

  it('of true and false are flags, and their text is there too', async () => {
    const table = await describeText('v,n\ntrue,1\nFalse,2\n\nTRUE,3\n');
    expect(table.columns[0]?.type).toBe('boolean');
    const [batch] = await Array.fromAsync(reader.read(table, { columns: ['v', asWritten('v')], batchRows: 9 }));
    expect(batch?.columns.map(({ values }) => [...values])).toEqual([
      [1, 0, 1],
      ['true', 'False', 'TRUE'],
    ]);
  });

  it.each([
    ['abc', 'text'],
    ['0.5', 'real'],
    ['1_000', 'text'],
    ['yes', 'text'],
    ['NA', 'integer'],
    ['?', 'integer'],
  ])(
    'are typed by all rows: with %s as the only other value, far below, a column of numbers is %s',
    async (odd, type) => {
      const rows = Array.from({ length: LONG }, (_, i) => `${i % 7},1\n`);
      const { columns } = await describeText(`a,b\n${rows.join('')}${odd},1\n`);
      expect(columns.map((column) => column.type)).toEqual([type, 'integer']);
    },
  );

  it('of text say which value is no number, and where', async () => {
    const { columns } = await describeText(`a\n${'1\n'.repeat(LONG)}unknown\n`);
    expect(columns[0]?.firstText).toEqual({ text: 'unknown', row: LONG + 1 });
  });

  it('have a row for each line that begins with #', async () => {
    expect(await read('a,b\n#1,1\n2,2\n#,3\n')).toMatchObject({ a: { values: ['#1', '2', '#'] } });
  });

  it('have their header in the first line, whatever the values are', async () => {
    const found = await read('a,b,y\nNA,NA,NA\n1,x,NA\n');
    expect(found).toEqual({
      a: { type: 'integer', values: [Number.NaN, 1] },
      b: { type: 'text', values: [null, 'x'] },
      y: { type: 'real', values: [Number.NaN, Number.NaN] },
    });
    expect(Object.keys(await read('a,b\nc,d\ne,f\n'))).toEqual(['a', 'b']);
    expect(Object.keys(await read('1,2\n3,4\n'))).toEqual(['1', '2']);
  });

  it.each([
    ['a,a,,A\n1,2,3,4\n', ['a', 'a.1', 'Unnamed: 2', 'A']],
    ['"a ""b""","c\nd"\n1,2\n', ['a "b"', 'c\nd']],
  ])('are named as pandas names them: %j', async (content, names) => {
    expect((await describeText(content)).columns.map(({ name }) => name)).toEqual(names);
  });

  it('take what pandas takes for missing in text, and ? and - among numbers', async () => {
    const missing = ['', 'NA', 'N/A', '#N/A', 'NaN', 'nan', 'null', 'NULL', 'None', '<NA>'];
    const rows = [...missing, '-', '?'].map((text) => `${text},${text}\n`);
    const { n, t } = await read(`n,t\n1.5,x\n${rows.join('')}`);
    expect(n?.values).toEqual([1.5, ...rows.map(() => Number.NaN)]);
    expect(t?.values).toEqual(['x', ...missing.map(() => null), '-', '?']);
  });

  it('take what is declared for missing, and nothing else but an empty field', async () => {
    const { n, t } = await read('n,t\n1,NA\n-999,\n2,-999\n', { missing: ['-999'] });
    expect(n).toEqual({ type: 'integer', values: [1, Number.NaN, 2] });
    expect(t?.values).toEqual(['NA', null, null]);
  });

  it.each([
    ['2001-01-02\n2001-12-31\n', 'time'],
    ['2001-01-02 03:04:05\n2001-01-02T03:04:06Z\n', 'time'],
    ['01/02/2001\n02/03/2001\n', 'text'],
    ['2001-01-02\n2001-13-02\n', 'text'],
    ['12:30\n12:31\n', 'text'],
  ])('are times only where day and month cannot be mistaken: %j', async (rows, type) => {
    expect((await describeText(`at\n${rows}`)).columns[0]?.type).toBe(type);
  });
});

describe('the delimiter', () => {
  it.each([',', ';', '\t', '|'])('is found where it is %j, other ones standing in values', async (delimiter) => {
    const others = [',', ';', '\t', '|'].filter((one) => one !== delimiter).join('');
    const table = await describeText(`a${delimiter}b\n1${delimiter}x${others}y\n2${delimiter}z\n`);
    expect(table.form).toMatchObject({ format: 'csv', delimiter, header: true, rows: 2 });
    expect(table.columns.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('is the declared one, even where another would fit', async () => {
    expect(await read('a;b,c\n1;2,3\n', { delimiter: ';' })).toMatchObject({
      a: { values: [1] },
      'b,c': { type: 'text', values: ['2,3'] },
    });
  });

  it.each([
    [`a,b,y\n${'1,2,3\n'.repeat(1000)}1,2\n`, /line 1002 has 2 fields, but the header has 3/],
    [`a,b,y\n${'1,2,3\n'.repeat(5)}1,2,3,4\n`, /line 7 has 4 fields, but the header has 3/],
    ['a,b\n1,2\n3\n', /line 3 has 1 fields?, but the header has 2/],
  ])('is not given up for a row of another length, which is named', async (content, message) => {
    await expect(describeText(content)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

describe('the encoding', () => {
  const text = 'a,b\n1,été\n';
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 with a byte order mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('is read: %s', async (_, content) => {
    expect(await read(content)).toMatchObject({ a: { values: [1] }, b: { values: ['été'] } });
  });

  it.each([
    ['Latin-1', Buffer.from(text, 'latin1'), /line 2 is not UTF-8/],
    ['UTF-16, high byte first', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(), /UTF-16 with the high byte first/],
  ])('is refused by name: %s', async (_, content, message) => {
    await expect(describeText(content)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});

describe('a row of CSV that readers understand differently', () => {
  const ROWS = [
    { row: 'Smith, John,5,', says: /line 3 has 4 fields, but the header has 3/ },
    { row: '1,2,3,""', says: /line 3 has 4 fields/ },
    { row: '1,2,"x\ny",', says: /line 3 has 4 fields/ },
    { row: '1, "2",3', says: /line 3 has a space between a double quote and the end/ },
    { row: '1,"2" ,3', says: /line 3 has a space between/ },
    { row: '1,"2" "x",3', says: /line 3 has a space between/ },
  ];
  it.each(ROWS)('is refused with its line: $row', async ({ row, says }) => {
    const error = await describeText(`a,b,c\n1,2,3\n${row}\n`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATA_INVALID', message: expect.stringMatching(says) });
  });

  it('is read where all of that stands in quotes, or nothing in the last column', async () => {
    const { columns } = await describeText('a,b,c\n"x, ""y"" ,","l\n,",\n"q",2,\n1,2,""\n');
    expect(columns.map(({ type }) => type)).toEqual(['text', 'text', 'real']);
  });
});
