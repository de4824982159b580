import type { RuleEvidence } from '../../domain/evaluation/measure-population.ts';
import { type GateRule, needsChampion } from '../../domain/gate/gate-rule.ts';
import { differenceContrast, valueContrast } from '../../domain/gate/rule-contrast.ts';
import { fileMetricKey } from '../../domain/metrics/metric-registry.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';

/** Numbers of a metrics file by dotted key; null where not finite. */
export type TrainingMetrics = Readonly<Record<string, number | null>>;

/** What the trainings of both contenders wrote; undefined where it is not known. */
export interface TrainingFacts {
  readonly candidate: TrainingMetrics | undefined;
  readonly champion: TrainingMetrics | undefined;
}

const REASON = 'as training wrote it: it has no interval';

/** Evidence for the rules on numbers that training wrote: exact, since nothing is known of their error. */
export function trainingEvidence(rules: readonly GateRule[], facts: TrainingFacts): ReadonlyMap<number, RuleEvidence> {
  return new Map(
    rules.flatMap((rule): [number, RuleEvidence][] => {
      const key = fileMetricKey(rule.metric);
      return key === undefined ? [] : [[rule.index, evidenceOf(rule, key, facts)]];
    }),
  );
}

function evidenceOf(rule: GateRule, key: string, facts: TrainingFacts): RuleEvidence {
  const { bound, direction } = rule;
  const value = numberOf(facts.candidate, key);
  if (typeof value === 'string') return { missing: `the metrics file ${value}` };
  const baseline = needsChampion(rule) ? numberOf(facts.champion, key) : 0;
  if (typeof baseline === 'string') return { missing: `what the champion's training wrote ${baseline}` };
  if ('margin' in bound && bound.margin.kind === 'relative' && baseline <= 0) {
    return { missing: `the champion's value is ${baseline}, and nothing is relative to that` };
  }
  const { weights, reading } =
    'value' in bound ? valueContrast(bound) : differenceContrast(bound, direction ?? 'higher-is-better', baseline);
  const contrast = weights.candidate * value + weights.champion * baseline + weights.constant;
  return { evidence: { value: contrast, uncertainty: { kind: 'exact', method: REASON }, reading, rows: 0 } };
}

/** The number of a key, or why there is none: a clause. */
function numberOf(metrics: TrainingMetrics | undefined, key: string): number | string {
  if (metrics === undefined) return 'is not known';
  const found = Object.hasOwn(metrics, key) ? metrics[key] : undefined;
  if (found === undefined) return `has no ${key}`;
  return found ?? `holds a ${key} that is not finite`;
}

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
  for (const { metric, direction } of rules) {
    const key = fileMetricKey(metric);
    if (key === undefined) continue;
    const [own, champion] = [facts.candidate?.[key] ?? null, facts.champion?.[key] ?? null];
    const earlier = known.get(metric);
    known.set(metric, {
      name: metric,
      direction: direction ?? earlier?.direction ?? 'higher-is-better',
      own,
      champion,
    });
  }
  return [...known.values()];
}

function point(value: number | null): { value: number | null; interval: null; reason: string } {
  return { value, interval: null, reason: value === null ? 'training wrote no such number' : REASON };
}
