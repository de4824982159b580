import { describe, expect, it } from 'vitest';
import { type ArtifactFacts, artifactEvidence } from '../../../../core/domain/gate/artifact-evidence.ts';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';

const rule = (change: Partial<GateRule>): GateRule => ({
  index: 2,
  metric: 'artifact_size_bytes',
  bound: { kind: 'max', value: 100 },
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
  ...change,
});
const FACTS: ArtifactFacts = { candidate: { artifact_size_bytes: 80 }, champion: { artifact_size_bytes: 50 } };
const of = (change: Partial<GateRule>, facts: ArtifactFacts = FACTS) =>
  artifactEvidence({ rules: [rule(change)], metrics: [], classMetrics: [] }, facts).get(2);

describe('artifactEvidence', () => {
  it('is exact, since it was measured', () => {
    expect(of({})).toEqual({
      evidence: {
        value: 20,
        uncertainty: { kind: 'exact', method: 'measured' },
        reading: { scale: -1, shift: 100 },
        rows: 0,
      },
    });
  });

  it.each<[string, GateRule['bound'], number]>([
    ['a difference, of which less is better', { kind: 'max-regression', margin: { kind: 'absolute', value: 10 } }, -20],
    ['a share of the champion', { kind: 'max-regression', margin: { kind: 'relative', value: 1 } }, 20],
  ])('compares with the champion by %s', (_, bound, value) => {
    expect(of({ bound })).toMatchObject({ evidence: { value } });
  });

  it('is only of rules on the artifact', () => {
    const rules = [rule({ index: 0, metric: 'roc_auc' }), rule({ index: 7 })];
    expect([...artifactEvidence({ rules, metrics: [], classMetrics: [] }, FACTS).keys()]).toEqual([7]);
  });

  it.each<[string, Partial<GateRule>, ArtifactFacts]>([
    ['of the candidate', { metric: 'latency_p99_ms' }, FACTS],
    [
      'of a champion that is not there',
      { bound: { kind: 'max-regression', margin: { kind: 'absolute', value: 1 } } },
      { ...FACTS, champion: null },
    ],
    [
      'of the champion',
      { bound: { kind: 'max-regression', margin: { kind: 'absolute', value: 1 } } },
      { ...FACTS, champion: {} },
    ],
  ])('says that it was not measured: %s', (_, change, facts) => {
    expect(of(change, facts)).toEqual({ missing: 'it was not measured' });
  });

  it('needs nothing of the champion for a bound on the value', () => {
    expect(of({}, { ...FACTS, champion: null })).toHaveProperty('evidence');
  });
});
