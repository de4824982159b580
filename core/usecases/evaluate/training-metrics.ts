import type { GateRule } from '../../domain/gate/gate-rule.ts';
import { TRAINING_REASON, type TrainingFacts } from '../../domain/gate/training-evidence.ts';
import { fileMetricKey } from '../../domain/metrics/metric-registry.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';

interface Shown {
  readonly name: string;
  readonly direction: EvaluationReport['metrics'][number]['direction'];
  readonly own: number | null;
  readonly champion: number | null;
}

/** The numbers that rules name, with their point and no interval, for the report. */
export function trainingMetricsShown(
  rules: readonly GateRule[],
  facts: TrainingFacts,
): {
  readonly metrics: EvaluationReport['metrics'];
  readonly compared: EvaluationReport['comparisons'][number]['metrics'];
} {
  const shown = shownOf(rules, facts);
  return {
    metrics: shown.map(({ name, direction, own }) => ({ name, direction, rows: 0, ...point(own) })),
    compared: shown.flatMap(({ name, direction, own, champion }) => {
      if (own === null || champion === null) return [];
      const difference = { ...point(own - champion), pValue: null, test: null };
      return [{ name, direction, rows: 0, champion: point(champion), difference }];
    }),
  };
}

function shownOf(rules: readonly GateRule[], facts: TrainingFacts): readonly Shown[] {
  const known = new Map<string, Shown>();
  for (const { metric, direction, bound } of rules) {
    const key = fileMetricKey(metric);
    if (key === undefined) continue;
    const [own, champion] = [facts.candidate?.[key] ?? null, facts.champion?.[key] ?? null];
    const earlier = known.get(metric);
    known.set(metric, {
      name: metric,
      // A ceiling says that less is better.
      direction: direction ?? earlier?.direction ?? (bound.kind === 'max' ? 'lower-is-better' : 'higher-is-better'),
      own,
      champion,
    });
  }
  return [...known.values()];
}

function point(value: number | null): { value: number | null; interval: null; reason: string } {
  return { value, interval: null, reason: value === null ? 'training did not write this number' : TRAINING_REASON };
}
