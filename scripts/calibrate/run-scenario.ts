import { contendersOf } from '../../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../../core/domain/evaluation/population.ts';
import { contrast } from '../../core/domain/inference/contrast.ts';
import { intervalOf, uncertaintyOf } from '../../core/domain/inference/interval.ts';
import type { Metric } from '../../core/domain/metrics/metric.ts';
import { type Scenario, simulate, WORSE } from './scenario.ts';
import { trueValues } from './truth.ts';

/** Number of intervals of a metric that missed the truth, and of missing intervals. */
export interface Counts {
  readonly metric: string;
  /** Passed although the truth is at the margin: the lower end of the difference in the good direction is above it. */
  falsePass: number;
  /** Failed although the truth is at the margin. */
  falseFail: number;
  /** The same of a floor and a ceiling on the value itself. */
  valueHigh: number;
  valueLow: number;
  /** No interval: inconclusive. */
  undecided: number;
  /** Passed at equality with a margin that an oracle who knows the standard error passes in 80 % of trials. */
  power: number;
}

/** Counts of both laws: a candidate that is worse, whose margin is exactly how much; and equal models. */
export interface ScenarioCounts {
  readonly worse: readonly Counts[];
  readonly equal: readonly Counts[];
}

const LEVEL = 0.95;
const OPTIONS = { decisionThreshold: 0.5 };
/** Quantiles of 97.5 % and of 80 %. */
const ORACLE = 1.959964 + 0.841621;

/** Simulates a scenario. The same seed gives the same counts. */
export function runScenario(
  scenario: Scenario,
  metrics: readonly Metric[],
  { repetitions, seed }: { readonly repetitions: number; readonly seed: number },
): ScenarioCounts {
  const count = (skill: number) => {
    const truths = trueValues(scenario, skill, metrics);
    const tallies = metrics.map((metric) =>
      createTally(metric, truths.get(metric.name) ?? { candidate: 0, champion: 0 }),
    );
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const population = simulate(scenario, skill, seed + repetition * 7919);
      const contenders = contendersOf(population);
      for (const tally of tallies) tally.add(population, contenders);
    }
    return tallies.map((tally) => tally.finish());
  };
  return { worse: count(scenario.small?.worse ?? WORSE), equal: count(1) };
}

function createTally(metric: Metric, truth: { readonly candidate: number; readonly champion: number }) {
  const good = metric.direction === 'higher-is-better' ? 1 : -1;
  const trueDifference = good * (truth.candidate - truth.champion);
  const counts: Counts = {
    metric: metric.name,
    falsePass: 0,
    falseFail: 0,
    valueHigh: 0,
    valueLow: 0,
    undecided: 0,
    power: 0,
  };
  const differences: number[] = [];
  const lowers: number[] = [];
  return {
    add(population: ScoredPopulation, contenders: ReturnType<typeof contendersOf>): void {
      const candidate = metric.estimate(contenders.candidate, OPTIONS);
      const champion = contenders.champion && metric.estimate(contenders.champion, OPTIONS);
      if (candidate.kind === 'undefined' || champion?.kind !== 'estimate') {
        counts.undecided++;
        return;
      }
      const own = intervalOf(candidate.value, uncertaintyOf({ ...candidate, range: metric.range }, population), {
        level: LEVEL,
      });
      if (own !== undefined && own.lower > truth.candidate) counts.valueHigh++;
      if (own !== undefined && own.upper < truth.candidate) counts.valueLow++;
      const pair = { candidate, champion, identical: contenders.identical };
      const found = contrast(pair, { candidate: good, champion: -good, constant: 0 }, population);
      const interval = intervalOf(found.value, found.uncertainty, { level: LEVEL });
      differences.push(found.value);
      if (interval === undefined) counts.undecided++;
      else {
        if (interval.lower > trueDifference) counts.falsePass++;
        if (interval.upper < trueDifference) counts.falseFail++;
        lowers.push(interval.lower);
      }
    },
    finish(): Counts {
      const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
      const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const margin = ORACLE * Math.sqrt(squares / (differences.length - 1));
      counts.power = lowers.filter((lower) => lower >= trueDifference - margin).length;
      return counts;
    },
  };
}
