import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { renderDriftSummary } from '../../../../core/render/drift/drift.ts';
import type { ProfileReport } from '../../../../core/reports/profile-report.ts';
import { formatReport, readReport } from '../../../../core/reports/read-report.ts';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { profilePredictions } from '../../../../core/usecases/evaluate/profile-predictions.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const folder = await mkdtemp(join(tmpdir(), 'tidegate-scores-'));
const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
const ports = { tables, clockMs: () => 0, progress: () => {} };
const source = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };
const header = {
  createdAt: '2001-03-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  source,
  model: 'm',
};
let files = 0;

afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true, force: true });
});

const configured = (drift: string, task = 'binary-classification') =>
  scoredModel(
    parseConfig(`version: 1
models:
  m:
    task: ${task}
    artifact: m.joblib
    data: { label: y }
    evaluate: { dataset: d }
    gate: { rules: [{ ${task === 'regression' ? 'metric: mae, max' : 'metric: accuracy, min'}: 0 }] }
    drift: { current: c, ${drift} }
`).config.models.m,
  );

/** Scores that are probabilities, of inputs about a mean. */
function draw(rows: number, mean: number, seed: number) {
  const random = seededRandom(seed);
  const scores = Float64Array.from({ length: rows }, () => 1 / (1 + Math.exp(-(mean + 1.5 * random.normal()))));
  return { scores, labels: scores.map((score) => (random.uniform() < score ? 1 : 0)) };
}

function profileOf(predictions: ProfileReport['predictions']): ProfileReport {
  return {
    ...header,
    schema: 'tidegate.dev/profile/v1',
    dataset: { path: 'd', digest: `sha256:${'0'.repeat(64)}`, rows: 5000, from: null, to: null },
    columns: [],
    ...(predictions === undefined ? {} : { predictions }),
  };
}

async function check(
  scores: ArrayLike<number>,
  predictions: ProfileReport['predictions'],
  drift = 'predictions: score',
) {
  const config = configured(drift);
  if (config.drift === undefined) throw new RangeError('no drift');
  const current = join(folder, `${files++}.csv`);
  const lines = Array.from(scores, (score, row) => `${row},${Number.isNaN(score) ? '' : score}`);
  await writeFile(current, `id,score\n${lines.join('\n')}\n`);
  const profile = readReport('profile', Buffer.from(formatReport('profile', profileOf(predictions))), 'profile.json');
  const report = await checkDrift(
    {
      config,
      drift: config.drift,
      header: { ...header, schema: 'tidegate.dev/drift/v1' },
      reference: { profile, path: 'd', digest: `sha256:${'0'.repeat(64)}` },
      current: { shown: current, absolute: current },
    },
    ports,
  );
  return readReport('drift', Buffer.from(formatReport('drift', report)), 'drift.json');
}

function registered(mean = 1): NonNullable<ProfileReport['predictions']> {
  const { scores, labels } = draw(5000, mean, 7);
  const outcome = { labels, classes: ['0', '1'], weights: null };
  const found = profilePredictions({ columns: new Map(), outcome, candidate: scores, champion: null }, configured(''));
  if (found === undefined) throw new Error('no predictions');
  return found;
}

describe('a drift check with drift.predictions', () => {
  it('is quiet about scores as the evaluation had them, and estimates the same performance', async () => {
    const report = await check(draw(4000, 1, 8).scores, registered());
    expect(report).toMatchObject({ verdict: 'no-drift', predictions: { name: 'score', verdict: 'no-drift' } });
    for (const { lower, upper, evaluated } of report.performance?.estimated ?? []) {
      expect(evaluated).toBeGreaterThan((lower ?? 1) - 0.03);
      expect(evaluated).toBeLessThan((upper ?? 0) + 0.03);
    }
    expect(report.performance).toMatchObject({ rows: 4000 });
  });

  it('finds scores that moved, and that the model is expected to be worse', async () => {
    const report = await check(draw(4000, 0, 9).scores, registered(3));
    expect(report).toMatchObject({ verdict: 'drift', dataset: { drifted: 1, tested: 1 } });
    const accuracy = report.performance?.estimated?.find(({ name }) => name === 'accuracy');
    expect(accuracy?.upper).toBeLessThan(accuracy?.evaluated ?? 0);
    const text = renderDriftSummary(report);
    expect(text).toContain('**score by');
    expect(text).toContain('estimated without labels');
  });

  it.each([
    ['a profile without scores', undefined, 'score'],
    ['a window without the column', registered(), 'probability'],
  ] as const)('is undecided with %s', async (_, predictions, column) => {
    const report = await check(draw(400, 1, 8).scores, predictions, `predictions: ${column}`);
    expect(report).toMatchObject({ verdict: 'inconclusive', predictions: { verdict: 'inconclusive' } });
    expect(report.performance).toBeUndefined();
  });

  it('counts missing scores, and estimates from the others', async () => {
    const { scores } = draw(2000, 1, 12);
    const report = await check(
      scores.map((score, row) => (row % 2 === 0 ? score : Number.NaN)),
      registered(),
    );
    expect(report.predictions).toMatchObject({ verdict: 'drift', effect: { name: 'missing' } });
    expect(report.performance?.rows).toBe(1000);
  });

  it('computes nothing from scores that are not probabilities, and says so', async () => {
    const { scores } = draw(400, 1, 8);
    const report = await check(
      scores.map((score, row) => (row < 3 ? 7 : score)),
      registered(),
    );
    expect(report.performance).toEqual({
      rows: 400,
      reason: '3 scores are not probabilities from 0 to 1, so performance is not computed.',
    });
    expect(renderDriftSummary(report)).toContain('3 scores are not probabilities');
  });

  it('needs no past windows of scores where others have limits from theirs', async () => {
    const predictions = registered();
    const config = 'predictions: score, limits: history, window: 7d';
    await expect(check(draw(400, 1, 8).scores, predictions, config)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('a drift check with outcomes', () => {
  const config = `predictions: score, labels: outcomes.csv`;
  const withKey = (drift: string, task?: string) => {
    const found = configured(drift, task);
    return { ...found, evaluate: { ...found.evaluate, key: 'id' } };
  };

  const byUser = { kind: 'column', column: 'user', label: 'user' } as const;

  interface Judged {
    /** Rows that were logged again. */
    readonly logged?: readonly number[];
    readonly group?: (row: number) => number;
  }

  async function judged(
    window: ReturnType<typeof draw>,
    known: readonly string[],
    { logged = [] as readonly number[], group }: Judged = {},
  ) {
    const model = withKey('predictions: score');
    if (model.drift === undefined) throw new RangeError('no drift');
    const [current, outcomes] = [join(folder, `${files++}.csv`), join(folder, `${files++}.csv`)];
    const rows = [...window.scores.keys(), ...logged];
    const scoreOf = (row: number) => (Number.isNaN(window.scores[row]) ? '' : window.scores[row]);
    const lines = rows.map((row) => `r${row},${scoreOf(row)},u${group?.(row) ?? row}`);
    await writeFile(current, `id,score,user\n${lines.join('\n')}\n`);
    await writeFile(outcomes, `id,y\n${known.join('\n')}\n`);
    return checkDrift(
      {
        config: model,
        drift: group === undefined ? model.drift : { ...model.drift, grouping: byUser },
        header: { ...header, schema: 'tidegate.dev/drift/v1' },
        reference: { profile: profileOf(registered()), path: 'd', digest: `sha256:${'0'.repeat(64)}` },
        current: { shown: current, absolute: current },
        labels: { shown: 'outcomes.csv', absolute: outcomes },
      },
      ports,
    );
  }

  it('has the performance on the rows that have one, and counts the others', async () => {
    const window = draw(2000, 1, 15);
    const known = Array.from(window.labels.subarray(0, 1500), (label, row) => `r${row},${label}`).reverse();
    const report = await judged(window, [...known, 'elsewhere,1']);
    const realised = report.performance?.realised;
    expect(realised).toMatchObject({ rows: 1500, awaiting: 500, repeated: 0 });
    const right = window.scores.subarray(0, 1500).filter((score, row) => (score >= 0.5 ? 1 : 0) === window.labels[row]);
    const accuracy = realised?.metrics.find(({ name }) => name === 'accuracy');
    expect(accuracy?.value).toBeCloseTo(right.length / 1500, 12);
    expect(accuracy?.lower).toBeLessThan(accuracy?.value ?? 0);
    expect(accuracy?.evaluated).toBeGreaterThan(0.5);
    expect(renderDriftSummary(report)).toContain('Outcomes of 1,500 rows are known, 500 rows await theirs.');
  });

  it('shows a relation that changed, which the estimate cannot see', async () => {
    const window = draw(2000, 1, 16);
    const report = await judged(
      window,
      Array.from(window.labels, (label, row) => `r${row},${1 - label}`),
    );
    const of = (metrics: NonNullable<typeof report.performance>['estimated']) =>
      metrics?.find(({ name }) => name === 'roc_auc');
    expect(of(report.performance?.estimated)?.lower).toBeGreaterThan(0.7);
    expect(of(report.performance?.realised?.metrics)?.upper).toBeLessThan(0.4);
  });

  it('counts a line that was logged twice once', async () => {
    const window = draw(300, 1, 17);
    const known = Array.from(window.labels, (label, row) => `r${row},${label}`);
    const report = await judged(window, known, { logged: [3, 4, 4] });
    expect(report.performance?.realised).toMatchObject({ rows: 300, awaiting: 0, repeated: 3 });
  });

  it('leaves out rows without a score, and counts them', async () => {
    const window = draw(1000, 1, 19);
    const known = Array.from(window.labels, (label, row) => `r${row},${label}`);
    const kept = { ...window, scores: window.scores.slice() };
    kept.scores.fill(Number.NaN, 0, 100);
    const report = await judged(kept, known);
    const right = window.scores.filter((score, row) => row >= 100 && (score >= 0.5 ? 1 : 0) === window.labels[row]);
    const realised = report.performance?.realised;
    expect(realised).toMatchObject({ rows: 900, awaiting: 0, unscored: 100 });
    expect(realised?.metrics.find(({ name }) => name === 'accuracy')?.value).toBeCloseTo(right.length / 900, 12);
    expect(renderDriftSummary(report)).toContain('100 rows with an outcome have no score.');
  });

  it('has wider intervals where the rows of a user are one observation', async () => {
    const window = draw(40, 1, 20);
    const each = (of: ArrayLike<number>) => Float64Array.from({ length: 1000 }, (_, row) => of[row % 40] ?? 0);
    const repeated = { scores: each(window.scores), labels: each(window.labels) };
    const known = Array.from(repeated.labels, (label, row) => `r${row},${label}`);
    const width = async (group?: (row: number) => number) => {
      const report = await judged(repeated, known, group === undefined ? {} : { group });
      const found = report.performance?.realised?.metrics.find(({ name }) => name === 'accuracy');
      return (found?.upper ?? 0) - (found?.lower ?? 0);
    };
    expect(await width((row) => row % 40)).toBeGreaterThan(3 * (await width()));
  });

  it('says that none is known, and refuses two outcomes of one row', async () => {
    const window = draw(300, 1, 18);
    expect((await judged(window, ['another,1'])).performance?.realised).toMatchObject({
      rows: 0,
      awaiting: 300,
      metrics: [],
    });
    await expect(judged(window, ['r1,0', 'r1,1'])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('needs a key and the scores', () => {
    expect(() => configured(config)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('a drift check with drift.performance', () => {
  const asked = 'predictions: score, performance: { accuracy: 0.05 }';

  it('is drift where the scores promise a worse performance, undecided in a small window, and else quiet', async () => {
    const worse = await check(draw(4000, 0, 9).scores, registered(3), asked);
    expect(worse).toMatchObject({ verdict: 'drift', rules: [{ name: 'accuracy', by: 'scores', verdict: 'drift' }] });
    expect(renderDriftSummary(worse)).toContain('**Performance is worse than allowed: accuracy');
    const same = await check(draw(4000, 1, 8).scores, registered(), asked);
    expect(same).toMatchObject({ verdict: 'no-drift', rules: [{ verdict: 'no-drift' }] });
    const few = await check(draw(100, 1, 8).scores, registered(), `${asked}, effect: { ks: 0.5 }`);
    expect(few).toMatchObject({ verdict: 'inconclusive', dataset: { verdict: 'no-drift' } });
    expect(renderDriftSummary(few)).toContain('too small to tell if performance is worse');
  });

  it('decides nothing without an estimate', async () => {
    const { calibration: _, ...plain } = registered();
    const report = await check(draw(4000, 1, 8).scores, plain, asked);
    expect(report).toMatchObject({ verdict: 'inconclusive', rules: [{ value: null, verdict: 'inconclusive' }] });
  });

  it.each([
    ['performance: { accuracy: 0.05 }', 'binary-classification', 'drift.predictions is missing'],
    [
      'predictions: p, performance: { mae: 1 }',
      'binary-classification',
      'names mae, which task: binary-classification does not have',
    ],
    [
      'predictions: p, performance: { brier_score: 0.1 }',
      'binary-classification',
      'cannot be estimated without outcomes',
    ],
    ['predictions: p, performance: { mae: 1 }', 'regression', 'cannot be estimated without outcomes'],
  ])('refuses %s for %s', (drift, task, message) => {
    expect(() => configured(drift, task)).toThrow(message);
  });
});

describe('profilePredictions', () => {
  const { scores, labels } = draw(300, 0, 3);
  const outcome = { labels, classes: ['0', '1'], weights: null };
  const scored = { columns: new Map(), outcome, candidate: scores, champion: null };

  it('has no calibration where rows weigh differently or have no score, and nothing for cross-validation', () => {
    const weighted = { ...scored, outcome: { ...outcome, weights: scores } };
    expect(Object.keys(profilePredictions(weighted, configured('')) ?? {})).toEqual(['column']);
    const broken = { ...scored, candidate: scores.map((score, row) => (row === 7 ? Number.NaN : score)) };
    const found = profilePredictions(broken, configured(''));
    expect(found).toMatchObject({ column: { missing: 1 } });
    expect(Object.keys(found ?? {})).toEqual(['column']);
    const folds = { rows: new Uint32Array(300), folds: new Uint32Array(300), names: ['a', 'b'], datasetRows: 300 };
    expect(profilePredictions({ ...scored, folds }, configured(''))).toBeUndefined();
  });

  it('has the predicted numbers of a regression', () => {
    const found = profilePredictions(
      { ...scored, outcome: { ...outcome, classes: null } },
      configured('', 'regression'),
    );
    expect(found).toMatchObject({ column: { name: 'prediction', rows: 300 }, evaluated: { mae: expect.any(Number) } });
    expect(found?.calibration).toBeUndefined();
  });
});
