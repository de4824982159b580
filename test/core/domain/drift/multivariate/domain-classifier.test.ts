import { describe, expect, it } from 'vitest';
import { outOfFoldScores } from '../../../../../core/domain/drift/multivariate/domain-classifier.ts';
import golden from '../../../../golden/domain-classifier.json' with { type: 'json' };

describe('outOfFoldScores', () => {
  it.each(golden.cases.map((one) => [one.auc, one] as const))(
    'are those of scikit-learn, with an AUC of %d',
    (_, one) => {
      const scores = outOfFoldScores({
        design: { rows: one.labels.length, columns: one.columns.map((column) => Float64Array.from(column)) },
        labels: Uint8Array.from(one.labels),
        foldOf: Uint32Array.from(one.folds),
        folds: 4,
      });
      one.scores.forEach((score, row) => {
        expect(scores?.[row]).toBeCloseTo(score, 6);
      });
    },
  );

  it('are not known where a window is in one fold', () => {
    const design = { rows: 4, columns: [Float64Array.of(1, 2, 3, 4)] };
    const labels = Uint8Array.of(1, 1, 0, 0);
    expect(outOfFoldScores({ design, labels, foldOf: Uint32Array.of(0, 0, 0, 1), folds: 2 })).toBeUndefined();
  });
});
