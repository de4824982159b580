import type { RuleEvidence } from '../evaluation/measure-estimates.ts';
import { DATA_SCHEMA_METRIC } from '../metrics/data-schema-metric.ts';
import type { GateRule } from './gate-rule.ts';
import { countEvidence } from './test-count-evidence.ts';

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

function evidenceOf(rule: GateRule, failures: SchemaFailures | undefined): RuleEvidence {
  if (failures === undefined) return { missing: 'the data were not checked' };
  return typeof failures === 'number' ? countEvidence(rule, failures) : { missing: failures.unknown };
}
