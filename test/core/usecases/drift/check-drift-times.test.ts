import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TRINO } from '../../../../core/domain/warehouse/dialects/trino.ts';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { checkDriftInWarehouse } from '../../../../core/usecases/drift/check-drift-in-warehouse.ts';
import type { DriftRequest } from '../../../../core/usecases/drift/drift-request.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { driftRequest, keptProfile, openTables, watchedModel } from '../../../../testkit/drift-check.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const { folder, tables, ports, close } = await openTables();
const model = watchedModel({ data: { time: 'at' } });
const { data } = model.config;
const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const START_MS = Date.UTC(2001, 0, 1);
const ROWS = 2000;

afterAll(close);

/** A file of rows whose times are made by `bookedAt` of an hour of the day, a day of the year and the time of the row. */
async function write(name: string, fromDay: number, bookedAt: (hour: number, day: number, atMs: number) => string) {
  const random = seededRandom(fromDay);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const atMs = START_MS + fromDay * DAY_MS + row * HOUR_MS;
    const booked = bookedAt(Math.floor(random.uniform() * 24), Math.floor(random.uniform() * 364), atMs);
    return { booked, at: new Date(atMs).toISOString(), y: row % 2 };
  });
  const lines = name.endsWith('.csv')
    ? ['booked,at,y', ...rows.map(({ booked, at, y }) => [booked, at, y].join(','))]
    : rows.map((row) => JSON.stringify({ ...row, booked: row.booked === '' ? null : row.booked }));
  const file = join(folder, name);
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

async function requestOf(reference: string, current: string, times?: readonly string[]): Promise<DriftRequest> {
  const found = await profileDataset({ table: await tables.describe(reference), data, times }, ports);
  return driftRequest(model, { profile: keptProfile(found), current });
}

const iso = (ms: number) => new Date(ms).toISOString();
const usual = (hour: number, day: number) => iso(START_MS + day * DAY_MS + hour * HOUR_MS);
const CHANGES = [
  ['nothing', usual, []],
  ['the hours', (hour: number, day: number) => usual(hour % 12, day), ['booked.hour']],
  ['the days of the week', (hour: number, day: number) => usual(hour, day - (day % 7)), ['booked.weekday']],
  [
    'the year of a quarter',
    (hour: number, day: number) => usual(hour, day % 4 === 0 ? day + 364 : day),
    ['booked.range'],
  ],
  [
    'half of the times, which are missing',
    (hour: number, day: number) => (day % 2 === 0 ? '' : usual(hour, day)),
    ['booked.hour'],
  ],
] as const;

describe.each(['csv', 'jsonl'])('checkDrift of times in %s', (ending) => {
  it.each(CHANGES)('finds a change of %s', async (_, change, drifted) => {
    const reference = await write(`before.${ending}`, 0, usual);
    const request = await requestOf(reference, await write(`now.${ending}`, 90, change), ['booked']);
    const { columns } = await checkDrift(request, ports);
    expect(columns.map(({ name }) => name)).toEqual(['booked.hour', 'booked.weekday', 'booked.range']);
    expect(columns.flatMap(({ name, verdict }) => (verdict === 'drift' ? [name] : []))).toEqual(drifted);
  });

  it('is not quiet about values that are no times', async () => {
    const reference = await write(`before.${ending}`, 0, usual);
    const request = await requestOf(reference, await write(`now.${ending}`, 90, () => 'soon'));
    expect((await checkDrift(request, ports)).verdict).toBe('drift');
  });
});

describe('checkDrift of times', () => {
  it('has no range of a time that goes on with that of the rows', async () => {
    const logged = (hour: number, _: number, atMs: number) => iso(atMs + hour * HOUR_MS);
    const reference = await write('before.csv', 0, logged);
    const { columns, verdict } = await checkDrift(
      await requestOf(reference, await write('now.csv', 91, logged), ['booked']),
      ports,
    );
    expect(columns.map(({ name }) => name)).toEqual(['booked.hour', 'booked.weekday']);
    expect(verdict).toBe('no-drift');
  });

  it('has a range of named columns alone, and without a time of the rows no measures at all', async () => {
    const reference = await write('before.csv', 0, usual);
    const namesOf = async (of: typeof data, times?: readonly string[]) => {
      const { columns } = await profileDataset({ table: await tables.describe(reference), data: of, times }, ports);
      return columns.map(({ name }) => name);
    };
    expect(await namesOf(data)).toEqual(['booked.hour', 'booked.weekday']);
    const untimed = { ...data, time: undefined };
    expect(await namesOf(untimed)).toEqual([]);
    expect(await namesOf(untimed, ['booked'])).toEqual(['booked.hour', 'booked.weekday', 'booked.range']);
  });

  it('measures none where drift.times names none, and refuses other columns', async () => {
    const reference = await write('before.csv', 0, usual);
    expect((await requestOf(reference, reference, [])).reference.profile.columns).toEqual([]);
    for (const name of ['at', 'y', 'nothing']) {
      await expect(requestOf(reference, reference, [name])).rejects.toMatchObject({ code: 'DATA_INVALID' });
    }
  });

  it('is not asked of a warehouse', async () => {
    const reference = await write('before.csv', 0, usual);
    const engine = {
      ...{ dialect: TRINO, shown: 'sql', isRemote: false },
      query: () => Promise.reject(new RangeError('asked')),
    };
    const asked = checkDriftInWarehouse(await requestOf(reference, reference), engine);
    await expect(asked).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
