import { fairnessEvidence } from '../../core/domain/fairness/fairness-evidence.ts';
import { groupRows } from '../../core/domain/fairness/fairness-groups.ts';
import {
  type FairnessMeasureName,
  fairnessDefinition,
  fairnessMetricName,
} from '../../core/domain/fairness/fairness-measure.ts';
import { measureFairness } from '../../core/domain/fairness/measure-fairness.ts';
import type { GateRule } from '../../core/domain/gate/gate-rule.ts';
import { judgeEvidence } from '../../core/domain/gate/judge-evidence.ts';
import type { Sampling } from '../../core/domain/inference/population.ts';
import { type SeededRandom, seededRandom } from '../../testkit/seeded-random.ts';

/** A population with groups that are exactly as far apart as a rule's bound. */
export interface FairnessScenario {
  readonly name: string;
  readonly measure: FairnessMeasureName;
  /** Rows of each group; the last one is apart from the others. */
  readonly groups: readonly number[];
  /** Probability that a row of the first groups is decided as 1, whatever its label is; and of the last group. */
  readonly rates: readonly [number, number];
  /** Rows of a cluster, over all groups; 1: rows are independent. */
  readonly clusterRows: number;
  /** Spread of the clusters' decisions, in log odds. */
  readonly clusterSpread: number;
}

/** Verdicts of the rule at the bound, where neither passing nor failing is right. */
export interface FairnessCounts {
  passed: number;
  failed: number;
  inconclusive: number;
}

/** A scenario with its counts, and those of its first repetitions, which a test repeats. */
export interface FairnessCell extends FairnessScenario {
  readonly seed: number;
  readonly repetitions: number;
  readonly counts: FairnessCounts;
  readonly sample: { readonly repetitions: number; readonly counts: FairnessCounts };
}

const INDEPENDENT = { clusterRows: 1, clusterSpread: 0 };

/** Two groups, one of few rows, rare outcomes, ratios, and several groups. */
const INDEPENDENT_SCENARIOS: readonly FairnessScenario[] = [
  ...[
    { name: 'two groups', groups: [300, 300], rates: [0.5, 0.3] as const },
    { name: 'a small group', groups: [500, 80], rates: [0.6, 0.2] as const },
    { name: 'rare decisions', groups: [400, 400], rates: [0.05, 0.01] as const },
    { name: 'few rows', groups: [100, 60], rates: [0.9, 0.4] as const },
  ].flatMap((common) =>
    (['demographic_parity_difference', 'equal_opportunity_difference', 'demographic_parity_ratio'] as const).map(
      (measure): FairnessScenario => ({ ...common, ...INDEPENDENT, measure }),
    ),
  ),
  ...(['demographic_parity_difference', 'equalized_odds_difference'] as const).map(
    (measure): FairnessScenario => ({
      ...{ name: 'four groups', groups: [150, 150, 150, 150], rates: [0.5, 0.2], measure },
      ...INDEPENDENT,
    }),
  ),
];

/** The same of rows in clusters: of a household or a day, which have rows of all groups. */
const CLUSTERED_SCENARIOS: readonly FairnessScenario[] = [
  { clusterRows: 20, clusterSpread: 0.8, groups: [300, 300] },
  { clusterRows: 20, clusterSpread: 0, groups: [300, 300] },
  { clusterRows: 60, clusterSpread: 0.8, groups: [600, 300, 300] },
].flatMap((clusters): FairnessScenario[] =>
  (['demographic_parity_difference', 'equal_opportunity_difference', 'demographic_parity_ratio'] as const).map(
    (measure) => ({
      ...clusters,
      name: `clusters of ${clusters.clusterRows} rows, spread ${clusters.clusterSpread}`,
      measure,
      rates: [0.6, 0.2],
    }),
  ),
);

/** All scenarios. */
export const FAIRNESS_SCENARIOS = [...INDEPENDENT_SCENARIOS, ...CLUSTERED_SCENARIOS];

const THRESHOLD = 0.5;
const POSITIVE = 0.5;

interface Drawn {
  readonly labels: Float64Array;
  readonly scores: Float64Array;
  readonly groups: Float64Array;
  readonly sampling: Sampling;
}

/** Rows in random order of groups, so that a cluster has rows of all groups. */
function draw(random: SeededRandom, { groups, rates, clusterRows, clusterSpread }: FairnessScenario): Drawn {
  const total = groups.reduce((sum, rows) => sum + rows, 0);
  const of = Float64Array.from(groups.flatMap((rows, group) => Array.from({ length: rows }, () => group)));
  for (let at = total - 1; at > 0; at--) {
    const other = Math.floor(random.uniform() * (at + 1));
    [of[at], of[other]] = [of[other] ?? 0, of[at] ?? 0];
  }
  const clusters = Math.ceil(total / clusterRows);
  const shifts = Float64Array.from({ length: clusters }, () => clusterSpread * random.normal());
  const ids = Uint32Array.from(of, (_, row) => Math.floor(row / clusterRows));
  const labels = Float64Array.from(of, () => (random.uniform() < POSITIVE ? 1 : 0));
  const scores = Float64Array.from(of, (group, row) => {
    const rate = group === groups.length - 1 ? rates[1] : rates[0];
    const shifted = 1 / (1 + Math.exp(-logitOf(rate, clusterSpread) - (shifts[ids[row] ?? 0] ?? 0)));
    return random.uniform() < shifted ? 0.9 : 0.1;
  });
  const sampling: Sampling = clusterRows === 1 ? { kind: 'rows' } : { kind: 'clusters', ids, count: clusters };
  return { labels, scores, groups: of, sampling };
}

const LOGITS = new Map<string, number>();

/** The log odds whose mean probability over clusters is a rate: by bisection over the quantiles of the spread. */
function logitOf(rate: number, spread: number): number {
  const key = `${rate} ${spread}`;
  const known = LOGITS.get(key);
  if (known !== undefined) return known;
  const mean = (logit: number) => {
    let [sum, mass] = [0, 0];
    for (let z = -8; z <= 8; z += 0.01) {
      const density = Math.exp((-z * z) / 2);
      sum += density / (1 + Math.exp(-logit - spread * z));
      mass += density;
    }
    return sum / mass;
  };
  let [low, high] = [-20, 20];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (mean(middle) < rate) low = middle;
    else high = middle;
  }
  LOGITS.set(key, (low + high) / 2);
  return (low + high) / 2;
}

/** The rule whose bound is the truth. */
function ruleOf({ measure, rates: [first, last] }: FairnessScenario): GateRule {
  const isRatio = fairnessDefinition(measure).kind === 'ratio';
  const value = isRatio ? Math.min(first, last) / Math.max(first, last) : Math.abs(first - last);
  return {
    index: 0,
    metric: fairnessMetricName({ measure, column: 'group' }),
    bound: { kind: isRatio ? 'min' : 'max', value },
    everySlice: false,
    whenInconclusive: 'fail',
    onFail: 'fail',
  };
}

/** Simulates a scenario. The same seed gives the same counts. */
export function runFairness(
  scenario: FairnessScenario,
  { repetitions, seed }: { readonly repetitions: number; readonly seed: number },
): FairnessCounts {
  const counts: FairnessCounts = { passed: 0, failed: 0, inconclusive: 0 };
  const rule = ruleOf(scenario);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const { labels, scores, groups, sampling } = draw(seededRandom(seed + repetition * 7919), scenario);
    const population = { labels, candidate: scores, champion: null, weights: null, classes: 2, sampling };
    const measured = measureFairness(
      { population, groups: groupRows({ kind: 'numeric', values: groups }) ?? [] },
      { column: 'group' },
      { confidence: 0.95, decisionThreshold: THRESHOLD, minRows: 1, measures: [scenario.measure] },
    );
    const found = fairnessEvidence([rule], [measured]).get(0);
    const verdict =
      found === undefined || 'missing' in found ? 'inconclusive' : judgeEvidence(found.evidence, 0.95).verdict;
    if (verdict === 'pass') counts.passed++;
    else if (verdict === 'fail') counts.failed++;
    else counts.inconclusive++;
  }
  return counts;
}
