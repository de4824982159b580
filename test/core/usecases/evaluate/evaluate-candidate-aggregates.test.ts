import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { UserError } from '../../../../core/errors.ts';
import type { Champion } from '../../../../core/ports/evaluate/champion-finder.ts';
import type { EvaluationReport } from '../../../../core/reports/evaluation-report.ts';
import { formatReport, readReport } from '../../../../core/reports/read-report.ts';
import { evaluateCandidate } from '../../../../core/usecases/evaluate/evaluate-candidate.ts';
import type { EvaluationPorts } from '../../../../core/usecases/evaluate/evaluation-ports.ts';
import { UncheckedOrigins } from '../../../../core/usecases/evaluate/unchecked-origins.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { InMemoryChampionFinder } from '../../../../testkit/fakes/in-memory-champion-finder.ts';
import { InMemoryModelRunner, type MemoryModel } from '../../../../testkit/fakes/in-memory-model-runner.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';
import { type WrittenTable, writeParquet } from '../../../../testkit/write-parquet.ts';

const ROWS = 20_000;
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const logistic = (z: number) => 1 / (1 + Math.exp(-z));
const source = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };
const header = {
  createdAt: '2001-03-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  model: 'm',
  source,
};

const CLASSES = ['x', 'y', 'z'];

function makeTables(rows: number): Record<string, WrittenTable> {
  const random = seededRandom(8);
  const made = Array.from({ length: rows }, (_, i) => {
    const z = random.normal();
    return {
      late: random.uniform() < logistic(2 * z) ? 1 : 0,
      delay: 10 * z + random.normal(),
      at: new Date(Date.UTC(2001, 0, 1 + (i % 50))).toISOString().slice(0, 19),
      signal: z,
      // None of the first batches weighs anything.
      weight: i < 10_000 ? 0 : 1 + (i % 5),
      nothing: 0,
      // As doubles may be, and sums of them not.
      huge: i === 12_345 ? -1e308 : 10 * z,
      heavy: i === 12_345 ? 1.5e308 : 1,
      kind: CLASSES[Math.floor(3 * random.uniform())] ?? 'x',
      part: i % 3 === 0 ? 'odd' : 'even',
      good: logistic(2 * z + 0.2 * random.normal()),
      poor: logistic(2 * z + 2 * random.normal()),
    };
  });
  const scores = (name: 'good' | 'poor', change: (score: number, row: number) => number | null = (score) => score) => ({
    types: { score: 'DOUBLE' } as const,
    rows: made.map((row, i) => ({ score: change(row[name], i) })),
  });
  const votes = (noise: number) => ({
    types: { score_x: 'DOUBLE', score_y: 'DOUBLE', score_z: 'DOUBLE' } as const,
    rows: made.map(({ kind }) => {
      const vote = CLASSES.map((name) => Math.exp((name === kind ? 1 : 0) + noise * random.normal()));
      const total = vote.reduce((sum, one) => sum + one, 0);
      return Object.fromEntries(CLASSES.map((name, k) => [`score_${name}`, (vote[k] ?? 0) / total]));
    }),
  });
  return {
    'test.parquet': {
      types: {
        late: 'BIGINT',
        delay: 'DOUBLE',
        at: 'TIMESTAMP',
        signal: 'DOUBLE',
        part: 'VARCHAR',
        kind: 'VARCHAR',
        weight: 'DOUBLE',
        nothing: 'DOUBLE',
        huge: 'DOUBLE',
        heavy: 'DOUBLE',
      },
      rows: made,
    },
    'votes.parquet': votes(0.5),
    'guesses.parquet': votes(3),
    'good.parquet': scores('good'),
    'poor.parquet': scores('poor'),
    'logits.parquet': scores('poor', (score) => score * 5),
    'short.parquet': { ...scores('poor'), rows: scores('poor').rows.slice(1) },
    'long.parquet': { ...scores('poor'), rows: [...scores('poor').rows, { score: 0.5 }] },
    'missing.parquet': scores('poor', (score, row) => (row === 12_345 ? null : score)),
  };
}

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'aggregates-'));
  await writeParquet(root, makeTables(ROWS));
});
afterAll(async () => {
  await reader.close();
  await rm(root, { recursive: true, force: true });
});
const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });

const found = (file: string): Champion => ({
  kind: 'found',
  version: '1.0.0',
  digest: digest('1'),
  path: file,
  environments: [],
});

function configOf({
  evaluate,
  data,
  rules,
  task,
  label,
  gate,
}: Required<Pick<Case, 'evaluate' | 'data' | 'rules' | 'task' | 'label' | 'gate'>>) {
  const { config } = parseConfig(`version: 1
models:
  m:
    task: ${task}
    artifact: good.parquet
    data: { label: ${label}${data} }
    evaluate: { dataset: test.parquet, ${evaluate} }
    gate:
      rules:
${gate
  .split('}, ')
  .map((rule) => `        - ${rule.replace(/[^}]$/, '$&}')}\n`)
  .join('')}${rules}`);
  const model = scoredModel(config.models.m);
  return model;
}

/** What models make of the signal, and of how many rows they were given before. */
const MODELS: Readonly<Record<string, (signal: number, row: number) => number>> = {
  'good.onnx': (signal) => logistic(2 * signal),
  'poor.onnx': (signal) => logistic(2 * signal + 2 * Math.sin(1000 * signal)),
  'fails.onnx': (signal, row) => {
    if (row === 12_345) throw new UserError('MODEL_INVALID', 'fails.onnx fails on a row', { fix: 'Export it again.' });
    return logistic(signal);
  },
  'nan.onnx': (signal, row) => (row === 12_345 ? Number.NaN : logistic(signal)),
  'odds.onnx': (signal) => 5 * signal,
};

/** They are next to the tables. */
function modelsIn(folder: string): InMemoryModelRunner {
  const models = Object.entries(MODELS).map(([name, score]): [string, MemoryModel] => [
    path.join(folder, name),
    { width: 1, score: ([signal], row) => score(Number(signal), row) },
  ]);
  return new InMemoryModelRunner(Object.fromEntries(models));
}

interface Case {
  readonly candidate?: string;
  readonly champion?: Champion;
  readonly evaluate?: string;
  readonly data?: string;
  readonly heldRows?: number;
  readonly rules?: string;
  readonly task?: string;
  readonly label?: string;
  /** Rules, as one line. */
  readonly gate?: string;
  readonly base?: string;
}

async function run({
  candidate = '/good.parquet',
  champion = found('/poor.parquet'),
  evaluate = 'metrics: [roc_auc, average_precision, log_loss, f1]',
  data = '',
  heldRows = 1000,
  base,
  rules = '',
  task = 'binary-classification',
  label = 'late',
  gate = '{ metric: roc_auc, max-regression: 0.01 }, { metric: log_loss, max: 0.9 }',
}: Case) {
  const settings = { data, rules, task, label, gate };
  let clock = 0;
  const hasher: EvaluationPorts['hasher'] = {
    hash: async () => ({ kind: 'file', digest: digest('a'), sizeBytes: 1234, files: [] }),
    hashText: (one) => new FileArtifactHasher().hashText(one),
    hashChunks: (chunks) => new FileArtifactHasher().hashChunks(chunks),
  };
  const ports: EvaluationPorts = {
    tables: reader,
    models: modelsIn(root),
    champions: new InMemoryChampionFinder({
      auto: champion.kind === 'found' ? { ...champion, path: path.join(root, champion.path) } : champion,
    }),
    hasher,
    origins: new UncheckedOrigins(hasher),
    fetchPredictions: async () => {
      throw new Error('no store');
    },
    computationOf: async () => undefined,
    bringData: async () => 'file' as const,
    engine: reader,
    clockMs: () => clock++,
    progress: () => {},
  };
  const dataset = { shown: 'test.parquet', absolute: path.join(root, 'test.parquet') };
  return evaluateCandidate(
    {
      config: configOf({ ...settings, evaluate }),
      header: { schema: 'tidegate.dev/evaluation/v1', ...header },
      profileHeader: { schema: 'tidegate.dev/profile/v1', ...header },
      candidate: {
        kind: candidate.endsWith('.onnx') ? 'artifact' : 'predictions',
        path: { shown: candidate.slice(1), absolute: path.join(root, candidate) },
      },
      dataset,
      reference: dataset,
      championSelector: 'auto',
      resolve: (file) => path.join(root, file),
      base: base === undefined ? null : { config: configOf({ ...settings, evaluate: base }), rulePlaces: [] },
      rulePlaces: [],
      heldRows,
    },
    ports,
  );
}

function expectReadable(evaluation: EvaluationReport): void {
  const written = new TextEncoder().encode(formatReport('evaluation', evaluation));
  expect(readReport('evaluation', written, 'e')).toEqual(evaluation);
}

describe('evaluateCandidate of more rows than are held', () => {
  it('decides as with rows in memory, and says how', async () => {
    const [summed, held] = [await run({}), await run({ heldRows: ROWS })];
    expect(summed.evaluation.verdict).toBe('pass');
    expect(summed.evaluation.rules.map(({ verdict }) => verdict)).toEqual(
      held.evaluation.rules.map(({ verdict }) => verdict),
    );
    expect(summed.evaluation.dataset).toEqual(held.evaluation.dataset);
    summed.evaluation.metrics.forEach(({ name, value }, i) => {
      expect(Math.abs((value ?? Number.NaN) - (held.evaluation.metrics[i]?.value ?? 0)), name).toBeLessThan(2e-3);
    });
    expect(summed.evaluation.metrics[0]?.interval?.method).toMatch(
      /512 random parts of the rows.*scores in bins, within/,
    );
    expect(held.evaluation.metrics[0]?.interval?.method).toContain('DeLong');
    expect(summed.evaluation.comparisons[0]?.metrics[0]?.difference.test).toContain('paired, influence function');
    const worse = await run({ candidate: '/poor.parquet', champion: found('/good.parquet') });
    expect(worse.evaluation.verdict).toBe('fail');
  });

  it('writes reports that its readers accept, with curves and a profile of all rows', async () => {
    const { evaluation, profile } = await run({ data: ', time: at' });
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(readReport('evaluation', bytes(formatReport('evaluation', evaluation)), 'e')).toEqual(evaluation);
    expect(readReport('profile', bytes(formatReport('profile', profile)), 'p')).toEqual(profile);
    expect(evaluation.curves?.candidate.roc?.at(-1)).toEqual([1, 1]);
    expect(evaluation.curves?.candidate.calibration?.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    const { profile: held } = await run({ data: ', time: at', heldRows: ROWS });
    // Scores are summed up where they are held.
    const { predictions, ...rest } = held;
    expect(profile).toEqual(rest);
    expect(predictions?.column.rows).toBe(ROWS);
  });

  it('groups rows by day where there are times', async () => {
    const { evaluation } = await run({ data: ', time: at' });
    expect(evaluation.dataset).toMatchObject({
      rows: ROWS,
      clusters: 50,
      clusterBy: 'day(at)',
      from: '2001-01-01T00:00:00.000Z',
    });
    expect(evaluation.metrics[0]?.interval?.method).toContain('cluster-robust (CR2, t)');
  });

  it.each([
    ['/missing.parquet', 'the model gave no finite score for 1 rows'],
    ['/logits.parquet', 'which is not a probability'],
    ['/short.parquet', 'another number of rows than the dataset'],
    ['/long.parquet', 'rows than the dataset'],
    ['/nowhere.parquet', 'there is no file'],
  ])('finds a champion inconclusive whose predictions are %s', async (path, reason) => {
    const { evaluation } = await run({ champion: found(path) });
    expect(evaluation.rules[0]).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining(reason) });
  });

  it.each([
    ['/logits.parquet', 'MODEL_INVALID'],
    ['/short.parquet', 'DATA_INVALID'],
    ['/long.parquet', 'DATA_INVALID'],
    ['/nowhere.parquet', 'DATA_NOT_FOUND'],
  ])('refuses a candidate whose predictions are %s', async (candidate, code) => {
    await expect(run({ candidate })).rejects.toMatchObject({ code });
  });

  describe('of models', () => {
    const features = { data: ', features: [signal]', candidate: '/good.onnx' };

    it('decides as with rows in memory, with the features of the first rows for latency', async () => {
      const asked = { ...features, champion: found('/poor.onnx') };
      const [aggregated, held] = [await run(asked), await run({ ...asked, heldRows: ROWS })];
      expect(aggregated.evaluation.verdict).toBe(held.evaluation.verdict);
      expect(aggregated.evaluation.latency).toEqual(held.evaluation.latency);
      expect(aggregated.evaluation.rules.map(({ verdict }) => verdict)).toEqual(
        held.evaluation.rules.map(({ verdict }) => verdict),
      );
      aggregated.evaluation.metrics.forEach(({ name, value }, i) => {
        expect(Math.abs((value ?? Number.NaN) - (held.evaluation.metrics[i]?.value ?? 0)), name).toBeLessThan(1e-3);
      });
    });

    it.each([
      ['fails.onnx', /fails on a row/],
      ['odds.onnx', /not a probability/],
    ])('is inconclusive about a champion that cannot be compared with: %s', async (name, reason) => {
      const { evaluation } = await run({ ...features, champion: found(`/${name}`) });
      expect(evaluation.rules[0]).toMatchObject({ verdict: 'inconclusive', reason: expect.stringMatching(reason) });
      expect(evaluation.rules[1]?.verdict).toBe('pass');
    });

    it.each([
      ['fails.onnx', /fails on a row/],
      ['odds.onnx', /not a probability/],
    ])('refuses a candidate that cannot be judged: %s', async (name, message) => {
      const refused = run({ ...features, candidate: `/${name}` });
      await expect(refused).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringMatching(message) });
    });

    it('gives no metrics of a candidate without a score for some row', async () => {
      const { evaluation } = await run({ ...features, candidate: '/nan.onnx' });
      expect(evaluation.metrics[0]).toMatchObject({
        value: null,
        reason: expect.stringMatching(/no finite score for 1/),
      });
      expect(evaluation.verdict).not.toBe('pass');
    });
  });

  it('judges without a champion by the floors alone', async () => {
    const { evaluation } = await run({ champion: { kind: 'none' } });
    expect(evaluation.rules.map(({ verdict }) => verdict)).toEqual(['not-applicable', 'pass']);
    expect(evaluation.comparisons).toEqual([]);
  });

  it('judges numbers by sums and by the order of their errors, in slices too', async () => {
    const regression = {
      task: 'regression',
      label: 'delay',
      gate: '{ metric: mae, max-regression: 5% }, { metric: median_absolute_error, slices: all, max: 1000 }',
      evaluate:
        'predictions: { path: good.parquet, prediction: score }, slices: [part], metrics: [mae, rmse, median_absolute_error, max_error]',
    };
    const [summed, held] = [await run(regression), await run({ ...regression, heldRows: ROWS })];
    expect(summed.evaluation.metrics[2]?.interval?.method).toContain('parts');
    const exact = ({ evaluation: { metrics } }: typeof held) =>
      metrics.flatMap(({ name, value, slice }) => (/median|max/.test(name) ? [{ name, value, slice }] : []));
    expect(exact(summed)).toEqual(exact(held));
    expect(exact(summed).length).toBeGreaterThan(4);
    expect(summed.evaluation.verdict).toBe(held.evaluation.verdict);
  });

  it('judges slices as with rows in memory, small ones listed', async () => {
    const evaluate = 'slices: [part, { column: delay, bins: [-100, -15, 0, 100] }], min-rows: 5000';
    const rules = '        - { metric: roc_auc, slices: all, max-regression: 0.01 }\n';
    const [summed, held] = [await run({ evaluate, rules }), await run({ evaluate, rules, heldRows: ROWS })];
    expect(summed.evaluation.metrics.map(({ name, slice, rows }) => ({ name, slice, rows }))).toEqual(
      held.evaluation.metrics.map(({ name, slice, rows }) => ({ name, slice, rows })),
    );
    expect(summed.evaluation.rules.map(({ verdict }) => verdict)).toEqual(
      held.evaluation.rules.map(({ verdict }) => verdict),
    );
    expectReadable(summed.evaluation);
    // Slices that are small enough to be held are the very same.
    const ofSlices = (metrics: typeof held.evaluation.metrics) => metrics.filter(({ slice }) => slice !== undefined);
    expect(ofSlices(summed.evaluation.metrics)).toEqual(ofSlices(held.evaluation.metrics));
    expect(ofSlices(summed.evaluation.metrics).length).toBeGreaterThan(4);
  });

  it('refuses slices and weights that rows in memory are refused for', async () => {
    for (const evaluate of ['slices: [signal]', 'slices: [{ column: part, bins: [0, 1] }]', 'weight: part']) {
      for (const heldRows of [1000, ROWS]) {
        await expect(run({ evaluate, heldRows })).rejects.toMatchObject({ code: 'DATA_INVALID' });
      }
    }
  });

  it.each([
    ['a label', { task: 'regression', label: 'huge', evaluate: 'metrics: [mae]', gate: '{ metric: mae, max: 100 }' }],
    ['a weight', { evaluate: 'weight: heavy' }],
  ])('refuses %s that is too large to be summed, and names column, value and row', async (what, one) => {
    const [column, value] = what === 'a label' ? ['label huge', '-1e+308'] : ['weight heavy', '1.5e+308'];
    await expect(run({ ...one, candidate: '/good.onnx', data: ', features: [signal]' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(`the ${column} holds ${value} in row 12346, which is too large`),
    });
  });

  it('weighs rows, and refuses weights that are all 0 but not some that are', async () => {
    const [summed, held] = [
      await run({ evaluate: 'weight: weight' }),
      await run({ evaluate: 'weight: weight', heldRows: ROWS }),
    ];
    expect(summed.evaluation.verdict).toBe(held.evaluation.verdict);
    expectReadable(summed.evaluation);
    const points = ({ evaluation: { curves } }: typeof held) => curves?.candidate.calibration?.flatMap(Object.values);
    points(summed)?.forEach((value, i) => {
      expect(value).toBeCloseTo(points(held)?.[i] ?? Number.NaN, 9);
    });
    summed.evaluation.metrics.forEach(({ name, value }, i) => {
      expect(Math.abs((value ?? Number.NaN) - (held.evaluation.metrics[i]?.value ?? 0)), name).toBeLessThan(2e-3);
    });
    await expect(run({ evaluate: 'weight: nothing' })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('judges several classes that are named as with rows in memory, each class too', async () => {
    const multiclass = {
      task: 'multiclass-classification',
      label: 'kind',
      candidate: '/votes.parquet',
      champion: found('/guesses.parquet'),
      evaluate: 'classes: [x, y, z], slices: [part], metrics: [accuracy, roc_auc_ovr, log_loss, brier_score, f1_macro]',
      gate: '{ metric: roc_auc_ovr, max-regression: 0.01 }, { metric: recall, slices: all, min: 0.3 }',
    };
    const [summed, held] = [await run(multiclass), await run({ ...multiclass, heldRows: ROWS })];
    const placed = ({ evaluation: { metrics } }: typeof held) =>
      metrics.map(({ name, slice, rows }) => ({ name, slice, rows }));
    expect(placed(summed)).toEqual(placed(held));
    expect(summed.evaluation.rules.map(({ verdict }) => verdict)).toEqual(
      held.evaluation.rules.map(({ verdict }) => verdict),
    );
    expect(summed.evaluation.verdict).toBe('pass');
    summed.evaluation.metrics.forEach(({ name, value }, i) => {
      expect(Math.abs((value ?? Number.NaN) - (held.evaluation.metrics[i]?.value ?? 0)), name).toBeLessThan(2e-3);
    });
    expect(summed.evaluation.metrics[0]?.interval?.method).toContain('512 random parts');
    expect(summed.evaluation.curves).toEqual(held.evaluation.curves);
    expectReadable(summed.evaluation);
    const broken = await run({ ...multiclass, champion: found('/good.parquet') });
    expect(broken.evaluation.rules[0]).toMatchObject({ verdict: 'inconclusive' });
  });

  it('holds rows of classes that are not named', async () => {
    const { evaluation } = await run({
      task: 'multiclass-classification',
      label: 'kind',
      candidate: '/votes.parquet',
      champion: found('/guesses.parquet'),
      evaluate: 'metrics: [accuracy]',
      gate: '{ metric: accuracy, max-regression: 0.01 }',
    });
    expect(evaluation.metrics[0]?.interval?.method).not.toContain('parts');
  });

  it("applies the base branch's gate to the same sums, or says why not", async () => {
    const same = await run({ base: 'metrics: [roc_auc]' });
    expect(same.evaluation.baseGate).toMatchObject({ verdict: 'pass' });
    const other = await run({ base: 'metrics: [roc_auc], decision-threshold: 0.3' });
    expect(other.evaluation).toMatchObject({
      verdict: 'inconclusive',
      baseGate: { reason: expect.stringMatching(/columns that were not read/) },
    });
  });
});
