import { fairnessEvidence } from '../fairness/fairness-evidence.ts';
import type { MeasuredFairness } from '../fairness/measure-fairness.ts';
import { type ArtifactFacts, artifactEvidence } from '../gate/artifact-evidence.ts';
import { checkCountEvidence } from '../gate/check-count-evidence.ts';
import { dataSchemaEvidence } from '../gate/data-schema-evidence.ts';
import { decideGate } from '../gate/decide-gate.ts';
import type { ResolvedGate } from '../gate/resolve-gate.ts';
import { testCountEvidence } from '../gate/test-count-evidence.ts';
import { type TrainingFacts, trainingEvidence } from '../gate/training-evidence.ts';
import type { Grouping } from '../policy/grouping.ts';
import type { EvaluationPolicy } from '../policy/model-policy.ts';
import type { ContenderCurves, Evidence } from './evidence.ts';
import { type ChampionAbsence, judgeRules, type RuleOutcome, type SmallSlice } from './judge-rules.ts';
import type { MeasuredPopulation, MeasurementPlan } from './measure-estimates.ts';

/** Verdict of a gate on a candidate. */
export interface JudgedScores {
  /** Number of groups of rows; null where rows are independent. */
  readonly clusters: number | null;
  readonly grouping: Grouping;
  /** Computed when they are asked for. */
  readonly curves: () => ContenderCurves;
  /** All rows, then the slices that were judged, then the classes. */
  readonly populations: readonly MeasuredPopulation[];
  readonly smallSlices: readonly SmallSlice[];
  /** By column; none where tidegate.yaml names none. */
  readonly fairness: readonly MeasuredFairness[];
  readonly outcomes: readonly RuleOutcome[];
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
}

/** Settings by which measured values are judged. */
export interface JudgingPolicy {
  readonly evaluate: Pick<EvaluationPolicy, 'confidence' | 'decisionThreshold' | 'minRows'>;
}

/** A gate with everything that its rules need besides the scores. */
export interface JudgedBy {
  readonly policy: JudgingPolicy;
  readonly gate: ResolvedGate;
  /** Measurements of both artifacts. */
  readonly facts: ArtifactFacts;
  /** Metrics that the trainings of both models wrote. */
  readonly training: TrainingFacts;
  readonly absence: ChampionAbsence;
}

/** Measures and judges the scores of both models by a gate. */
export function judgeGate(evidence: Evidence, { policy, gate, facts, training, absence }: JudgedBy): JudgedScores {
  const { confidence, decisionThreshold, minRows } = policy.evaluate;
  const plan: MeasurementPlan = { metrics: gate.metrics, rules: gate.rules, confidence, decisionThreshold };
  const all = evidence.measureAll(plan);
  const isLarge = ({ rows }: { readonly rows: number }) => rows >= minRows;
  const slices = evidence.slices.filter(isLarge).map((slice) => slice.measure(plan));
  const small = evidence.slices.filter((slice) => !isLarge(slice));
  const smallSlices = small.map(({ key, rows }) => ({ slice: key, rows }));
  const hasClasses = gate.classMetrics.length > 0;
  const classes = hasClasses ? evidence.measureClasses({ ...plan, metrics: gate.classMetrics }) : [];
  const fairness = evidence.measureFairness?.({ confidence, decisionThreshold, minRows }) ?? [];
  const outcomes = judgeRules(gate.rules, {
    all,
    slices,
    classes,
    smallSlices,
    artifact: new Map([
      ...artifactEvidence(gate, facts),
      ...trainingEvidence(gate.rules, training),
      ...testCountEvidence(gate.rules, training.tests),
      ...dataSchemaEvidence(gate.rules, training.schemaFailures),
      ...checkCountEvidence(gate.rules, training.checks),
      ...fairnessEvidence(gate.rules, fairness),
    ]),
    champion: absence,
    confidence,
    minRows,
  });
  return {
    clusters: evidence.clusters,
    grouping: evidence.grouping,
    curves: () => evidence.curves(plan),
    populations: [all, ...slices, ...classes],
    smallSlices,
    fairness,
    outcomes,
    verdict: decideGate(outcomes),
  };
}
