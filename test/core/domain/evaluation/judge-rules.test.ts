import { describe, expect, it } from 'vitest';
import { type GateEvidence, judgeRules } from '../../../../core/domain/evaluation/judge-rules.ts';
import type { RuleEvidence } from '../../../../core/domain/evaluation/measure-estimates.ts';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';

const exact = (value: number): RuleEvidence => ({
  evidence: { value, uncertainty: { kind: 'exact', method: 'measured' }, reading: { scale: 1, shift: 0 }, rows: 10 },
});
const rule = (more: Partial<GateRule> = {}): GateRule => ({
  index: 0,
  metric: 'roc_auc',
  bound: { kind: 'max-regression', margin: { kind: 'absolute', value: 0 } },
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
  ...more,
});
const population = (evidence: RuleEvidence | undefined, value?: string) => ({
  ...(value === undefined ? {} : { slice: { column: 'hour', value } }),
  rows: 10,
  metrics: [{ name: 'roc_auc', direction: 'higher-is-better' as const, rows: 10, value: 0.5, interval: null }],
  comparisons: [],
  evidence: new Map(evidence === undefined ? [] : [[0, evidence]]),
});
const evidence = (more: Partial<GateEvidence> = {}): GateEvidence => ({
  all: population(exact(1)),
  slices: [],
  classes: [],
  smallSlices: [],
  artifact: new Map(),
  champion: { kind: 'present' },
  confidence: 0.95,
  minRows: 200,
  ...more,
});
const judged = (of: GateRule, more: Partial<GateEvidence> = {}) =>
  judgeRules([of], evidence(more)).map(({ verdict, reason }) => `${verdict}: ${reason}`);

describe('judgeRules', () => {
  it('does not apply champion rules where a person accepted a new baseline, says who and why, and judges the others', () => {
    const decision = { by: 'wim', reason: 'new labels', pullRequest: 7 };
    const champion = { kind: 'rebaselined' as const, decision, instead: 'it was trained on this dataset' };
    expect(judged(rule(), { champion })).toEqual([
      'not-applicable: The test set is a new baseline, which wim accepted in #7: new labels',
    ]);
    expect(judged(rule({ bound: { kind: 'min', value: 0.5 } }), { champion })[0]).toMatch(/^pass/);
  });

  it('does not apply champion rules where there is no champion, and judges the others', () => {
    const none = { champion: { kind: 'none' } as const };
    expect(judged(rule(), none)).toEqual(['not-applicable: There is no champion to compare with yet.']);
    expect(judged(rule({ bound: { kind: 'min', value: 0 } }), none)[0]).toMatch(/^pass/);
  });

  it('never takes a champion that cannot be read for none', () => {
    const champion = { kind: 'unreadable', reason: 'no credentials' } as const;
    expect(judged(rule(), { champion })).toEqual([
      'inconclusive: The comparison with the champion is not possible: no credentials.',
    ]);
    expect(judged(rule({ bound: { kind: 'min', value: 0 } }), { champion })[0]).toMatch(/^pass/);
  });

  it('is open where a metric has no value, or was not measured', () => {
    expect(judged(rule(), { all: population({ missing: 'all rows have the same label' }) })).toEqual([
      'inconclusive: ROC AUC has no value: all rows have the same label.',
    ]);
    expect(judged(rule(), { all: population(undefined) })).toEqual([
      'inconclusive: ROC AUC has no value: it was not measured.',
    ]);
  });

  it('judges what was measured of the artifact before what was of rows', () => {
    expect(judged(rule(), { artifact: new Map([[0, exact(-1)]]) })[0]).toMatch(/^fail/);
  });

  it('is open on every slice where none is declared', () => {
    expect(judged(rule({ everySlice: true }))).toEqual([
      'inconclusive: No slices are declared: add evaluate.slices, or remove slices: all.',
    ]);
  });

  it('gives an outcome a slice: judged, without a value, and too small to judge', () => {
    const slices = [population(exact(1), 'a'), population({ missing: 'one label' }, 'b'), population(exact(-1), 'c')];
    const smallSlices = [{ slice: { column: 'hour', value: 'd' }, rows: 7 }];
    expect(judged(rule({ everySlice: true }), { slices, smallSlices })).toEqual([
      expect.stringMatching(/^pass: ROC AUC on hour = a /),
      expect.stringMatching(/^fail: ROC AUC on hour = c /),
      'inconclusive: ROC AUC on hour = b has no value: one label.',
      'not-applicable: hour = d has 7 rows, fewer than min-rows (200): listed, not judged.',
    ]);
  });

  it('judges a metric of one class on the classes, not on the slices', () => {
    const classes = [{ ...population(exact(1)), slice: { column: 'kind', value: 'x' } }];
    const found = judged(rule({ everySlice: true, metric: 'recall' }), {
      classes,
      slices: [population(exact(-1), 'a')],
    });
    expect(found).toEqual([expect.stringMatching(/^pass: Recall on kind = x /)]);
  });
});
