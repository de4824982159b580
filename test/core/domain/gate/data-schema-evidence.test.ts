import { describe, expect, it } from 'vitest';
import { dataSchemaEvidence, type SchemaFailures } from '../../../../core/domain/gate/data-schema-evidence.ts';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';
import { judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';

const rule = (index: number, metric = 'data:schema'): GateRule => ({
  index,
  metric,
  bound: { kind: 'max', value: 0 },
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
});
const found = (failures: SchemaFailures | undefined) => dataSchemaEvidence([rule(4)], failures).get(4);
const verdictOf = (failures: number) => {
  const one = found(failures);
  return one === undefined || 'missing' in one ? one : judgeEvidence(one.evidence, 0.95).verdict;
};

describe('dataSchemaEvidence', () => {
  it('passes data of which every check holds, and no other', () => {
    expect([0, 1, 7].map(verdictOf)).toEqual(['pass', 'fail', 'fail']);
  });

  it('has no evidence where the data were not checked, or why not', () => {
    expect(found(undefined)).toEqual({ missing: 'the data were not checked' });
    expect(found({ unknown: 'the schema is not in the base branch' })).toEqual({
      missing: 'the schema is not in the base branch',
    });
  });

  it('is of the rules on the schema alone, each by its own index', () => {
    expect([...dataSchemaEvidence([rule(0, 'mae'), rule(1), rule(2, 'dbt:failures'), rule(3)], 0).keys()]).toEqual([
      1, 3,
    ]);
  });
});
