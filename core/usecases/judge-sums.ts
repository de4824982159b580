import type { ModelConfig } from '../config/tidegate-config.ts';
import { parseGrouping } from '../domain/evaluation/grouping.ts';
import { judgeRules } from '../domain/evaluation/judge-rules.ts';
import { type Estimates, measureEstimates } from '../domain/evaluation/measure-population.ts';
import type { ModelSums } from '../domain/evaluation/summed/summed-rows.ts';
import { decideGate } from '../domain/gate/decide-gate.ts';
import type { Metric, MetricEstimate, UndefinedMetric } from '../domain/metrics/metric.ts';
import { formatCount } from '../domain/text/format-number.ts';
import { UserError } from '../errors.ts';
import type { TableDescription } from '../ports/table-reader.ts';
import { artifactEvidence } from './artifact-evidence.ts';
import { type JudgedScores, type Policy, planOf } from './judge-scores.ts';
import type { SummedContenders } from './open-contenders.ts';
import type { ResolvedGate } from './resolve-gate-rules.ts';
import { trainingEvidence } from './training-evidence.ts';

/** What of a configuration is not computed of sums, by its name in tidegate.yaml; empty: nothing. */
export function leftOut({ task, evaluate, drift }: ModelConfig, { metrics }: ResolvedGate): readonly string[] {
  return [
    ...(task === 'multiclass-classification' ? ['task: multiclass-classification'] : []),
    ...(evaluate.weight === undefined ? [] : ['evaluate.weight']),
    ...(evaluate.slices.length === 0 ? [] : ['evaluate.slices']),
    ...(drift?.limits === 'history' ? ['drift.limits: history'] : []),
    ...(task === 'multiclass-classification'
      ? []
      : metrics.filter(({ summed }) => summed === undefined).map(({ name }) => `the metric ${name}`)),
  ];
}

/** The error for more rows than are held of what is not computed of sums. */
export function tooManyRows(
  { files }: TableDescription,
  { rows, most, left }: { readonly rows: number; readonly most: number; readonly left: readonly string[] },
): UserError {
  const what = `${files[0] ?? 'the dataset'} has ${formatCount(rows)} rows`;
  const known = `above ${formatCount(most)} this is not computed: ${left.join(', ')}`;
  return new UserError('DATA_UNSUPPORTED', `${what}, and ${known}`, {
    fix: 'Remove it from tidegate.yaml, or evaluate on a random sample of the rows.',
  });
}

/** Whether two configurations read the same of each row. */
export function readsTheSame(one: ModelConfig, other: ModelConfig): boolean {
  const read = ({ task, data, evaluate }: ModelConfig) =>
    JSON.stringify([
      task,
      data.label,
      parseGrouping(evaluate.group, data.time),
      evaluate.classes,
      evaluate.decisionThreshold,
    ]);
  return read(one) === read(other);
}

/** Judges sums of scored rows by a gate. */
export function judgeSums(contenders: SummedContenders, { config, gate, training }: Policy): JudgedScores {
  const { summed, champion, facts, absence } = contenders;
  const { population, rows } = summed;
  const plan = planOf(config, gate);
  const estimate = (metric: Metric): Estimates => {
    const candidate = estimateOf(summed.candidate, metric);
    const identical = champion !== null && summed.identical;
    const rival = champion === null ? null : identical ? candidate : estimateOf(champion, metric);
    return { metric, candidate, champion: rival, identical };
  };
  const all = measureEstimates({ place: { rows }, population, estimate }, plan);
  const { confidence, minRows } = config.evaluate;
  const outcomes = judgeRules(gate.rules, {
    all,
    slices: [],
    classes: [],
    smallSlices: [],
    artifact: new Map([...artifactEvidence(gate, facts), ...trainingEvidence(gate.rules, training)]),
    champion: absence,
    confidence,
    minRows,
  });
  const grouping = parseGrouping(config.evaluate.group, config.data.time);
  return {
    clusters: grouping.kind === 'none' || population.sampling.kind === 'rows' ? null : population.sampling.count,
    grouping,
    curves: () => ({ candidate: summed.candidate.curves(), champion: champion?.curves() ?? null }),
    populations: [all],
    smallSlices: [],
    outcomes,
    verdict: decideGate(outcomes),
  };
}

function estimateOf(sums: ModelSums, metric: Metric): MetricEstimate | UndefinedMetric {
  return sums.estimate(metric) ?? { kind: 'undefined', reason: 'it is not computed of so many rows' };
}
