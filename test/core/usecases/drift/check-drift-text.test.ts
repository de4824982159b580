import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import type { DriftConfig } from '../../../../core/config/drift-config.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { TRINO } from '../../../../core/domain/warehouse/dialects/trino.ts';
import { profileReportSchema } from '../../../../core/reports/profile-report.ts';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { checkDriftInWarehouse } from '../../../../core/usecases/drift/check-drift-in-warehouse.ts';
import type { DriftRequest } from '../../../../core/usecases/drift/drift-request.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { randomText } from '../../../../testkit/random-texts.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const folder = await mkdtemp(join(tmpdir(), 'tidegate-drift-text-'));
const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
const ports = { tables, clockMs: () => 0, progress: () => {} };
const parsed = parseConfig(
  JSON.stringify({
    version: 1,
    models: {
      m: {
        task: 'binary-classification',
        artifact: 'm.onnx',
        data: { label: 'y', time: 'at' },
        evaluate: { dataset: 'd', metrics: ['accuracy'] },
        gate: { rules: [{ metric: 'accuracy', min: 0 }] },
        drift: { current: 'c', group: 'user' },
      },
    },
  }),
);
const model = scoredModel(parsed.config.models.m);
const { drift: watch } = model;
const HEADER = {
  createdAt: '2001-03-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  source: { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null },
  model: 'm',
} as const;
const DAY_MS = 86_400_000;

afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true, force: true });
});

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
  readonly config?: typeof model;
}

/** The report on texts, from a profile that was written and read. */
async function check(before: Rows, now: Rows, { windowMs, config = model, ...more }: More = {}) {
  if (watch === undefined) throw new RangeError('no drift');
  const drift = { ...watch, ...more };
  const table = await tables.describe(await write(before));
  const found = await profileDataset(
    { table, data: model.data, grouping: drift.grouping, text: drift.text, windowMs },
    ports,
  );
  const { columns, windows, rows } = found;
  const profile = profileReportSchema.parse(
    JSON.parse(
      JSON.stringify({
        ...HEADER,
        schema: 'tidegate.dev/profile/v1',
        dataset: { path: 'd', digest: `sha256:${'0'.repeat(64)}`, rows, from: null, to: null },
        group: 'user',
        columns,
        ...(windows === undefined ? {} : { windows }),
      }),
    ),
  );
  const current = await write(now);
  const request: DriftRequest = {
    config,
    drift,
    header: { ...HEADER, schema: 'tidegate.dev/drift/v1' },
    reference: { profile, path: 'd', digest: 'd' },
    current: { shown: current, absolute: current },
  };
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
    const asked = { table: await tables.describe(file), data: model.data };
    const { columns } = await profileDataset(asked, ports);
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['note', 'categorical'],
      ['note.length', 'numeric'],
    ]);
    await expect(profileDataset({ ...asked, text: ['note'] }, ports)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('leaves out the texts of a key, which only tell rows apart', async () => {
    const before = { name: 'before.csv', texts: texts(1, 1000) };
    const config = { ...model, evaluate: { ...model.evaluate, key: 'note' } };
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
