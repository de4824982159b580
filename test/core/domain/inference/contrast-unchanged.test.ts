import { describe, expect, it } from 'vitest';
import { contrast } from '../../../../core/domain/inference/contrast.ts';
import { reachOf } from '../../../../core/domain/inference/interval.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import type { MetricEstimate, MetricTask } from '../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const BINARY = [
  'accuracy',
  'balanced_accuracy',
  'precision',
  'recall',
  'specificity',
  'f1',
  'fbeta_2',
  'mcc',
  'cohen_kappa',
];
const SEVERAL = [
  'accuracy',
  'balanced_accuracy',
  'mcc',
  'cohen_kappa',
  'f1_macro',
  'precision_macro',
  'recall_weighted',
];
const difference = { candidate: 1, champion: -1, constant: 0 };
const LEVELS = [0.9, 0.95, 0.999];

interface Dataset {
  readonly population: Population;
  readonly classes: number;
  /** The class that the champion decides for each row. */
  readonly decided: Uint8Array;
}

/** Rows of a random number, prevalence, accuracy and size of groups, some of them weighted. */
function randomDataset(seed: number, classes: number, isGrouped: boolean): Dataset {
  const random = seededRandom(seed);
  const rows = 30 + Math.floor(random.uniform() * 200);
  const [first, right] = [0.1 + 0.8 * random.uniform(), 0.5 + 0.5 * random.uniform()];
  const labels = Float64Array.from({ length: rows }, (_, row) =>
    row < 4 * classes ? row % classes : random.uniform() < first ? 0 : 1 + Math.floor(random.uniform() * (classes - 1)),
  );
  const decided = Uint8Array.from(labels, (label, row) =>
    row < classes || random.uniform() < right ? label : Math.floor(random.uniform() * classes),
  );
  const count = 10 + Math.floor(random.uniform() * 30);
  const ids = Uint32Array.from({ length: rows }, (_, row) =>
    row < count ? row : Math.floor(random.uniform() ** 2 * count),
  );
  const weights = seed % 3 === 0 ? Float64Array.from({ length: rows }, () => 0.5 + random.uniform()) : null;
  const grouped = Math.max(...ids) + 1;
  const sampling = isGrouped ? ({ kind: 'clusters', ids, count: grouped } as const) : ({ kind: 'rows' } as const);
  return { population: { labels, weights, sampling }, classes, decided };
}

/** Scores that give these decisions, and differ from those of another sureness. */
function scoresOf({ classes }: Dataset, decided: Uint8Array, sureness: number): Float64Array {
  if (classes === 2) return Float64Array.from(decided, (one) => (one === 1 ? sureness : 1 - sureness));
  const others = (1 - sureness) / (classes - 1);
  return Float64Array.from({ length: decided.length * classes }, (_, at) =>
    at % classes === decided[Math.floor(at / classes)] ? sureness : others,
  );
}

function estimateOf(name: string, dataset: Dataset, scores: Float64Array): MetricEstimate | undefined {
  const task: MetricTask = dataset.classes === 2 ? 'binary-classification' : 'multiclass-classification';
  const metric = findMetric(name, task);
  const { labels, weights } = dataset.population;
  const found = metric?.estimate(scoredRows({ labels, scores, weights, classes: dataset.classes }), {
    decisionThreshold: 0.5,
  });
  return metric === undefined || found?.kind !== 'estimate' ? undefined : { ...found, range: metric.range };
}

/** How far the interval of the difference reaches where these rows are decided otherwise. */
function reaches(name: string, dataset: Dataset, decided: Uint8Array) {
  const champion = estimateOf(name, dataset, scoresOf(dataset, dataset.decided, 0.8));
  const candidate = estimateOf(name, dataset, scoresOf(dataset, decided, 0.75));
  if (champion === undefined || candidate === undefined) return undefined;
  const { uncertainty } = contrast({ candidate, champion, identical: false }, difference, dataset.population);
  if (uncertainty.kind !== 'estimated') throw new Error(`${name}: ${JSON.stringify(uncertainty)}`);
  return LEVELS.map((level) => reachOf(uncertainty, level));
}

describe.each([
  { of: 'rows', isGrouped: false, classes: 2, names: BINARY },
  { of: 'groups', isGrouped: true, classes: 2, names: BINARY },
  { of: 'rows', isGrouped: false, classes: 4, names: SEVERAL },
  { of: 'groups', isGrouped: true, classes: 4, names: SEVERAL },
])('contrast of $classes classes by $of', ({ isGrouped, classes, names }) => {
  it.each(names)('of no changed decision is never wider than of changed ones: %s', (name) => {
    let compared = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const dataset = randomDataset(1000 * classes + seed, classes, isGrouped);
      const none = reaches(name, dataset, dataset.decided);
      const random = seededRandom(seed);
      const decided = dataset.decided.slice();
      for (let changed = 1; changed <= 40; changed++) {
        const row = Math.floor(random.uniform() * decided.length);
        decided[row] = ((decided[row] ?? 0) + 1 + Math.floor(random.uniform() * (classes - 1))) % classes;
        if (![1, 2, 3, 4, 7, 12, 20, 40].includes(changed)) continue;
        const some = reaches(name, dataset, decided);
        if (none === undefined || some === undefined) continue;
        for (const [at, reach] of some.entries()) {
          expect(none[at]?.below).toBeLessThanOrEqual(reach.below + 1e-12);
          expect(none[at]?.above).toBeLessThanOrEqual(reach.above + 1e-12);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(200);
  });
});

describe('contrast of no changed decision', () => {
  it('is exact to the number of rows, and narrower than any group could be', () => {
    // 191 rows of which none is decided otherwise: at most 1 - (0.9 * 0.025) ^ (1 / 191) of all.
    const labels = Float64Array.from({ length: 191 }, (_, row) => row % 2);
    const decided = Uint8Array.from(labels, (label, row) => (row % 9 === 0 ? 1 - label : label));
    const ids = Uint32Array.from({ length: 191 }, (_, row) => Math.floor(row / 1.8));
    const of = (population: Population) => {
      const dataset = { population, classes: 2, decided };
      return reaches('accuracy', dataset, decided)?.[1]?.below;
    };
    const rows = of({ labels, weights: null, sampling: { kind: 'rows' } });
    expect(rows).toBeCloseTo(1 - 0.0225 ** (1 / 191), 9);
    const grouped = of({ labels, weights: null, sampling: { kind: 'clusters', ids, count: 107 } });
    expect(grouped).toBeGreaterThanOrEqual(rows ?? 1);
    expect(grouped).toBeLessThan(1 - 0.0225 ** (1 / 106));
  });

  it('adds the error of the value for a relative margin', () => {
    const dataset = randomDataset(7, 2, false);
    const [candidate, champion] = [0.75, 0.8].map((sureness) =>
      estimateOf('accuracy', dataset, scoresOf(dataset, dataset.decided, sureness)),
    );
    if (candidate === undefined || champion === undefined) throw new Error('no value');
    const of = (weight: number) => {
      const weights = { candidate: 1, champion: weight, constant: 0 };
      const { uncertainty } = contrast({ candidate, champion, identical: false }, weights, dataset.population);
      return uncertainty.kind === 'estimated' ? reachOf(uncertainty, 0.95).below : Number.NaN;
    };
    expect(of(-0.9)).toBeGreaterThan(of(-0.99));
    expect(of(-0.99)).toBeGreaterThan(of(-1));
  });
});
