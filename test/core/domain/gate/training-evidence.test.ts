import { describe, expect, it } from 'vitest';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';
import {
  TRAINING_REASON,
  type TrainingFacts,
  trainingEvidence,
} from '../../../../core/domain/gate/training-evidence.ts';

const rule = (change: Partial<GateRule>): GateRule => ({
  index: 3,
  metric: 'file:val.loss',
  bound: { kind: 'max', value: 0.5 },
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
  ...change,
});
const regression = (kind: 'absolute' | 'relative', value: number): GateRule['bound'] => ({
  kind: 'max-regression',
  margin: { kind, value },
});
const FACTS: TrainingFacts = { candidate: { 'val.loss': 0.4 }, champion: { 'val.loss': 0.5 } };
const of = (change: Partial<GateRule>, facts: TrainingFacts = FACTS) => trainingEvidence([rule(change)], facts).get(3);

describe('trainingEvidence', () => {
  it('is exact, and says that training wrote it', () => {
    expect(of({})).toEqual({
      evidence: {
        value: 0.5 - 0.4,
        uncertainty: { kind: 'exact', method: TRAINING_REASON },
        reading: { scale: -1, shift: 0.5 },
        rows: 0,
      },
    });
    expect(TRAINING_REASON).toContain('training wrote');
  });

  it.each<[string, Partial<GateRule>, number]>([
    ['a floor', { bound: { kind: 'min', value: 0.1 } }, 0.4 - 0.1],
    ['higher is better where no one says', { bound: regression('absolute', 0.05) }, 0.4 - 0.5 + 0.05],
    ['lower is better', { bound: regression('absolute', 0.05), direction: 'lower-is-better' }, 0.5 - 0.4 + 0.05],
    ['a relative margin', { bound: regression('relative', 0.1), direction: 'lower-is-better' }, -0.4 + 0.5 * (0.1 + 1)],
    [
      'an improvement that is demanded',
      { bound: { kind: 'min-improvement', margin: { kind: 'absolute', value: 0.2 } }, direction: 'lower-is-better' },
      0.5 - 0.4 - 0.2,
    ],
  ])('has the contrast of %s', (_, change, value) => {
    const found = of(change);
    if (found === undefined || 'missing' in found) throw new Error('no evidence');
    expect(found.evidence.value).toBeCloseTo(value, 12);
  });

  it('is only of rules on such numbers, by their place in the file', () => {
    const rules = [rule({ index: 0, metric: 'roc_auc' }), rule({ index: 5 }), rule({ index: 6, metric: 'file:' })];
    expect([...trainingEvidence(rules, FACTS).keys()]).toEqual([5]);
  });

  it.each<[string, Partial<GateRule>, TrainingFacts, string]>([
    ['no file', {}, { ...FACTS, candidate: undefined }, 'the metrics file is not known'],
    ['no such number', {}, { ...FACTS, candidate: {} }, 'the metrics file has no val.loss'],
    ['a name that every object has', { metric: 'file:toString' }, FACTS, 'the metrics file has no toString'],
    [
      'no finite number',
      {},
      { ...FACTS, candidate: { 'val.loss': null } },
      'the metrics file holds a val.loss that is not finite',
    ],
    [
      'nothing of the champion',
      { bound: regression('absolute', 0) },
      { ...FACTS, champion: undefined },
      "the metrics of the champion's training is not known",
    ],
    [
      'a champion that a share cannot be taken of',
      { bound: regression('relative', 0.1) },
      { ...FACTS, champion: { 'val.loss': 0 } },
      "the champion's value is 0, so a relative difference is undefined",
    ],
  ])('says what is missing: %s', (_, change, facts, missing) => {
    expect(of(change, facts)).toEqual({ missing });
  });

  it('takes an absolute difference from a champion of 0 or less', () => {
    const facts = { ...FACTS, champion: { 'val.loss': -1 } };
    expect(of({ bound: regression('absolute', 0.1), direction: 'lower-is-better' }, facts)).toHaveProperty('evidence');
  });

  it('needs nothing of the champion for a bound on the value', () => {
    expect(of({}, { ...FACTS, champion: undefined })).toHaveProperty('evidence');
  });
});
