import type { RuleEvidence } from '../evaluation/measure-estimates.ts';
import { DATA_SCHEMA_METRIC } from '../metrics/data-schema-metric.ts';
import type { GateRule } from './gate-rule.ts';
import { valueContrast } from './rule-contrast.ts';
import { COUNTED } from './test-count-evidence.ts';

/** Number of checks of the data schema that failed; or the reason, a clause, why it is not known. */
export type SchemaFailures = number | { readonly unknown: string };

/** Evidence for the rules `data: schema`, by index: exact, since all rows were checked. */
export function dataSchemaEvidence(
  rules: readonly GateRule[],
  failures: SchemaFailures | undefined,
): ReadonlyMap<number, RuleEvidence> {
  return new Map(
    rules.flatMap((rule): [number, RuleEvidence][] =>
      rule.metric === DATA_SCHEMA_METRIC ? [[rule.index, evidenceOf(rule, failures)]] : [],
    ),
  );
}

function evidenceOf({ bound }: GateRule, failures: SchemaFailures | undefined): RuleEvidence {
  if (typeof failures !== 'number' || !('value' in bound)) {
    return { missing: typeof failures === 'object' ? failures.unknown : 'the data were not checked' };
  }
  const { weights, reading } = valueContrast(bound);
  const value = weights.candidate * failures + weights.constant;
  return { evidence: { value, uncertainty: { kind: 'exact', method: COUNTED }, reading, rows: 0 } };
}
