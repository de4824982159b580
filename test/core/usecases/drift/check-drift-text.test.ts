import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DriftConfig } from '../../../../core/config/drift-config.ts';
import { TRINO } from '../../../../core/domain/warehouse/dialects/trino.ts';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { checkDriftInWarehouse } from '../../../../core/usecases/drift/check-drift-in-warehouse.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { driftRequest, keptProfile, openTables, watchedModel } from '../../../../testkit/drift-check.ts';
import { randomText } from '../../../../testkit/random-texts.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const { folder, tables, ports, close } = await openTables();
const model = watchedModel({ data: { time: 'at' }, drift: { group: 'user' } });
const DAY_MS = 86_400_000;

afterAll(close);

interface Rows {
  readonly name: string;
  readonly texts: readonly (string | null)[];
}

async function write({ name, texts }: Rows): Promise<string> {
  const file = join(folder, name);
  const row = (text: string | null, at: number) => ({
    note: text,
    user: at % 100,
    at: new Date(Math.floor(at / 20) * DAY_MS).toISOString(),
    y: at % 2,
  });
  const rows = texts.map(row);
  const lines = name.endsWith('.csv')
    ? ['note,user,at,y', ...rows.map(({ note, user, at, y }) => [note ?? '', user, at, y].join(','))]
    : rows.map((one) => JSON.stringify(one));
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

interface More extends Partial<Pick<DriftConfig, 'text' | 'limits'>> {
  readonly windowMs?: number;
  readonly config?: typeof model.config;
}

/** The report on texts, from a profile that was written and read. */
async function check(before: Rows, now: Rows, { windowMs, config = model.config, ...more }: More = {}) {
  const drift = { ...model.drift, ...more };
  const table = await tables.describe(await write(before));
  const { data } = model.config;
  const asked = { table, data, grouping: drift.grouping, text: drift.text, windowMs };
  const profile = keptProfile(await profileDataset(asked, ports), { group: 'user' });
  const request = driftRequest({ config, drift }, { profile, current: await write(now) });
  return { profile, request, report: await checkDrift(request, ports) };
}

function texts(seed: number, rows: number, prefix = 'w') {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => randomText(random, prefix));
}

const MEASURES = ['empty', 'length', 'words', 'digits', 'upper-case', 'punctuation', 'non-ascii', 'unknown-words'];
const NAMES = MEASURES.map((measure) => `note.${measure}`);

describe('checkDrift of texts', () => {
  it.each(['csv', 'jsonl'])('compares the measures of texts in %s, and no text leaves the data', async (ending) => {
    const before = { name: `before.${ending}`, texts: texts(1, 1000) };
    const { report, profile } = await check(before, { name: `now.${ending}`, texts: texts(2, 800) });
    expect(report.columns.map(({ name }) => name)).toEqual(NAMES);
    expect(report.columns.map(({ verdict }) => verdict)).not.toContain('drift');
    expect(JSON.stringify([profile, report])).not.toMatch(/w1 |w2 /);
  });

  it('names the measure that shifted', async () => {
    const before = { name: 'before.csv', texts: texts(1, 1000) };
    const { report } = await check(before, { name: 'now.csv', texts: texts(2, 800, 'v') });
    const drifted = report.columns.filter(({ verdict }) => verdict === 'drift');
    expect(drifted.map(({ name }) => name)).toEqual(['note.unknown-words']);
    expect(report.verdict).toBe('drift');
  });

  it.each([
    ['texts that are numbers', (_: string, row: number) => String(row)],
    ['no text', () => null],
  ] as const)('is not quiet about %s', async (_, change) => {
    const before = { name: 'before.csv', texts: texts(1, 1000) };
    const { report } = await check(before, { name: 'now.csv', texts: texts(2, 800).map(change) });
    expect(report.verdict).not.toBe('no-drift');
  });

  it('finds the same by the limits of past windows, which have no vocabulary', async () => {
    const before = { name: 'before.jsonl', texts: texts(1, 1400) };
    const history = { limits: 'history', windowMs: 7 * DAY_MS } as const;
    const { report, profile } = await check(before, { name: 'now.jsonl', texts: texts(2, 800, 'v') }, history);
    expect(JSON.stringify(profile).match(/"vocabulary"/g)).toHaveLength(1);
    expect(profile.windows?.length).toBeGreaterThan(4);
    const found = report.columns.find(({ name }) => name === 'note.unknown-words');
    expect(found).toMatchObject({ verdict: 'drift', effect: { limit: expect.any(Number) } });
  });

  it('takes texts for categories where drift.text names none', async () => {
    const before = { name: 'before.csv', texts: texts(1, 1000) };
    const { report } = await check(before, before, { text: [] });
    expect(report.columns).toMatchObject([{ name: 'note', kind: 'categorical' }]);
  });

  it.each(['text', 'times'] as const)('cannot decide on a column of drift.%s without its measures', async (key) => {
    const before = { name: 'before.csv', texts: texts(1, 1000) };
    const { request } = await check(before, before, { text: [] });
    const { columns, verdict } = await checkDrift({ ...request, drift: { ...request.drift, [key]: ['note'] } }, ports);
    expect(columns.at(-1)).toMatchObject({
      name: key === 'text' ? 'note.length' : 'note.hour',
      verdict: 'inconclusive',
      reason: expect.stringContaining(`drift.${key}`),
    });
    expect(verdict).toBe('inconclusive');
  });

  it('measures short texts where drift.text names their column', async () => {
    const short = { name: 'short.csv', texts: texts(1, 500).map((_, row) => (row % 2 === 0 ? 'yes' : 'no')) };
    expect((await check(short, short)).report.columns.map(({ name }) => name)).toEqual(['note']);
    expect((await check(short, short, { text: ['note'] })).report.columns.map(({ name }) => name)).toEqual(NAMES);
  });

  it.each(['user', 'at', 'y', 'nothing'])('refuses %s as a column of text', async (name) => {
    const rows = { name: 'before.csv', texts: texts(1, 200) };
    await expect(check(rows, rows, { text: [name] })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('takes no name of another column', async () => {
    const file = join(folder, 'taken.csv');
    const lines = texts(1, 200).map((text, row) => `${text},${row},${row % 2}`);
    await writeFile(file, `note,note.length,y\n${lines.join('\n')}\n`);
    const asked = { table: await tables.describe(file), data: model.config.data };
    const { columns } = await profileDataset(asked, ports);
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['note', 'categorical'],
      ['note.length', 'numeric'],
    ]);
    await expect(profileDataset({ ...asked, text: ['note'] }, ports)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('leaves out the texts of a key, which only tell rows apart', async () => {
    const before = { name: 'before.csv', texts: texts(1, 1000) };
    const config = { ...model.config, evaluate: { ...model.config.evaluate, key: 'note' } };
    expect((await check(before, before, { config })).report.columns).toEqual([]);
  });

  it('is not asked of a warehouse', async () => {
    const before = { name: 'before.csv', texts: texts(1, 1000) };
    const { request } = await check(before, before);
    const engine = {
      ...{ dialect: TRINO, shown: 'sql', isRemote: false },
      query: () => Promise.reject(new RangeError('asked')),
    };
    await expect(checkDriftInWarehouse(request, engine)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
