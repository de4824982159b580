import { describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import type { ScoreMeaning } from '../../../../core/domain/metrics/metric.ts';
import { readsProbabilities } from '../../../../core/domain/metrics/metric-registry.ts';
import { ServiceError, UserError } from '../../../../core/errors.ts';
import type { Champion } from '../../../../core/ports/evaluate/champion-finder.ts';
import { renderEvaluationSummary } from '../../../../core/render/evaluation/evaluation.ts';
import { formatReport, readReport } from '../../../../core/reports/read-report.ts';
import { evaluateCandidate } from '../../../../core/usecases/evaluate/evaluate-candidate.ts';
import type { EvaluationPorts } from '../../../../core/usecases/evaluate/evaluation-ports.ts';
import { UncheckedOrigins } from '../../../../core/usecases/evaluate/unchecked-origins.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { InMemoryChampionFinder } from '../../../../testkit/fakes/in-memory-champion-finder.ts';
import { InMemoryModelRunner, type MemoryModel } from '../../../../testkit/fakes/in-memory-model-runner.ts';
import { InMemoryTableReader, type MemoryTable } from '../../../../testkit/fakes/in-memory-table-reader.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

/** Rows in memory are not aggregated: it is not loaded. */
const ENGINE = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });

const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: good.onnx
    data: { label: late, time: date, features: [signal, noise], exclude: [id] }
    evaluate: { dataset: test, min-rows: 50, slices: [{ column: part }] }
    gate:
      rules:
GATE
    drift: { current: now, window: 7d, limits: history }
`;
const CHAMPION_RULE = '{ metric: roc_auc, max-regression: 0.02 }';
const header = { createdAt: '2001-03-01T00:00:00.000Z', tool: { name: 'tidegate', version: '0.1.0' }, model: 'm' };
const source = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

function dataset(
  rows: number,
  change: (row: Record<string, number | string | null>, i: number) => void = () => {},
): MemoryTable {
  const random = seededRandom(9);
  const columns = [
    { name: 'id', type: 'integer' },
    { name: 'date', type: 'time' },
    { name: 'signal', type: 'real' },
    { name: 'noise', type: 'real' },
    { name: 'part', type: 'text' },
    { name: 'late', type: 'integer' },
  ] as const;
  const made = Array.from({ length: rows }, (_, id) => {
    const signal = random.normal();
    const date = new Date(Date.UTC(2001, 2, 1 + (id % 40))).toISOString().slice(0, 19);
    const row = {
      id,
      date,
      signal,
      noise: random.normal(),
      part: id % 50 === 0 ? 'rare' : id % 2 ? 'odd' : 'even',
      late: signal + random.normal() > 0 ? 1 : 0,
    };
    change(row, id);
    return row;
  });
  return { columns, rows: made };
}

/** Models by path: what they make of signal and noise. */
const MODELS = new InMemoryModelRunner({
  '/good.onnx': modelOf((signal) => 1 / (1 + Math.exp(-2 * signal))),
  '/poor.onnx': modelOf((signal, noise) => 1 / (1 + Math.exp(-signal - 2 * noise))),
  '/nan.onnx': modelOf(() => Number.NaN),
  '/wide.onnx': { ...modelOf(() => 0.5), width: 3 },
  '/logit.onnx': modelOf((signal) => signal * 5),
  '/fails.onnx': modelOf(() => {
    throw new UserError('MODEL_INVALID', 'fails.onnx fails on the dataset', { fix: 'Export it again.' });
  }),
  '/broken.onnx': 'no model',
});

function modelOf(score: (signal: number, noise: number) => number): MemoryModel {
  return {
    width: 2,
    score: ([signal, noise]) => score(Number(signal), Number(noise)),
    durationMs: (_, at) => 1 + (at % 3),
  };
}

interface Case {
  readonly rules?: readonly string[];
  readonly candidate?: string;
  readonly champion?: Champion;
  readonly table?: MemoryTable;
  /** What training wrote; the file is named where it did. */
  readonly training?: Readonly<Record<string, number | null>>;
  /** What the dataset hashes to, one time after the other; default: always the same. */
  readonly digests?: readonly string[];
  /** Rules of the base branch. */
  readonly baseRules?: readonly string[];
  readonly scores?: ScoreMeaning;
  readonly staleAfter?: string;
  /** Parameters that the candidate was trained with. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Files that its training read. */
  readonly inputs?: readonly { readonly path: string; readonly digest: string }[];
  readonly findRebaseline?: EvaluationPorts['findRebaseline'];
}

const found = (name: string): Champion => ({
  kind: 'found',
  version: '1.0.0',
  digest: digest('1'),
  path: `/${name}`,
  environments: [],
});

function configOf(rules: readonly string[]) {
  const { config, placeOf } = parseConfig(CONFIG.replace('GATE', rules.map((one) => `        - ${one}`).join('\n')));
  const model = scoredModel(config.models.m);
  return {
    config: model,
    rulePlaces: model.gate.rules.map((_, index) => placeOf(['models', 'm', 'gate', 'rules', index])),
  };
}

function baseOf(rules: readonly string[] | undefined) {
  return rules === undefined ? null : configOf(rules);
}

async function run({
  rules = [CHAMPION_RULE],
  candidate = 'good.onnx',
  champion = found('poor.onnx'),
  table = dataset(3000),
  digests = [digest('a')],
  training,
  baseRules,
  staleAfter,
  scores = 'probability',
  params,
  inputs = [],
  findRebaseline,
}: Case) {
  const stale = staleAfter === undefined ? '' : `champion-stale-after: ${staleAfter}, `;
  const file = `${stale}scores: ${scores}, ${training === undefined ? '' : 'metrics-file: metrics.json, '}`;
  const text = CONFIG.replace('GATE', rules.map((one) => `        - ${one}`).join('\n')).replace(
    'min-rows',
    `${file}min-rows`,
  );
  const { config, placeOf } = parseConfig(text);
  const model = scoredModel(config.models.m);
  let clock = 0;
  let asked = 0;
  const hasher: EvaluationPorts['hasher'] = {
    hash: async (path) => ({
      kind: 'file',
      digest: path.includes('test') ? (digests[Math.min(asked++, digests.length - 1)] ?? '') : digest('b'),
      sizeBytes: 1234,
      files: [],
    }),
    hashText: (one) => new FileArtifactHasher().hashText(one),
    hashChunks: (chunks) => new FileArtifactHasher().hashChunks(chunks),
  };
  const ports: EvaluationPorts = {
    tables: new InMemoryTableReader({ '/test': table }),
    models: MODELS,
    champions: new InMemoryChampionFinder({ auto: champion }),
    hasher,
    origins: new UncheckedOrigins(hasher),
    fetchPredictions: async () => {
      throw new Error('no store');
    },
    computationOf: async () => undefined,
    bringData: async () => 'folder' as const,
    engine: ENGINE,
    clockMs: () => clock++,
    progress: () => {},
    ...(findRebaseline === undefined ? {} : { findRebaseline }),
  };
  const request = {
    config: model,
    header: { schema: 'tidegate.dev/evaluation/v1' as const, source, ...header },
    profileHeader: { schema: 'tidegate.dev/profile/v1' as const, source, ...header },
    candidate: { kind: 'artifact' as const, path: { shown: candidate, absolute: `/${candidate}` } },
    dataset: { shown: 'test', absolute: '/test' },
    reference: { shown: 'test', absolute: '/test' },
    championSelector: 'auto',
    ...(training === undefined ? {} : { trainingMetrics: training }),
    ...(params === undefined ? {} : { lineage: { params, inputs } }),
    resolve: (path: string) => `/${path}`,
    base: baseOf(baseRules),
    rulePlaces: model.gate.rules.map((_, index) => placeOf(['models', 'm', 'gate', 'rules', index])),
  };
  return evaluateCandidate(request, ports);
}

const DECISION = { by: 'wim', reason: 'labels were fixed', pullRequest: 12 };

const verdicts = ({ evaluation }: Awaited<ReturnType<typeof run>>) => evaluation.rules.map(({ verdict }) => verdict);

describe('evaluateCandidate', () => {
  it("passes a better model, and refuses a worse one at the rule's line", async () => {
    const better = await run({});
    expect(better.evaluation).toMatchObject({
      verdict: 'pass',
      dataset: { rows: 3000, clusters: 40, clusterBy: 'day(date)' },
    });
    const worse = await run({ candidate: 'poor.onnx', champion: found('good.onnx') });
    expect(worse.evaluation).toMatchObject({ verdict: 'fail', rules: [{ verdict: 'fail', line: 10, index: 0 }] });
  });

  it('writes reports that its readers accept', async () => {
    const { evaluation, profile } = await run({
      rules: [CHAMPION_RULE, '{ metric: roc_auc, slices: all, max-regression: 0.1 }'],
    });
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(readReport('evaluation', bytes(formatReport('evaluation', evaluation)), 'e')).toEqual(evaluation);
    expect(readReport('profile', bytes(formatReport('profile', profile)), 'p')).toEqual(profile);
    expect(profile.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'signal numeric',
      'noise numeric',
      'part categorical',
    ]);
    expect(profile.windows?.length).toBe(5);
  });

  it('judges without a champion by the floors alone, and not at all without floors', async () => {
    const champion: Champion = { kind: 'none' };
    const floor = '{ metric: roc_auc, min: 0.6 }';
    const first = await run({ champion, rules: [floor, CHAMPION_RULE] });
    expect([first.evaluation.verdict, ...verdicts(first)]).toEqual(['pass', 'pass', 'not-applicable']);
    expect((await run({ champion })).evaluation.verdict).toBe('inconclusive');
  });

  it.each([
    {
      name: 'one that cannot be had',
      champion: { kind: 'unreadable', reason: 'no credentials', code: 'NO_CREDENTIALS' } as const,
    },
    { name: 'one that does not open', champion: found('broken.onnx') },
    { name: 'one that gives NaN', champion: found('nan.onnx') },
    { name: 'one that gives no probabilities', champion: found('logit.onnx') },
    { name: 'one that fails on the dataset', champion: found('fails.onnx') },
    { name: 'one that takes other inputs', champion: found('wide.onnx') },
  ])('never takes a champion for none: $name', async ({ champion }) => {
    const result = await run({ champion, rules: ['{ metric: roc_auc, min: 0.6 }', CHAMPION_RULE] });
    expect([result.evaluation.verdict, ...verdicts(result)]).toEqual(['inconclusive', 'pass', 'inconclusive']);
  });

  it('measures no probabilities, and draws no calibration, where the scores only decide', async () => {
    const { evaluation, profile } = await run({ scores: 'decision' });
    const names = evaluation.metrics.map(({ name }) => name);
    expect(names).toContain('roc_auc');
    expect(names.filter((name) => readsProbabilities(name, 'binary-classification'))).toEqual([]);
    const { candidate, champion } = evaluation.curves ?? {};
    expect(Object.keys(candidate ?? {}).sort()).toEqual(['confusion', 'precisionRecall', 'roc']);
    expect(champion?.calibration).toBeUndefined();
    expect(Object.keys(profile?.predictions?.evaluated ?? {})).toContain('roc_auc');
    expect(profile?.predictions?.evaluated).not.toHaveProperty('brier_score');
  });

  it('lists small slices and judges the others', async () => {
    const result = await run({ rules: ['{ metric: roc_auc, slices: all, max-regression: 0.1 }'] });
    expect(
      result.evaluation.rules.map(({ slice, verdict }) => [slice && 'value' in slice ? slice.value : '', verdict]),
    ).toEqual([
      ['even', 'pass'],
      ['odd', 'pass'],
      ['rare', 'inconclusive'],
    ]);
    const small = await run({ rules: ['{ metric: roc_auc, slices: all, max-regression: 0.1 }'], table: dataset(1500) });
    expect(small.evaluation.rules.at(-1)).toMatchObject({
      verdict: 'not-applicable',
      reason: expect.stringContaining('30 rows'),
    });
  });

  it('judges size exactly and shows latency without counting it', async () => {
    const result = await run({
      rules: [
        '{ metric: artifact_size_bytes, max: 1kB }',
        '{ metric: latency_p99_ms, max: 0.1 }',
        '{ metric: latency_batch_p50_ms, max: 2 }',
      ],
    });
    expect(verdicts(result)).toEqual(['fail', 'fail', 'pass']);
    expect(result.evaluation.rules.map(({ rule }) => rule.onFail)).toEqual(['fail', 'warn', 'warn']);
    // The model takes 1, 2 and 3 ms in turn.
    const times = { p50Ms: 2, p95Ms: 3, p99Ms: 3 };
    expect(result.evaluation.latency).toEqual({ ...times, batchRows: 1, batch: { ...times, batchRows: 1000 } });
  });

  it.each([
    { name: 'an unknown metric', code: 'CONFIG_INVALID', rule: '{ metric: roc_au, min: 0.6 }', says: 'roc_auc' },
    {
      name: 'a bound outside the range',
      code: 'CONFIG_INVALID',
      rule: '{ metric: roc_auc, min: 1.2 }',
      says: 'a value between 0 and 1',
    },
    {
      name: 'a slice of the artifact',
      code: 'METRIC_INVALID',
      rule: '{ metric: artifact_size_bytes, slices: all, max: 1MB }',
      says: 'slices: all',
    },
  ])('refuses $name before anything is read', async ({ code, rule, says }) => {
    await expect(run({ rules: [rule] })).rejects.toMatchObject({
      code,
      fix: expect.stringContaining(says),
      problems: [{ place: { line: 10 } }],
    });
  });

  it.each([
    {
      name: 'missing labels',
      change: (row: Record<string, unknown>, i: number) => void Object.assign(row, i === 5 ? { late: null } : {}),
      says: 'the label late is missing in row 6',
    },
    {
      name: 'labels that are not 0 and 1',
      change: (row: Record<string, unknown>, i: number) => void Object.assign(row, i === 5 ? { late: 2 } : {}),
      says: 'the label late holds 2 in row 6',
    },
  ])('refuses $name', async ({ change, says }) => {
    await expect(run({ table: dataset(500, change) })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(says),
    });
  });

  it('refuses a dataset that changes while it is judged', async () => {
    await expect(run({ digests: [digest('a'), digest('c')] })).rejects.toMatchObject({ code: 'DATA_MODIFIED' });
  });

  it('passes nothing on a label of one class, and says why', async () => {
    const table = dataset(500, (row) => void Object.assign(row, { late: 0 }));
    const rules = ['{ metric: roc_auc, min: 0 }', '{ metric: log_loss, max: 10 }', CHAMPION_RULE];
    const { evaluation } = await run({ table, rules });
    expect(evaluation.rules.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive', 'inconclusive']);
    expect(evaluation.rules[0]?.reason).toMatch(/^ROC AUC has no value: all rows have the same label/);
    expect(evaluation.verdict).toBe('inconclusive');
  });

  it('names both sides where the candidate takes other inputs', async () => {
    await expect(run({ candidate: 'wide.onnx' })).rejects.toMatchObject({
      code: 'MODEL_INPUT_MISMATCH',
      message: expect.stringMatching(/takes 3 features, and data\.features names 2 \(signal, noise\)/),
    });
  });

  it('refuses an empty dataset and scores that are no probabilities', async () => {
    await expect(run({ table: dataset(0) })).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await expect(run({ candidate: 'logit.onnx' })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

describe('evaluateCandidate beside a registered champion', () => {
  const history = { trainedOn: [], registeredAt: '2001-01-01T00:00:00.000Z', judgedOn: null, params: { depth: 3 } };
  const champion: Champion = { ...found('poor.onnx'), history } as Champion;
  const ageOf = async (staleAfter?: string) => {
    const { evaluation } = await run({ champion, ...(staleAfter === undefined ? {} : { staleAfter }) });
    return evaluation.comparisons[0]?.champion;
  };

  it('says when that one was registered, and marks it where it is older than the configuration allows', async () => {
    expect(await ageOf()).toMatchObject({ registeredAt: history.registeredAt });
    expect(await ageOf()).not.toHaveProperty('stale');
    expect(await ageOf('30d')).toMatchObject({ stale: true });
    expect(await ageOf('100000d')).toMatchObject({ stale: false });
  });

  it('says what the candidate was trained with that the champion was not, where both are known', async () => {
    const { evaluation } = await run({ champion, params: { depth: 4 } });
    expect(evaluation.comparisons[0]?.changes).toEqual({
      params: [{ name: 'depth', before: '3', after: '4' }],
      inputs: [],
    });
    expect((await run({ champion })).evaluation.comparisons[0]).not.toHaveProperty('changes');
    expect((await run({ params: { depth: 4 } })).evaluation.comparisons[0]).not.toHaveProperty('changes');
  });
});

describe('evaluateCandidate on numbers that training wrote', () => {
  const rival: Champion = {
    ...found('poor.onnx'),
    history: {
      trainedOn: [],
      registeredAt: '2001-01-01T00:00:00.000Z',
      judgedOn: null,
      trainingMetrics: { 'val.loss': 0.4, 'val.log_loss': 3, zero: 0 },
    },
  } as Champion;
  const ruled = (rule: string) => ({
    training: { 'val.loss': 0.42, 'val.log_loss': 2.5, zero: 0.1, bad: null },
    champion: rival,
    rules: [rule],
  });

  it.each([
    ['{ metric: file:val.loss, max: 0.42, interval: none }', 'pass'],
    ['{ metric: file:val.loss, max: 0.41, interval: none }', 'fail'],
    ['{ metric: file:val.loss, max-regression: 0.03, better: lower, interval: none }', 'pass'],
    ['{ metric: file:val.loss, max-regression: 0.01, better: lower, interval: none }', 'fail'],
    ['{ metric: file:val.loss, max-regression: 0.01, better: higher, interval: none }', 'pass'],
    ['{ metric: file:val.loss, max-regression: 4%, better: lower, interval: none }', 'fail'],
    // The name of a known metric says which way is better: 17 % less.
    ['{ metric: file:val.log_loss, min-improvement: 10%, interval: none }', 'pass'],
    ['{ metric: file:val.log_loss, min-improvement: 20%, interval: none }', 'fail'],
    ['{ metric: file:zero, max-regression: 10%, better: higher, interval: none }', 'inconclusive'],
    ['{ metric: file:none, max: 1, interval: none }', 'inconclusive'],
    ['{ metric: file:bad, max: 1, interval: none }', 'inconclusive'],
    ['{ metric: file:toString, max: 1, interval: none }', 'inconclusive'],
  ] as const)('judges %s as %s', async (rule, verdict) => {
    expect((await run(ruled(rule))).evaluation.rules[0]?.verdict).toBe(verdict);
  });

  it('shows them without an interval, and says so wherever they stand', async () => {
    const { evaluation } = await run(
      ruled('{ metric: file:val.loss, max-regression: 0.01, better: lower, interval: none }'),
    );
    expect(evaluation.rules[0]?.reason).toBe(
      'val.loss as training wrote it (no interval) got worse by 0.020; up to 0.01 would have passed.',
    );
    const named = <T extends { name: string }>(metrics: readonly T[]) =>
      metrics.find(({ name }) => name === 'file:val.loss');
    expect(named(evaluation.metrics)).toMatchObject({ value: 0.42, interval: null, direction: 'lower-is-better' });
    expect(named(evaluation.comparisons[0]?.metrics ?? [])).toMatchObject({
      champion: { value: 0.4, interval: null },
      difference: { interval: null, pValue: null },
    });
    expect(renderEvaluationSummary(evaluation)).toContain('0.020 (no interval)');
  });

  it('is open against a champion whose training left no numbers', async () => {
    const rule = '{ metric: file:val.loss, max-regression: 0.03, better: lower, interval: none }';
    const { evaluation } = await run({ training: { 'val.loss': 0.42 }, rules: [rule] });
    expect(evaluation.rules[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('is not known'),
    });
  });

  it.each([
    { rule: '{ metric: file:val.loss, max: 0.42 }', says: 'Add interval: none' },
    { rule: '{ metric: file:val.loss, max-regression: 0.1, interval: none }', says: 'Add better: higher or lower' },
    { rule: '{ metric: file:val.loss, max: 0.42, slices: all, interval: none }', says: 'Remove slices: all' },
    { rule: '{ metric: roc_auc, min: 0.5, interval: none }', says: 'Remove interval' },
    { rule: '{ metric: roc_auc, min: 0.5, better: higher }', says: 'Remove better' },
  ])('refuses $rule', async ({ rule, says }) => {
    await expect(run(ruled(rule))).rejects.toMatchObject({
      code: 'METRIC_INVALID',
      fix: expect.stringContaining(says),
    });
  });

  it('refuses a rule on a file that is not named', async () => {
    const rule = '{ metric: file:val.loss, max: 0.42, interval: none }';
    await expect(run({ rules: [rule] })).rejects.toMatchObject({
      fix: expect.stringContaining('Add evaluate.metrics-file'),
    });
  });
});

describe('evaluateCandidate with a gate that the pull request changes', () => {
  it('applies the gate of the base branch too, and lets the worse verdict count', async () => {
    const loosened = await run({
      rules: ['{ metric: roc_auc, min: 0.5 }'],
      baseRules: ['{ metric: roc_auc, min: 0.99 }'],
    });
    expect(loosened.evaluation).toMatchObject({
      verdict: 'fail',
      baseGate: { verdict: 'fail', ownVerdict: 'pass', rules: [{ verdict: 'fail' }] },
    });
    const tightened = await run({
      rules: ['{ metric: roc_auc, min: 0.99 }'],
      baseRules: ['{ metric: roc_auc, min: 0.5 }'],
    });
    expect(tightened.evaluation).toMatchObject({ verdict: 'fail', baseGate: { verdict: 'pass', ownVerdict: 'fail' } });
    expect((await run({})).evaluation.baseGate).toBeUndefined();
  });
});

const KINDS = `version: 1
models:
  m:
    task: multiclass-classification
    artifact: p.csv
    data: { label: kind, exclude: [id] }
    evaluate: { dataset: test, weight: weight, metrics: [accuracy, roc_auc_ovr, log_loss] }
    gate:
      rules:
        - { metric: accuracy, min: 0.5 }
        - { metric: accuracy, max-regression: 0.05 }
        - { metric: recall, slices: all, max-regression: 0.1 }
`;

/** Rows of three kinds, a table of predictions of each quality. */
function kindsTables(change: {
  readonly noise: number;
  readonly rows?: number;
}): Readonly<Record<string, MemoryTable>> {
  const random = seededRandom(5);
  const kinds = ['a', 'b', 'c'];
  const columns = ['score_a', 'score_b', 'score_c'].map((name) => ({ name, type: 'real' as const }));
  const labels = Array.from({ length: 900 }, () => kinds[Math.floor(random.uniform() * 3)] ?? 'a');
  const predict = (noise: number, rows: number) => ({
    columns,
    rows: labels.slice(0, rows).map((label) => {
      const raw = kinds.map((kind) => Math.exp((kind === label ? 2 : 0) + noise * random.normal()));
      const total = raw.reduce((sum, value) => sum + value, 0);
      return { score_a: (raw[0] ?? 0) / total, score_b: (raw[1] ?? 0) / total, score_c: (raw[2] ?? 0) / total };
    }),
  });
  return {
    '/test': {
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'kind', type: 'text' },
        { name: 'weight', type: 'real' },
      ],
      rows: labels.map((kind, id) => ({ id, kind, weight: 1 + (id % 3) })),
    },
    '/p.csv': predict(change.noise, change.rows ?? 900),
    '/champion.csv': predict(1, 900),
  };
}

const KINDS_HASHER: EvaluationPorts['hasher'] = {
  hash: async () => ({ kind: 'file', digest: digest('2'), sizeBytes: 10, files: [] }),
  hashText: () => digest('3'),
  hashChunks: async () => digest('4'),
};

async function runKinds(tables: Readonly<Record<string, MemoryTable>>) {
  const { config, placeOf } = parseConfig(KINDS);
  const model = scoredModel(config.models.m);
  const path = (shown: string) => ({ shown, absolute: `/${shown}` });
  return evaluateCandidate(
    {
      config: model,
      header: { schema: 'tidegate.dev/evaluation/v1', ...header, source },
      profileHeader: { schema: 'tidegate.dev/profile/v1', ...header, source },
      candidate: { kind: 'predictions', path: path('p.csv') },
      dataset: path('test'),
      reference: path('test'),
      championSelector: 'champion.csv',
      resolve: (path) => `/${path}`,
      base: null,
      rulePlaces: model.gate.rules.map((_, index) => placeOf(['models', 'm', 'gate', 'rules', index])),
    },
    {
      tables: new InMemoryTableReader(tables),
      models: MODELS,
      champions: new InMemoryChampionFinder({
        'champion.csv': { kind: 'found', digest: digest('1'), path: '/champion.csv', environments: [] },
      }),
      hasher: KINDS_HASHER,
      origins: new UncheckedOrigins(KINDS_HASHER),
      fetchPredictions: async () => {
        throw new Error('no store');
      },
      computationOf: async () => undefined,
      bringData: async () => 'file' as const,
      engine: ENGINE,
      clockMs: () => 0,
      progress: () => {},
    },
  );
}

describe('evaluateCandidate on several classes, with weights and predictions of both models', () => {
  it('judges all rows, and each class against the rest', async () => {
    const { evaluation } = await runKinds(kindsTables({ noise: 1 }));
    expect(evaluation.dataset).toMatchObject({ rows: 900, weight: 'weight' });
    expect(evaluation.rules.slice(0, 2).map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
    const classes = evaluation.rules.slice(2);
    expect(classes.map(({ slice }) => slice)).toEqual(['a', 'b', 'c'].map((value) => ({ column: 'kind', value })));
    expect(evaluation.metrics.filter(({ name }) => name === 'recall')).toHaveLength(3);
    expect(evaluation.curves?.candidate.confusion).toHaveLength(3);
    expect(evaluation.metrics.find(({ name }) => name === 'accuracy')?.interval?.method).toContain('weighted');
  });

  it('fails a candidate that is worse in its classes', async () => {
    const { evaluation } = await runKinds(kindsTables({ noise: 6 }));
    expect(evaluation.verdict).toBe('fail');
  });

  it('refuses predictions of another number of rows', async () => {
    await expect(runKinds(kindsTables({ noise: 1, rows: 899 }))).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});

describe('evaluateCandidate with a champion that was judged on other data', () => {
  const judgedOn = (to: string | null) => ({ digest: digest('9'), to });
  const withHistory = (history: { to: string | null; trainedOn?: { path: string; digest: string }[] }): Champion => ({
    ...found('poor.onnx'),
    kind: 'found',
    digest: digest('1'),
    path: '/poor.onnx',
    environments: [],
    history: {
      trainedOn: history.trainedOn ?? [],
      registeredAt: '2001-06-01T00:00:00.000Z',
      judgedOn: judgedOn(history.to),
    },
  });

  it('compares where the data begin after those', async () => {
    const champion = withHistory({ to: '2001-02-28T00:00:00.000Z' });
    expect(verdicts(await run({ champion }))).toEqual(['pass']);
  });

  it('is inconclusive where it may have seen them, and says so', async () => {
    const champion = withHistory({ to: '2001-03-05T00:00:00.000Z' });
    const { evaluation } = await run({ champion });
    expect(evaluation.rules[0]).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('no table') });
  });

  it('looks at the rows where the training data are still here', async () => {
    const champion = withHistory({ to: null, trainedOn: [{ path: 'test', digest: digest('4') }] });
    const { evaluation } = await run({ champion });
    expect(evaluation.rules[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('3000 rows'),
    });
  });

  it('is inconclusive where the candidate was trained on new rows, whatever a person accepts', async () => {
    const champion = withHistory({ to: '2001-02-28T00:00:00.000Z' });
    const inputs = [{ path: 'test', digest: digest('4') }];
    const found = await run({ champion, params: {}, inputs, findRebaseline: async () => DECISION });
    expect(found.evaluation.rules[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('3000 rows of this dataset are in test, which the candidate was trained on'),
    });
    // A stage that reads the test set itself, to write metrics of it, was not trained on it.
    const reads = [{ path: 'test', digest: digest('a') }];
    expect(verdicts(await run({ champion, params: {}, inputs: reads }))).toEqual(['pass']);
  });
});

describe('evaluateCandidate on a test set that a person accepts as a new baseline', () => {
  const rules = ['{ metric: roc_auc, min: 0.6 }', CHAMPION_RULE];
  const seen = (judged: string): Champion => ({
    ...found('poor.onnx'),
    ...{ kind: 'found', digest: digest('1'), path: '/poor.onnx', environments: [] },
    history: {
      trainedOn: [{ path: 'test', digest: digest('4') }],
      registeredAt: '2001-06-01T00:00:00.000Z',
      judgedOn: { digest: judged, to: null },
    },
  });
  const accepted = async (dataset: string) => (dataset === digest('a') ? DECISION : undefined);

  it('is judged by the other rules, and says who accepted it and why', async () => {
    const before = await run({ champion: seen(digest('9')), rules });
    expect(before.evaluation).toMatchObject({ verdict: 'inconclusive' });
    expect(before.evaluation).not.toHaveProperty('rebaseline');
    const { evaluation } = await run({ champion: seen(digest('9')), rules, findRebaseline: accepted });
    expect(evaluation.rules.map(({ verdict }) => verdict)).toEqual(['pass', 'not-applicable']);
    expect(evaluation).toMatchObject({ verdict: 'pass', rebaseline: DECISION, comparisons: [] });
    expect(evaluation.championNote).toContain('3000 rows of this dataset are in test, which it was trained on');
    expect(readReport('evaluation', new TextEncoder().encode(formatReport('evaluation', evaluation)), 'x')).toEqual(
      evaluation,
    );
    const summary = renderEvaluationSummary(evaluation);
    expect(summary).toContain('accepted by `wim` in pull request 12, because: labels were fixed');
  });

  it.each([
    ['has seen the new rows too', seen(digest('9'))],
    ['cannot be opened', { ...seen(digest('9')), path: '/absent.onnx' }],
  ])('passes no candidate that was trained on the new rows where the champion %s', async (_, champion) => {
    const inputs = [{ path: 'test', digest: digest('4') }];
    const { evaluation } = await run({ champion, rules, params: {}, inputs, findRebaseline: accepted });
    expect(evaluation).toMatchObject({ verdict: 'inconclusive' });
    expect(evaluation.championNote).toContain('rows of this dataset are in test, which the candidate was trained on');
    expect(evaluation).not.toHaveProperty('rebaseline');
    const clean = await run({ champion, rules, params: {}, inputs: [], findRebaseline: accepted });
    expect(clean.evaluation).toMatchObject({ verdict: 'pass', rebaseline: DECISION });
  });

  it('passes nothing where no other rule decides', async () => {
    const { evaluation } = await run({ champion: seen(digest('9')), findRebaseline: accepted });
    expect(evaluation.verdict).toBe('inconclusive');
  });

  it('waives no comparison that is possible', async () => {
    const champion = seen(digest('a'));
    const asked = async () => {
      throw new Error('no one is asked');
    };
    const { evaluation } = await run({ champion, candidate: 'poor.onnx', rules, findRebaseline: asked });
    expect(evaluation.comparisons).toHaveLength(1);
    expect(evaluation).not.toHaveProperty('rebaseline');
  });

  it('waives nothing where the champion is in doubt, or where GitHub does not answer', async () => {
    const doubtful: Champion = { kind: 'unreadable', reason: 'its tag is gone' };
    const verdictOf = async (champion: Champion, findRebaseline: EvaluationPorts['findRebaseline']) =>
      (await run({ champion, rules, findRebaseline })).evaluation.verdict;
    expect(await verdictOf(doubtful, async () => DECISION)).toBe('inconclusive');
    const silent = async () => {
      throw new ServiceError('GITHUB_UNREACHABLE', 'GitHub could not be reached', { fix: 'Wait.', retryable: true });
    };
    expect(await verdictOf(seen(digest('9')), silent)).toBe('inconclusive');
  });
});
