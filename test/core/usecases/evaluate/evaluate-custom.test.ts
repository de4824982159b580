import { describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import type { ChampionHistory } from '../../../../core/domain/evaluation/champion-data.ts';
import type { JudgedResult } from '../../../../core/domain/evaluation/judged-result.ts';
import type { Champion } from '../../../../core/ports/evaluate/champion-finder.ts';
import { formatReport } from '../../../../core/reports/read-report.ts';
import {
  type CustomPorts,
  type CustomRequest,
  evaluateCustom,
} from '../../../../core/usecases/evaluate/evaluate-custom.ts';
import { InMemoryChampionFinder } from '../../../../testkit/fakes/in-memory-champion-finder.ts';
import { InMemoryTableReader, type MemoryTable } from '../../../../testkit/fakes/in-memory-table-reader.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const digest = (hex: string) => `sha256:${hex.repeat(64)}`;
const source = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };
const header = { createdAt: '2026-01-01T00:00:00.000Z', tool: { name: 'tidegate', version: '0' }, source, model: 'm' };

const NOT_WORSE = '{ metric: quality, max-regression: 0.05, better: higher }';
const FLOOR = '{ metric: quality, min: 0.5, better: higher }';

function modelOf(rules: readonly string[], evaluate: string) {
  const { config } = parseConfig(`version: 1
models:
  m:
    task: custom
    artifact: out
    evaluate: ${evaluate}
    gate: { rules: [${rules.join(', ')}] }
`);
  const model = config.models.m;
  if (model?.task !== 'custom') throw new RangeError('not a model of task: custom');
  return model;
}

interface Made {
  readonly mean: number;
  readonly seed?: number;
  readonly rows?: number;
  readonly from?: number;
  readonly topics?: number | null;
}

/** Examples with values around a mean: difficult ones are so for every seed. */
function examples({ mean, seed = 1, rows = 200, from = 0, topics = 20 }: Made): MemoryTable {
  const [difficulty, noise] = [seededRandom(99), seededRandom(seed)];
  return {
    columns: [
      { name: 'id', type: 'text' },
      { name: 'quality', type: 'real' },
      ...(topics === null ? [] : [{ name: 'group', type: 'text' } as const]),
    ],
    rows: Array.from({ length: rows }, (_, row) => ({
      id: `q${row + from}`,
      quality: mean + difficulty.normal() / 5 + noise.normal() / 50,
      ...(topics === null ? {} : { group: `topic ${row % topics}` }),
    })),
  };
}

interface Case {
  readonly rules?: readonly string[];
  readonly evaluate?: string;
  readonly own?: MemoryTable;
  readonly registered?: MemoryTable | null;
  readonly history?: Partial<ChampionHistory>;
  readonly champion?: Champion;
  readonly base?: CustomRequest['base'];
  readonly request?: Partial<CustomRequest>;
  readonly digests?: readonly string[];
}

const PREDICTIONS = {
  file: 'candidate.jsonl',
  digest: digest('e'),
  artifactUri: 'file:///s/sha256/1',
  classes: undefined,
};
const RESULTS: readonly JudgedResult[] = [{ kind: 'examples', path: 'scores.jsonl', digest: digest('d') }];

async function run({
  rules = [NOT_WORSE],
  evaluate = '{ examples: scores.jsonl, metrics-file: metrics.json }',
  own = examples({ mean: 0.7 }),
  registered = examples({ mean: 0.7, seed: 2 }),
  history = {},
  champion,
  base = null,
  request = {},
  digests = [digest('d')],
}: Case = {}) {
  const found: Champion = champion ?? {
    kind: 'found',
    version: '1.0.0',
    digest: digest('1'),
    path: '/old',
    environments: [],
    history: {
      trainedOn: [],
      registeredAt: '2025-01-01T00:00:00.000Z',
      judgedOn: null,
      ...(registered === null ? {} : { predictions: PREDICTIONS }),
      ...history,
    },
  };
  const reader = new InMemoryTableReader({
    '/scores.jsonl': own,
    ...(registered ? { '/fetched.jsonl': registered } : {}),
  });
  let asked = 0;
  const ports: CustomPorts = {
    tables: reader,
    champions: new InMemoryChampionFinder({ auto: found }),
    hasher: {
      hash: async (path) => ({
        kind: 'file',
        digest: path === '/scores.jsonl' ? (digests[Math.min(asked++, digests.length - 1)] ?? '') : digest('b'),
        sizeBytes: 10,
        files: [],
      }),
      hashText: (one) => new FileArtifactHasher().hashText(one),
      hashChunks: (chunks) => new FileArtifactHasher().hashChunks(chunks),
    },
    fetchPredictions: async (table) => {
      expect(table).toEqual(PREDICTIONS);
      return '/fetched.jsonl';
    },
    clockMs: () => 0,
    progress: () => {},
  };
  const config = modelOf(rules, evaluate);
  const path = { shown: 'scores.jsonl', absolute: '/scores.jsonl' };
  const report = await evaluateCustom(
    {
      config,
      header: { schema: 'tidegate.dev/evaluation/v1', ...header },
      candidate: { kind: 'artifact', path: { shown: 'out', absolute: '/out' } },
      dataset: path,
      examples: config.evaluate.examples === undefined ? undefined : path,
      results: RESULTS,
      championSelector: 'auto',
      rulePlaces: [],
      base,
      ...request,
    },
    ports,
  );
  // What is written is what the published schema takes.
  formatReport('evaluation', report);
  return report;
}

const reasonOf = async (one: Case) =>
  (await run(one)).rules.map(({ verdict, reason }) => `${verdict}: ${reason}`).join('\n');

describe('evaluateCustom', () => {
  it('compares both models on the same examples, whatever their order is', async () => {
    const table = examples({ mean: 0.7, seed: 2 });
    const report = await run({ registered: { ...table, rows: [...table.rows].reverse() } });
    expect(report).toMatchObject({
      verdict: 'pass',
      dataset: { kind: 'examples', rows: 200, clusters: 20, clusterBy: 'group' },
      results: RESULTS,
      comparisons: [{ champion: { version: '1.0.0' } }],
    });
    const [compared] = report.comparisons[0]?.metrics ?? [];
    const { lower = 0, upper = 0 } = compared?.difference.interval ?? {};
    const own = report.metrics[0]?.interval;
    // Difficult examples are so for both: the difference is known better than either mean.
    expect(upper - lower).toBeLessThan(((own?.upper ?? 0) - (own?.lower ?? 0)) / 3);
    expect(report.curves).toBeUndefined();
    expect(report.scoredBy).toBeUndefined();
  });

  it.each([
    ['worse', 0.6, 'fail'],
    ['better', 0.8, 'pass'],
  ] as const)('judges a model that is %s', async (_, mean, verdict) => {
    expect((await run({ own: examples({ mean }) })).verdict).toBe(verdict);
  });

  it('has one digest of its examples for all models with these ids, and another one for others', async () => {
    const [one, same, other] = [
      await run(),
      await run({ own: examples({ mean: 0.9, seed: 5 }) }),
      await run({ own: examples({ mean: 0.7, from: 1 }) }),
    ];
    expect(same.dataset.digest).toBe(one.dataset.digest);
    expect(other.dataset.digest).not.toBe(one.dataset.digest);
  });

  const broken = (change: (row: Record<string, string | number | null>) => void) => {
    const { columns, rows } = examples({ mean: 0.7, seed: 2 });
    return {
      columns,
      rows: rows
        .map((row, at) => (at === 7 ? structuredClone(row) : row))
        .map((row, at) => {
          if (at === 7) change(row as Record<string, string | number | null>);
          return row;
        }),
    };
  };
  it.each<[string, Case, string]>([
    ['without values of the champion', { registered: null }, 'its values per example are not kept'],
    [
      'with other examples',
      { registered: examples({ mean: 0.7, from: 3 }) },
      "3 ids of the candidate are not among the champion's, and 3 ids of the champion",
    ],
    [
      'with fewer examples',
      { own: examples({ mean: 0.7, rows: 150 }) },
      "0 ids of the candidate are not among the champion's, and 50 ids of the champion",
    ],
    ['with other groups', { registered: examples({ mean: 0.7, topics: 19 }) }, 'group is another one in'],
    [
      'without groups before',
      { registered: examples({ mean: 0.7, topics: null }) },
      'group is another one in 200 examples',
    ],
    [
      'without groups now',
      { own: examples({ mean: 0.7, topics: null }) },
      "its examples have the column group, and the candidate's have none",
    ],
    [
      'with another column of the champion',
      {
        rules: ['{ metric: group, max-regression: 1, better: lower }'],
        own: {
          columns: [
            { name: 'id', type: 'text' },
            { name: 'group', type: 'real' },
          ],
          rows: examples({ mean: 1 }).rows.map(({ id }, row) => ({ id: id ?? null, group: row })),
        },
        evaluate: '{ examples: scores.jsonl, group: none }',
      },
      'column group is not numeric',
    ],
    [
      'with a value of the champion that is missing',
      {
        registered: broken((row) => {
          row.quality = null;
        }),
      },
      'quality is missing or not a finite number in row 8',
    ],
    [
      'with an id of the champion twice',
      {
        registered: broken((row) => {
          row.id = 'q6';
        }),
      },
      '"q6" is in row 7 and in row 8',
    ],
    [
      'with a champion that cannot be read',
      { champion: { kind: 'unreadable', reason: 'the store does not answer' } },
      'the store does not answer',
    ],
  ])('is inconclusive %s, and says so', async (_, one, message) => {
    expect(await reasonOf(one)).toMatch(/^inconclusive: /);
    expect(await reasonOf(one)).toContain(message);
  });

  it('judges by its floors where there is no champion', async () => {
    const report = await run({ rules: [FLOOR, NOT_WORSE], champion: { kind: 'none' } });
    expect(report.rules.map(({ verdict }) => verdict)).toEqual(['pass', 'not-applicable']);
    expect(report.verdict).toBe('pass');
  });

  it.each<[string, Case, string]>([
    [
      'a column that is not there',
      { rules: ['{ metric: qualty, min: 1, better: higher }'] },
      'scores.jsonl has no column "qualty"',
    ],
    [
      'a declared group that is not there',
      { evaluate: '{ examples: scores.jsonl, group: topic }' },
      'scores.jsonl has no column "topic"',
    ],
    ['text as a metric', { rules: ['{ metric: group, min: 1, better: higher }'] }, 'column group is not numeric'],
    ['no examples at all', { own: { ...examples({ mean: 0.7 }), rows: [] } }, 'scores.jsonl has no rows'],
    ['a file that changes while it is read', { digests: [digest('c')] }, 'scores.jsonl changed while it was read'],
  ])('is an error for %s', async (_, one, message) => {
    await expect(run(one)).rejects.toThrow(message);
  });

  describe('without examples', () => {
    const rules = [
      '{ metric: file:cost, max-regression: 10%, better: lower, interval: none }',
      '{ metric: artifact_size_bytes, max: 100 }',
    ];
    const numbers = (own: number | null, before?: number): Case => ({
      rules,
      evaluate: '{ metrics-file: metrics.json }',
      request: { trainingMetrics: { cost: own }, results: [] },
      history: before === undefined ? {} : { trainingMetrics: { cost: before } },
    });

    it.each<[string, Case, string]>([
      ['cheaper', numbers(9, 10), 'pass'],
      ['much dearer', numbers(12, 10), 'fail'],
      ['of a price that is not known', numbers(null, 10), 'inconclusive'],
      ['compared with a champion whose price is not known', numbers(9), 'inconclusive'],
    ])('judges a model that is %s', async (_, one, verdict) => {
      const report = await run(one);
      expect(report).toMatchObject({ verdict, dataset: { kind: 'numbers', rows: 0 } });
      expect(report.rules[1]?.verdict).toBe('pass');
    });
  });

  describe('with a gate that the pull request changes', () => {
    const base = (rules: readonly string[], evaluate = '{ examples: scores.jsonl, metrics-file: metrics.json }') => ({
      config: modelOf(rules, evaluate),
      rulePlaces: [],
    });

    it('applies both, and the worse one counts', async () => {
      const worse = { own: examples({ mean: 0.6 }), rules: [FLOOR] };
      expect((await run(worse)).verdict).toBe('pass');
      const report = await run({ ...worse, base: base([NOT_WORSE]) });
      expect(report).toMatchObject({ verdict: 'fail', baseGate: { verdict: 'fail', ownVerdict: 'pass' } });
    });

    it('reads the columns that only the base branch judges', async () => {
      const own = examples({ mean: 0.3 });
      const report = await run({ own, rules: ['{ metric: artifact_size_bytes, max: 100 }'], base: base([FLOOR]) });
      expect(report.verdict).toBe('fail');
    });

    it.each([
      [
        'a column that is gone',
        base(['{ metric: honesty, min: 0.5, better: higher }']),
        'it judges the column honesty',
      ],
      ['other slices', base([FLOOR], '{ examples: scores.jsonl, slices: [group] }'), 'changes evaluate.slices'],
      ['no groups', base([FLOOR], '{ examples: scores.jsonl, group: none }'), 'changes evaluate.group'],
      ['another task', { problem: 'this pull request changes task' }, 'changes task'],
    ])('is inconclusive for %s of the base branch', async (_, other, message) => {
      const report = await run({ rules: [FLOOR], base: other });
      expect(report.verdict).toBe('inconclusive');
      expect(report.baseGate?.reason).toContain(message);
    });
  });

  it('has nothing to judge where the same bytes have the same results as their version', async () => {
    const dataset = (await run()).dataset.digest;
    const same = { history: { results: RESULTS, judgedOn: { digest: dataset, to: null }, predictions: PREDICTIONS } };
    const candidate = {
      kind: 'scored-artifact',
      path: { shown: 'out', absolute: '/out' },
      predictions: { shown: 'scores.jsonl', absolute: '/scores.jsonl' },
      scoredBy: 'predictions',
      datasetDigest: undefined,
      table: { file: 'candidate.jsonl', digest: PREDICTIONS.digest, sizeBytes: 1 },
    } as const;
    const found = (history: Partial<ChampionHistory>): Champion => ({
      kind: 'found',
      version: '1.0.0',
      digest: digest('b'),
      path: '/old',
      environments: [],
      history: { trainedOn: [], registeredAt: '2025-01-01T00:00:00.000Z', judgedOn: null, ...history },
    });
    expect((await run({ champion: found(same.history), request: { candidate } })).unchanged).toEqual({
      version: '1.0.0',
    });
    const other = [{ kind: 'junit', path: 'j.xml', digest: digest('9') } as const];
    const changed = found({ ...same.history, results: [...RESULTS, ...other] });
    expect((await run({ champion: changed, request: { candidate } })).unchanged).toBeUndefined();
  });
});
