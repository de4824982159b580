import type { RuleEvidence } from '../evaluation/measure-estimates.ts';
import type { CountedChecks } from '../metrics/check-counts.ts';
import { fileMetricKey } from '../metrics/metric-registry.ts';
import type { TestCounts } from '../metrics/test-counts.ts';
import type { SchemaFailures } from './data-schema-evidence.ts';
import { type GateRule, needsChampion } from './gate-rule.ts';
import { differenceContrast, valueContrast } from './rule-contrast.ts';

/** Numbers of a metrics file by dotted key; null where not finite. */
export type TrainingMetrics = Readonly<Record<string, number | null>>;

/** Numbers of files of results; undefined if unknown. */
export interface TrainingFacts {
  readonly candidate: TrainingMetrics | undefined;
  readonly champion: TrainingMetrics | undefined;
  /** Test cases of the candidate; absent where none are counted. */
  readonly tests?: TestCounts | undefined;
  /** Of the judged dataset; absent where it has no schema. */
  readonly schemaFailures?: SchemaFailures | undefined;
  /** Checks of other tools; absent where none are counted. */
  readonly checks?: CountedChecks | undefined;
}

/** Why such a number has no interval. */
export const TRAINING_REASON = 'a number that training wrote, without an interval';

/** Evidence for the rules on numbers that training wrote: treated as exact, since their error is unknown. */
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
  if (typeof baseline === 'string') return { missing: `the metrics of the champion's training ${baseline}` };
  if ('margin' in bound && bound.margin.kind === 'relative' && baseline <= 0) {
    return { missing: `the champion's value is ${baseline}, so a relative difference is undefined` };
  }
  const { weights, reading } =
    'value' in bound ? valueContrast(bound) : differenceContrast(bound, direction ?? 'higher-is-better', baseline);
  const contrast = weights.candidate * value + weights.champion * baseline + weights.constant;
  return { evidence: { value: contrast, uncertainty: { kind: 'exact', method: TRAINING_REASON }, reading, rows: 0 } };
}

/** The number of a key, or why there is none: a clause. */
function numberOf(metrics: TrainingMetrics | undefined, key: string): number | string {
  if (metrics === undefined) return 'is not known';
  const found = Object.hasOwn(metrics, key) ? metrics[key] : undefined;
  if (found === undefined) return `has no ${key}`;
  return found ?? `holds a ${key} that is not finite`;
}
