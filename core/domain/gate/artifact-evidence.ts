import type { RuleEvidence } from '../evaluation/measure-estimates.ts';
import { type ArtifactMetricName, isArtifactMetric } from '../metrics/metric-registry.ts';
import { type GateRule, needsChampion } from './gate-rule.ts';
import type { ResolvedGate } from './resolve-gate.ts';
import { differenceContrast, type RuleContrast, valueContrast } from './rule-contrast.ts';

/** Measurements of an artifact itself. Predictions from elsewhere have no latency. */
export type ArtifactMeasurements = Readonly<Partial<Record<ArtifactMetricName, number>>>;

/** The measurements of both contenders. */
export interface ArtifactFacts {
  readonly candidate: ArtifactMeasurements;
  readonly champion: ArtifactMeasurements | null;
}

/** Evidence for the rules on metrics of the artifact. */
export function artifactEvidence(gate: ResolvedGate, facts: ArtifactFacts): ReadonlyMap<number, RuleEvidence> {
  const evidence = new Map<number, RuleEvidence>();
  for (const rule of gate.rules) {
    if (isArtifactMetric(rule.metric)) evidence.set(rule.index, evidenceOf(rule, rule.metric, facts));
  }
  return evidence;
}

function evidenceOf(rule: GateRule, metric: ArtifactMetricName, { candidate, champion }: ArtifactFacts): RuleEvidence {
  const value = candidate[metric];
  const baseline = needsChampion(rule) ? champion?.[metric] : 0;
  if (value === undefined || baseline === undefined) return { missing: 'it was not measured' };
  const { weights, reading } = contrastOf(rule, baseline);
  const contrast = weights.candidate * value + weights.champion * baseline + weights.constant;
  return { evidence: { value: contrast, uncertainty: { kind: 'exact', method: 'measured' }, reading, rows: 0 } };
}

function contrastOf({ bound }: GateRule, championValue: number): RuleContrast {
  return 'value' in bound ? valueContrast(bound) : differenceContrast(bound, 'lower-is-better', championValue);
}
