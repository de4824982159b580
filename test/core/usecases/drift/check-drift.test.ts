import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { comparedColumns } from '../../../../core/usecases/drift/drift-request.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { driftRequest, keptProfile, openTables, watchedModel } from '../../../../testkit/drift-check.ts';

const { folder, tables, ports, close } = await openTables();
const model = watchedModel();
const ROWS = 400;
let files = 0;

afterAll(close);

async function write(values: readonly string[]): Promise<string> {
  const file = join(folder, `${files++}.csv`);
  await writeFile(file, `x,y\n${values.map((value, row) => `${value},${row % 2}\n`).join('')}`);
  return file;
}

/** The verdict on the column of values. */
async function compare(before: readonly string[], now: readonly string[], window?: { readonly rows: number }) {
  const [reference, current] = [await write(before), await write(now)];
  const { config, drift } = model;
  const found = await profileDataset({ table: await tables.describe(reference), data: config.data }, ports);
  const asked = { config, drift: { ...drift, ...(window === undefined ? {} : { window }) } };
  const { columns } = await checkDrift(driftRequest(asked, { profile: keptProfile(found), current }), ports);
  return columns[0];
}

function repeated(values: readonly string[]): readonly string[] {
  return Array.from({ length: ROWS }, (_, row) => values[row % values.length] ?? '');
}

const SPELLINGS = [
  ['codes with leading zeros', ['01', '02']],
  ['flags of Python', ['True', 'False']],
  ['flags of R', ['TRUE', 'FALSE']],
  ['whole numbers', ['1', '2']],
  ['days', ['2001-01-01', '2001-01-02']],
] as const;

describe('a column of CSV is the same whether or not one row of a window makes it one of text', () => {
  it.each(SPELLINGS)('%s, with such a row in the reference', async (_, values) => {
    const same = repeated(values);
    expect(await compare([...same, 'x'], same)).toMatchObject({ kind: 'categorical', verdict: 'no-drift' });
  });

  it.each(SPELLINGS.slice(0, -1))('%s, with such a row in the current window', async (_, values) => {
    const same = repeated(values);
    expect(await compare(same, [...same, 'x'])).toMatchObject({ kind: 'categorical', verdict: 'no-drift' });
  });

  it.each(SPELLINGS)('%s that shift have drifted in both cases', async (_, [first, second]) => {
    const [even, odd] = [repeated([first, second]), repeated([first, first, first, second])];
    expect(await compare([...even, 'x'], odd)).toMatchObject({ verdict: 'drift' });
  });

  it('has drifted where its values are others', async () => {
    expect(await compare(repeated(['1', '2']), [...repeated(['3', '04']), 'x'])).toMatchObject({ verdict: 'drift' });
  });

  it('reads the last rows of a file without times, and only those', async () => {
    const numbers = (from: number) => Array.from({ length: ROWS }, (_, row) => String(from + row));
    const now = [...numbers(5_000), ...numbers(0)];
    expect(await compare(numbers(0), now)).toMatchObject({ verdict: 'drift' });
    expect(await compare(numbers(0), now, { rows: ROWS })).toMatchObject({ verdict: 'no-drift' });
  });

  it.each(['7d', 'week', 'month', { rows: 50 }] as const)(
    'refuses rows of the future, which would be the only ones of window %s',
    async (window) => {
      const timed = watchedModel({ data: { time: 't' }, drift: { window } });
      const check = async (last: string) => {
        const file = join(folder, `${files++}.csv`);
        const steps = Array.from({ length: ROWS }, (_, row) =>
          new Date(Date.UTC(2001, 1, 1, 0, row * 100)).toISOString(),
        );
        await writeFile(file, `t,x,y\n${[...steps, last].map((time, row) => `${time},${row},${row % 2}\n`).join('')}`);
        const column = { kind: 'numeric' as const, name: 'x', rows: 2, missing: 0, quantiles: [1, 2] };
        const profile = keptProfile({ rows: 2, from: null, to: null, columns: [column] });
        const request = driftRequest(timed, { profile, current: file });
        return checkDrift({ ...request, current: { shown: 'current.csv', absolute: file } }, ports);
      };
      // 14 hours after the check: a clock of another zone.
      expect((await check('2001-03-01T14:00:00Z')).current.to).not.toBeNull();
      await expect(check('2001-03-03T00:00:00Z')).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('1 rows of current.csv have a t in the future, row 401 first'),
      });
    },
  );
});

describe('rows in groups', () => {
  const lines = (users: number, rows: number, name = 'u') =>
    Array.from({ length: users * rows }, (_, row) => {
      const user = Math.floor(row / rows);
      return `${(user * 37) % 101},${row % 2},${name}${user}`;
    });
  const grouped = { kind: 'column', column: 'user', label: 'user' } as const;

  async function check(before: readonly string[], now: readonly string[], group: string | null = 'user') {
    const write = async (rows: readonly string[], header = 'x,y,user') => {
      const file = join(folder, `${files++}.csv`);
      await writeFile(file, `${header}\n${rows.join('\n')}\n`);
      return file;
    };
    const [reference, current] = [await write(before), await write(now)];
    const data = { ...model.config.data, exclude: ['user'] };
    const asked = { table: await tables.describe(reference), data, grouping: grouped };
    const profile = keptProfile(await profileDataset(asked, ports), group === null ? {} : { group });
    const of = { config: { ...model.config, data }, drift: { ...model.drift, grouping: grouped } };
    const { columns } = await checkDrift(driftRequest(of, { profile, current }), ports);
    return columns[0];
  }

  it('count as one observation each', async () => {
    const other = lines(20, 100).map((line) => line.replace(/^\d+/, (x) => String(Number(x) + 12)));
    expect(await check(lines(200, 20), other)).not.toMatchObject({ verdict: 'drift' });
    const far = lines(200, 20).map((line) => line.replace(/^\d+/, (x) => String(Number(x) + 60)));
    expect(await check(lines(200, 20), far)).toMatchObject({ verdict: 'drift' });
  });

  it('are found in codes that a text among them spells in another way', async () => {
    // All rows of a user have one code: 20 users are 20 observations, however their codes are written.
    const codes = (users: number, first: number, more: readonly string[] = []) => [
      ...lines(users, 50).map((line, row) => line.replace(/^\d+/, `0${1 + ((Math.floor(row / 50) + first) % 2)}`)),
      ...more,
    ];
    const few = codes(20, 0).map((line, row) => (row < 300 ? line.replace(/^02/, '01') : line));
    const numbers = codes(200, 0).map((line) => line.replace(/^0/, ''));
    const pairs = [
      [codes(200, 0), few],
      [codes(200, 0, ['x,1,u0']), few],
      [numbers, [...few, 'x,1,u0']],
    ] as const;
    // That of a thousand independent rows is far below 1e-9.
    for (const [before, now] of pairs) expect((await check(before, now))?.pValue).toBeGreaterThan(0.1);
  });

  it('have a name that is not compared, as keys of rows are not: their values are always others', async () => {
    const config = { ...model.config, evaluate: { ...model.config.evaluate, key: 'x' } };
    const columns = ['x', 'y', 'user'].map((name) => ({
      ...{ name, kind: 'numeric' as const, rows: 1, missing: 0, quantiles: [1] },
    }));
    const profile = keptProfile({ rows: 1, from: null, to: null, columns });
    const asked = { config, drift: { ...model.drift, grouping: grouped } };
    const request = driftRequest(asked, { profile, current: 'c' });
    const names = (of: typeof request) => comparedColumns(of).map(({ name }) => name);
    expect(names(request)).toEqual(['y']);
    expect(names({ ...request, config: { ...config, data: { ...config.data, features: ['x'] } } })).toEqual(['x', 'y']);
  });

  it('of a profile that was made with other groups decide nothing', async () => {
    for (const group of [null, 'day(date)']) {
      expect(await check(lines(50, 20), lines(50, 20), group)).toMatchObject({
        ...{ verdict: 'inconclusive', pValue: null },
        reason: expect.stringContaining('made without these groups'),
      });
    }
  });
});
