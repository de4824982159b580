import { describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import type { Champion } from '../../../../core/ports/evaluate/champion-finder.ts';
import { renderEvaluationSummary } from '../../../../core/render/evaluation/evaluation.ts';
import { evaluateCandidate } from '../../../../core/usecases/evaluate/evaluate-candidate.ts';
import type { EvaluationPorts } from '../../../../core/usecases/evaluate/evaluation-ports.ts';
import { UncheckedOrigins } from '../../../../core/usecases/evaluate/unchecked-origins.ts';
import { InMemoryChampionFinder } from '../../../../testkit/fakes/in-memory-champion-finder.ts';
import { InMemoryModelRunner } from '../../../../testkit/fakes/in-memory-model-runner.ts';
import { InMemoryTableReader, type MemoryTable } from '../../../../testkit/fakes/in-memory-table-reader.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';
import golden from '../../../golden/folds.json' with { type: 'json' };

type Study = keyof Omit<typeof golden, 'versions'>;
type Rows = readonly (readonly number[])[];

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const source = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };
const header = {
  createdAt: '2001-03-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  model: 'm',
  source,
};
const HASHER: EvaluationPorts['hasher'] = {
  hash: async (path) => ({ kind: 'file', digest: digest(path.includes('test') ? 'a' : 'b'), sizeBytes: 9, files: [] }),
  hashText: (text) => new FileArtifactHasher().hashText(text),
  hashChunks: (chunks) => new FileArtifactHasher().hashChunks(chunks),
};

interface Case {
  readonly study: Study;
  readonly candidate?: Rows;
  readonly champion?: Rows | null;
  readonly rules?: string;
  /** Further keys of `evaluate`. */
  readonly evaluate?: string;
  /** Set: the predictions have no row numbers, and are in the order of the dataset. */
  readonly isInOrder?: boolean;
  readonly found?: Partial<Champion>;
}

function tableOf(rows: Rows, isInOrder: boolean): MemoryTable {
  const sorted = isInOrder ? [...rows].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)) : rows;
  const named = sorted.map(([id = 0, fold = 0, score = 0]) => ({ id, fold: `part ${fold}`, score, prediction: score }));
  const columns = [
    ...(isInOrder ? [] : [{ name: 'id', type: 'integer' as const }]),
    { name: 'fold', type: 'text' as const },
    { name: 'score', type: 'real' as const },
    { name: 'prediction', type: 'real' as const },
  ];
  return { columns, rows: named };
}

async function run({ study, rules = '', evaluate = '', isInOrder = false, ...given }: Case) {
  const { labels, candidate, champion, metrics } = golden[study];
  const task = study === 'regression' ? 'regression' : 'binary-classification';
  const key = isInOrder ? '' : ', key: id';
  const { config } = parseConfig(`version: 1
models:
  m:
    task: ${task}
    artifact: model.joblib
    data: { label: y }
    evaluate:
      { dataset: test, predictions: oof, folds: fold${key}, min-rows: 20, metrics: [${Object.keys(metrics).join(', ')}]${evaluate} }
    gate: { rules: [${rules === '' ? `{ metric: ${Object.keys(metrics)[0]}, max-regression: 0.5 }` : rules}] }
`);
  const model = scoredModel(config.models.m);
  const path = (shown: string) => ({ shown, absolute: `/${shown}` });
  const rival = given.champion === undefined ? champion : given.champion;
  const tables = new InMemoryTableReader({
    '/test': {
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'y', type: 'real' },
        { name: 'half', type: 'text' },
      ],
      rows: labels.map((y, id) => ({ id, y, half: id % 2 === 0 ? 'even' : 'odd' })),
    },
    '/oof': tableOf(given.candidate ?? candidate, isInOrder),
    '/champion.csv': tableOf(rival ?? [], isInOrder),
  });
  const found: Champion = {
    kind: 'found',
    version: '1.0.0',
    digest: digest('1'),
    path: '/champion.csv',
    environments: [],
    ...(given.found as object),
  };
  return evaluateCandidate(
    {
      config: model,
      header: { schema: 'tidegate.dev/evaluation/v1', ...header },
      profileHeader: { schema: 'tidegate.dev/profile/v1', ...header },
      candidate: { kind: 'predictions', path: path('oof') },
      dataset: path('test'),
      reference: path('test'),
      championSelector: 'auto',
      resolve: (one) => `/${one}`,
      base: null,
      rulePlaces: model.gate.rules.map(() => ({ file: 'tidegate.yaml' })),
    },
    {
      tables,
      models: new InMemoryModelRunner({}),
      champions: new InMemoryChampionFinder({ auto: rival === null ? { kind: 'none' } : found }),
      hasher: HASHER,
      origins: new UncheckedOrigins(HASHER),
      fetchPredictions: async () => '/champion.csv',
      computationOf: async () => undefined,
      bringData: async () => 'file' as const,
      engine: { relation: () => Promise.reject(new Error('no engine')) } as never,
      clockMs: () => 0,
      progress: () => {},
    },
  );
}

describe('evaluateCandidate on cross-validation', () => {
  it.each(['kFold', 'repeated', 'regression'] as const)(
    'has the means of scikit-learn, and nowhere a narrower interval than the corrected resampled t: %s',
    async (study) => {
      const { evaluation } = await run({ study });
      for (const [name, expected] of Object.entries(golden[study].metrics)) {
        const own = evaluation.metrics.find((metric) => metric.name === name);
        const compared = evaluation.comparisons[0]?.metrics.find((metric) => metric.name === name);
        expect(own?.value).toBeCloseTo(expected.candidate.mean, 9);
        expect(compared?.champion.value).toBeCloseTo(expected.champion.mean, 9);
        expect(compared?.difference.value).toBeCloseTo(expected.difference.mean, 9);
        const interval = compared?.difference.interval;
        if (interval == null) continue;
        const { mean, half } = expected.difference;
        expect(interval.lower).toBeLessThanOrEqual(mean - half + 1e-9);
        expect(interval.upper).toBeGreaterThanOrEqual(mean + half - 1e-9);
        expect(interval.method).toMatch(/, at least Nadeau-Bengio over \d+ folds$/);
      }
    },
  );

  it('takes the corrected resampled t where it is the wider one', async () => {
    const { evaluation } = await run({ study: 'regression' });
    const difference = evaluation.comparisons[0]?.metrics.find(({ name }) => name === 'mae')?.difference;
    const { mean, half } = golden.regression.metrics.mae.difference;
    expect(difference?.interval?.upper).toBeCloseTo(mean + half, 9);
    expect(difference?.interval?.lower).toBeCloseTo(mean - half, 9);
  });

  it('reads predictions in the order of the dataset as those with identifiers', async () => {
    const { evaluation } = await run({ study: 'kFold', isInOrder: true });
    const { evaluation: keyed } = await run({ study: 'kFold' });
    for (const [at, { value }] of evaluation.metrics.entries())
      expect(value).toBeCloseTo(keyed.metrics[at]?.value ?? Number.NaN, 12);
  });

  it('counts a row once however many folds test it', async () => {
    const { evaluation } = await run({ study: 'repeated', evaluate: ', slices: [half]' });
    expect(evaluation.dataset).toMatchObject({ rows: 120, folds: { column: 'fold', count: 20, predictions: 480 } });
    const slices = evaluation.metrics.filter(({ slice, name }) => slice !== undefined && name === 'accuracy');
    expect(slices.map(({ rows }) => rows)).toEqual([60, 60]);
    expect(renderEvaluationSummary(evaluation)).toContain('480 predictions in 20 folds');
  });

  it('takes copies of predictions for no more rows: without that, five of them would halve the interval', async () => {
    const once = golden.kFold.candidate;
    const copies = Array.from({ length: 5 }, (_, copy) =>
      once.map(([id = 0, fold = 0, score = 0]) => [id, fold + 10 * copy, score]),
    ).flat();
    const { evaluation: single } = await run({ study: 'kFold', champion: null });
    const { evaluation: many } = await run({ study: 'kFold', candidate: copies, champion: null });
    const width = (report: typeof many, name: string) => {
      const interval = report.metrics.find((metric) => metric.name === name)?.interval;
      return interval == null ? Number.NaN : interval.upper - interval.lower;
    };
    expect(width(many, 'brier_score')).toBeGreaterThan(0.65 * width(single, 'brier_score'));
    expect(width(many, 'accuracy')).toBeGreaterThan(0.65 * width(single, 'accuracy'));
  });

  it('has an exact difference of 0 for the same predictions in another order', async () => {
    const { evaluation } = await run({ study: 'repeated', champion: [...golden.repeated.candidate].reverse() });
    expect(evaluation.comparisons[0]?.metrics.map(({ difference }) => difference.value)).toEqual([0, 0, 0]);
    expect(evaluation.verdict).toBe('pass');
  });

  it.each([
    ['other folds', golden.kFold.champion.map(([id = 0, fold = 0, score = 0]) => [id, (fold + (id % 2)) % 10, score])],
    ['fewer folds', golden.kFold.champion.map(([id = 0, fold = 0, score = 0]) => [id, fold % 5, score])],
  ])('does not compare with a champion that was tested by %s', async (_, champion) => {
    const { evaluation } = await run({ study: 'kFold', champion });
    expect(evaluation.verdict).toBe('inconclusive');
    expect(evaluation.rules[0]?.reason).toContain('it was tested by other folds');
  });

  it('does not take a champion that is one model for cross-validation', async () => {
    const { evaluation } = await run({ study: 'kFold', found: { path: '/model.onnx' } as Partial<Champion> });
    expect(evaluation.verdict).toBe('inconclusive');
  });

  const kFold = golden.kFold.candidate;
  it.each([
    ['no fold tests row 1 of the dataset (1 of 120 rows', kFold.filter(([id]) => id !== 0)],
    ['is twice in fold part', [...kFold, kFold[0] ?? []]],
    ['and cross-validation has two folds or more', kFold.map(([id = 0, , score = 0]) => [id, 0, score])],
    ['a prediction is of id 999', [...kFold, [999, 0, 0.5]]],
    ['is missing in prediction', [...kFold, [Number.NaN, 0, 0.5]]],
    ['tests all rows', [...kFold, ...kFold.map(([id = 0, , score = 0]) => [id, 77, score])]],
  ])('refuses predictions where %s', async (message, candidate) => {
    await expect(run({ study: 'kFold', candidate })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('has no value where one fold has none', async () => {
    const { labels } = golden.kFold;
    const byClass = kFold.map(([id = 0, fold = 0, score = 0]) => [
      id,
      labels[id] === 1 ? fold % 5 : 5 + (fold % 5),
      score,
    ]);
    const rules = '{ metric: roc_auc, min: 0.5 }';
    const { evaluation } = await run({ study: 'kFold', candidate: byClass, champion: null, rules });
    expect(evaluation.rules[0]).toMatchObject({ verdict: 'inconclusive' });
    expect(evaluation.rules[0]?.reason).toMatch(/in fold part \d/);
  });

  it('is never judged from aggregates', async () => {
    const { notAggregated } = await import('../../../../core/domain/evaluation/aggregation-limits.ts');
    const { resolveGate } = await import('../../../../core/domain/gate/resolve-gate.ts');
    const { config } = parseConfig(`version: 1
models:
  m:
    task: regression
    artifact: model.joblib
    data: { label: y }
    evaluate: { dataset: test, predictions: oof, folds: fold }
    gate: { rules: [{ metric: mae, max: 1 }] }
`);
    const model = scoredModel(config.models.m);
    expect(notAggregated(model, resolveGate(model, []))).toEqual(['evaluate.folds']);
  });
});
