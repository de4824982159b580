import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { driftReportSchema } from '../../../../core/reports/drift-report.ts';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { driftRequest, keptProfile, openTables, watchedModel } from '../../../../testkit/drift-check.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const { folder, tables, ports, close } = await openTables();

afterAll(close);

interface Made {
  readonly seed: number;
  readonly rows: number;
  readonly correlation: number;
  /** Values that the rows of a user share, 0 to 1. */
  readonly alike?: number;
  /** Further columns of 20 categories each. */
  readonly more?: number;
}

async function write({ seed, rows, correlation, alike = 0, more = 0 }: Made): Promise<string> {
  const random = seededRandom(seed);
  const file = join(folder, `${seed}-${rows}.csv`);
  const own = Array.from({ length: rows / 20 }, () => random.normal());
  const lines = Array.from({ length: rows }, (_, row) => {
    const user = Math.floor(row / 20);
    const a = Math.sqrt(1 - alike) * random.normal() + Math.sqrt(alike) * (own[user] ?? 0);
    const b = correlation * a + Math.sqrt(1 - correlation ** 2) * random.normal();
    const others = Array.from({ length: more }, () => `k${Math.floor(20 * random.uniform())}`);
    return [a, b, `c${Math.floor(4 * random.uniform())}`, `u${seed}-${user}`, row % 2, ...others].join(',');
  });
  const names = ['a', 'b', 'c', 'user', 'y', ...Array.from({ length: more }, (_, at) => `m${at}`)];
  await writeFile(file, `${names.join(',')}\n${lines.join('\n')}\n`);
  return file;
}

interface More {
  readonly rows?: boolean;
  readonly group?: string;
  readonly multivariate?: object;
}

async function check(before: Made, now: Made, { rows = true, ...keys }: More = {}) {
  const data = { exclude: keys.group === 'none' ? ['user'] : [] };
  const model = watchedModel({ data, drift: { multivariate: {}, group: 'user', ...keys } });
  const [reference, current] = [await write(before), await write(now)];
  const table = await tables.describe(reference);
  const asked = { table, data: model.config.data, grouping: model.drift.grouping };
  const profile = keptProfile(await profileDataset(asked, ports), { group: 'user' });
  const from = rows ? { rows: { shown: reference, absolute: reference } } : {};
  const report = await checkDrift(driftRequest(model, { profile, current, ...from }), ports);
  return driftReportSchema.parse(JSON.parse(JSON.stringify(report)));
}

const MADE = { seed: 1, rows: 4000, correlation: 0.8 };

describe('judgeMultivariate', () => {
  it('finds a changed correlation, which no column alone shows', async () => {
    const report = await check(MADE, { ...MADE, seed: 2, correlation: 0 });
    expect(report.columns.map(({ verdict }) => verdict)).toEqual(['no-drift', 'no-drift', 'no-drift']);
    expect(report.multivariate).toMatchObject({ verdict: 'drift', test: 'domain classifier' });
    expect(report).toMatchObject({ verdict: 'drift', dataset: { drifted: 1, tested: 4 } });
  });

  it('finds none where nothing changed', async () => {
    const report = await check(MADE, { ...MADE, seed: 2 });
    expect(report.multivariate).toMatchObject({ verdict: 'no-drift' });
    expect(report.multivariate?.effect.value).toBeLessThan(0.53);
    expect(report.verdict).toBe('no-drift');
  });

  it('cannot decide on a small window, without rows of the reference, and on few rows', async () => {
    const multivariate = async (...asked: Parameters<typeof check>) => (await check(...asked)).multivariate?.verdict;
    expect(await multivariate({ ...MADE, rows: 400 }, { ...MADE, seed: 2, rows: 200 })).toBe('inconclusive');
    expect(await multivariate(MADE, { ...MADE, seed: 2, rows: 80 })).toBe('inconclusive');
    expect(await multivariate(MADE, { ...MADE, seed: 2 }, { rows: false })).toBe('inconclusive');
  });

  it('cannot decide on more columns than it can work with in seconds, and says so', async () => {
    const wide = { ...MADE, rows: 200, more: 16 };
    const { multivariate } = await check(wide, { ...wide, seed: 2 });
    expect(multivariate).toMatchObject({ verdict: 'inconclusive' });
    expect(multivariate?.reason).toMatch(/3\d\d numbers per row, more than 300; name fewer columns in data\.features/);
  });

  it('raises false alarms no more often than declared, without an allowance', async () => {
    let alarms = 0;
    for (let run = 0; run < 40; run++) {
      const made = { rows: 200, correlation: 0.5 };
      const keys = { group: 'none', multivariate: { 'max-auc': 0.5 } };
      const report = await check({ ...made, seed: 1000 + run }, { ...made, seed: 2000 + run }, keys);
      if (report.multivariate?.verdict === 'drift') alarms++;
    }
    // 5 % of 40, and three standard deviations.
    expect(alarms).toBeLessThanOrEqual(6);
  });

  it('takes rows of a user for one observation, and not for an alarm', async () => {
    let alarms = 0;
    for (let run = 0; run < 20; run++) {
      const [before, now] = [2 * run + 100, 2 * run + 101].map((seed) => ({ ...MADE, rows: 600, seed, alike: 0.9 }));
      if (before === undefined || now === undefined) continue;
      if ((await check(before, now)).multivariate?.verdict === 'drift') alarms++;
    }
    // 5 % of 20, and three standard deviations.
    expect(alarms).toBeLessThanOrEqual(3);
  });
});
