import type { ModelConfig } from '../../config/tidegate-config.ts';
import { curvesOf, type ModelCurves } from '../../domain/evaluation/curves.ts';
import { clusterRows, type Grouping, parseGrouping } from '../../domain/evaluation/grouping.ts';
import { judgeRules, type RuleOutcome, type SmallSlice } from '../../domain/evaluation/judge-rules.ts';
import { measureClasses } from '../../domain/evaluation/measure-classes.ts';
import {
  contendersOf,
  type MeasuredPopulation,
  type MeasurementPlan,
  measureContenders,
  measurePopulation,
} from '../../domain/evaluation/measure-population.ts';
import { type ScoredPopulation, sliceOf } from '../../domain/evaluation/population.ts';
import { cutSlices, type DatasetSlice } from '../../domain/evaluation/slice.ts';
import { decideGate } from '../../domain/gate/decide-gate.ts';
import type { ScoredRows } from '../../domain/metrics/metric.ts';
import { artifactEvidence } from './artifact-evidence.ts';
import type { ScoredContenders } from './open-contenders.ts';
import type { ResolvedGate } from './resolve-gate-rules.ts';
import { type TrainingFacts, trainingEvidence } from './training-evidence.ts';

/** Scored rows judged by one gate. */
export interface JudgedScores {
  /** How many groups of rows there are; null where rows are independent. */
  readonly clusters: number | null;
  readonly grouping: Grouping;
  /** What pictures of both models are drawn from. */
  readonly curves: () => { readonly candidate: ModelCurves; readonly champion: ModelCurves | null };
  /** All rows, then the slices that were judged, then the classes. */
  readonly populations: readonly MeasuredPopulation[];
  readonly smallSlices: readonly SmallSlice[];
  readonly outcomes: readonly RuleOutcome[];
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
}

/** A gate with the configuration that it stands in. */
export interface Policy {
  readonly config: ModelConfig;
  readonly gate: ResolvedGate;
  /** What the trainings of both models wrote. */
  readonly training: TrainingFacts;
}

/** Columns of the dataset that judging by a configuration needs. */
export function columnsToJudge({ data, evaluate }: ModelConfig): readonly string[] {
  const grouping = parseGrouping(evaluate.group, data.time);
  const group = grouping.kind === 'none' ? [] : [grouping.column];
  const weight = evaluate.weight === undefined ? [] : [evaluate.weight];
  const time = data.time === undefined ? [] : [data.time];
  return [...new Set([data.label, ...time, ...group, ...weight, ...evaluate.slices.map(({ column }) => column)])];
}

/**
 * Measures and judges scored rows by a gate.
 *
 * @throws {UserError} DATA_INVALID for slices and groups that the dataset's columns do not give.
 */
export function judgeScores(scored: ScoredContenders, { config, gate, training }: Policy): JudgedScores {
  const { population, grouping } = populationOf(scored, config);
  const plan = planOf(config, gate);
  const contenders = contendersOf(population);
  const all = measureContenders(contenders, population, plan);
  const { minRows, confidence } = config.evaluate;
  const declared = slicesOf(scored, config);
  const slices = declared
    .filter(({ rows }) => rows.length >= minRows)
    .map(({ key, rows }) => measurePopulation(sliceOf(population, key, rows), plan));
  const smallSlices = declared
    .filter(({ rows }) => rows.length < minRows && rows.length > 0)
    .map(({ key, rows }) => ({ slice: key, rows: rows.length }));
  const { classes: names } = scored.outcome;
  const classes =
    names === null || gate.classMetrics.length === 0
      ? []
      : measureClasses(population, { column: config.data.label, names }, { ...plan, metrics: gate.classMetrics });
  const outcomes = judgeRules(gate.rules, {
    all,
    slices,
    classes,
    smallSlices,
    artifact: new Map([...artifactEvidence(gate, scored.facts), ...trainingEvidence(gate.rules, training)]),
    champion: scored.absence,
    confidence,
    minRows,
  });
  const populations = [all, ...slices, ...classes];
  const { candidate, champion } = contenders;
  const drawn = (rows: ScoredRows) => curvesOf(rows, plan);
  return {
    clusters: population.sampling.kind === 'clusters' ? population.sampling.count : null,
    grouping,
    curves: () => ({ candidate: drawn(candidate), champion: champion && drawn(champion) }),
    populations,
    smallSlices,
    outcomes,
    verdict: decideGate(outcomes),
  };
}

function populationOf(
  scored: ScoredContenders,
  { data, evaluate }: ModelConfig,
): { readonly population: ScoredPopulation; readonly grouping: Grouping } {
  const grouping = parseGrouping(evaluate.group, data.time);
  const column = grouping.kind === 'none' ? undefined : scored.columns.get(grouping.column);
  const { labels, weights, classes } = scored.outcome;
  const population = {
    labels,
    weights,
    classes: classes === null ? 1 : classes.length,
    candidate: scored.candidate,
    champion: scored.champion,
    sampling: clusterRows(grouping, column),
  };
  return { population, grouping };
}

function slicesOf(scored: ScoredContenders, { evaluate }: ModelConfig): readonly DatasetSlice[] {
  return evaluate.slices.flatMap((declaration) => {
    const values = scored.columns.get(declaration.column);
    return values === undefined ? [] : cutSlices(declaration, values);
  });
}

/** What a gate wants measured. */
export function planOf({ evaluate }: ModelConfig, gate: ResolvedGate): MeasurementPlan {
  return {
    metrics: gate.metrics,
    rules: gate.rules,
    confidence: evaluate.confidence,
    decisionThreshold: evaluate.decisionThreshold,
  };
}
