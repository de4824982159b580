import type { ModelConfig } from '../../config/tidegate-config.ts';
import { parseGrouping } from '../../domain/evaluation/grouping.ts';
import { judgeRules } from '../../domain/evaluation/judge-rules.ts';
import {
  type Estimates,
  type MeasuredPopulation,
  type MeasurementPlan,
  measureEstimates,
  measurePopulation,
} from '../../domain/evaluation/measure-population.ts';
import type { SliceKey } from '../../domain/evaluation/slice.ts';
import { isOfRanking } from '../../domain/evaluation/summed/model-summer.ts';
import type { ModelSums, SummedPopulation, SummedSlice } from '../../domain/evaluation/summed/summed-rows.ts';
import { decideGate } from '../../domain/gate/decide-gate.ts';
import type { Metric, MetricEstimate, UndefinedMetric } from '../../domain/metrics/metric.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';
import type { TableDescription } from '../../ports/evaluate/table-reader.ts';
import { artifactEvidence } from './artifact-evidence.ts';
import { type JudgedScores, type Policy, planOf } from './judge-scores.ts';
import type { SummedContenders } from './open-contenders.ts';
import type { ResolvedGate } from './resolve-gate-rules.ts';
import { trainingEvidence } from './training-evidence.ts';

/** Chosen: as many classes of which the order of scores is counted; the memory is 1 MB each and model. */
const MOST_RANKED_CLASSES = 50;

/** What of a configuration is not computed of sums, by its name in tidegate.yaml; empty: nothing. */
export function leftOut({ task, evaluate, drift }: ModelConfig, gate: ResolvedGate): readonly string[] {
  const metrics = [...gate.metrics, ...gate.classMetrics];
  const classes = evaluate.classes?.length ?? 0;
  const isMulticlass = task === 'multiclass-classification';
  const tooMany = isMulticlass && classes > MOST_RANKED_CLASSES;
  return [
    // Which classes there are is to be known before the first row.
    ...(isMulticlass && classes < 3 ? ['task: multiclass-classification without evaluate.classes'] : []),
    ...(drift?.limits === 'history' ? ['drift.limits: history'] : []),
    ...metrics
      .filter((metric) => metric.summed === undefined || (tooMany && isOfRanking(metric)))
      .map(({ name }) => `the metric ${name}`),
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
      data.csv,
      parseGrouping(evaluate.group, data.time),
      evaluate.classes,
      evaluate.decisionThreshold,
      evaluate.weight,
      evaluate.slices,
    ]);
  return read(one) === read(other);
}

/** Judges sums of scored rows by a gate. */
export function judgeSums(contenders: SummedContenders, { config, gate, training }: Policy): JudgedScores {
  const { summed, champion, facts, absence } = contenders;
  const { confidence, minRows } = config.evaluate;
  const measuring = { plan: planOf(config, gate), hasChampion: champion !== null };
  const all = measureSums(summed, measuring);
  const judged = summed.slices.filter(({ rows }) => rows >= minRows);
  const slices = judged.map((slice) => measureSlice(slice, measuring));
  const classes = measureClasses(
    summed,
    { ...measuring, plan: { ...measuring.plan, metrics: gate.classMetrics } },
    config,
  );
  const smallSlices = summed.slices.filter(({ rows }) => rows < minRows).map(({ key, rows }) => ({ slice: key, rows }));
  const outcomes = judgeRules(gate.rules, {
    all,
    slices,
    classes,
    smallSlices,
    artifact: new Map([...artifactEvidence(gate, facts), ...trainingEvidence(gate.rules, training)]),
    champion: absence,
    confidence,
    minRows,
  });
  const grouping = parseGrouping(config.evaluate.group, config.data.time);
  const { sampling } = summed.population;
  return {
    clusters: grouping.kind === 'none' || sampling.kind === 'rows' ? null : sampling.count,
    grouping,
    curves: () => ({ candidate: summed.candidate.curves(), champion: champion?.curves() ?? null }),
    populations: [all, ...slices, ...classes],
    smallSlices,
    outcomes,
    verdict: decideGate(outcomes),
  };
}

interface Measuring {
  readonly plan: MeasurementPlan;
  readonly hasChampion: boolean;
}

function measureSlice({ key, of }: SummedSlice, measuring: Measuring): MeasuredPopulation {
  if (of.kind === 'summed') return measureSums(of.sums, measuring, key);
  const { population } = of;
  return measurePopulation(measuring.hasChampion ? population : { ...population, champion: null }, measuring.plan);
}

/** Each class of several against the rest, on all rows. A class stands where slices do: its rows are those that have it. */
function measureClasses(
  summed: SummedPopulation,
  measuring: Measuring,
  { data, evaluate }: ModelConfig,
): readonly MeasuredPopulation[] {
  if (measuring.plan.metrics.length === 0) return [];
  return (evaluate.classes ?? []).map((value, of) => {
    const candidate = summed.candidate.ofClass?.(of) ?? summed.candidate;
    const champion = summed.champion?.ofClass?.(of) ?? null;
    const key = { column: data.label, value: String(value) };
    return measureSums({ ...summed, rows: summed.labelRows[of] ?? 0, candidate, champion }, measuring, key);
  });
}

function measureSums(sums: SummedPopulation, { plan, hasChampion }: Measuring, slice?: SliceKey): MeasuredPopulation {
  const { rows, population } = sums;
  const rival = hasChampion ? sums.champion : null;
  const estimate = (metric: Metric): Estimates => {
    const candidate = estimateOf(sums.candidate, metric);
    const identical = rival !== null && sums.identical;
    const champion = rival === null ? null : identical ? candidate : estimateOf(rival, metric);
    return { metric, candidate, champion, identical };
  };
  const place = slice === undefined ? { rows } : { slice, rows };
  return measureEstimates({ place, population, estimate }, plan);
}

function estimateOf(sums: ModelSums, metric: Metric): MetricEstimate | UndefinedMetric {
  return sums.estimate(metric) ?? { kind: 'undefined', reason: 'it is not computed of so many rows' };
}
