import { describe, expect, it } from 'vitest';
import { measureClasses } from '../../../../core/domain/evaluation/measure-classes.ts';
import { CLASS_METRICS, findMetric } from '../../../../core/domain/metrics/metric-registry.ts';

// Three classes, 60 rows: of class a 30, of b 20, of c 10. Decided as the most probable one, which is right for 24 of a
// (the others b), 15 of b (the others c) and all of c.
const ROWS: readonly (readonly [label: number, decided: number, rows: number])[] = [
  [0, 0, 24],
  [0, 1, 6],
  [1, 1, 15],
  [1, 2, 5],
  [2, 2, 10],
];
const labels = Float64Array.from(ROWS.flatMap(([label, , rows]) => new Array<number>(rows).fill(label)));
const decided = ROWS.flatMap(([, of, rows]) => new Array<number>(rows).fill(of));
/** Probabilities of which the decided one is the largest; they differ from row to row. */
const scores = Float64Array.from(
  decided.flatMap((of, row) => {
    const own = 0.4 + 0.01 * (row % 50);
    return [0, 1, 2].map((k) => (k === of ? own : (1 - own) / 2));
  }),
);
const population = {
  labels,
  candidate: scores,
  champion: null,
  weights: null,
  classes: 3,
  sampling: { kind: 'rows' },
} as const;
const plan = {
  metrics: CLASS_METRICS.flatMap((name) => findMetric(name, 'binary-classification') ?? []),
  rules: [],
  confidence: 0.95,
  decisionThreshold: 0.5,
};

describe('measureClasses', () => {
  const measured = measureClasses(population, { column: 'kind', names: ['a', 'b', 'c'] }, plan);
  const scoreOf = (name: string, of: string) =>
    measured
      .find(({ slice }) => slice !== undefined && 'value' in slice && slice.value === of)
      ?.metrics.find((metric) => metric.name === name)?.value;

  it('judges each class against the rest, by the most probable class rather than the threshold', () => {
    // By counting the table above: right decisions of a class over decisions for it, over rows of it, and over other rows.
    const expected = {
      a: { precision: 24 / 24, recall: 24 / 30, specificity: 30 / 30 },
      b: { precision: 15 / 21, recall: 15 / 20, specificity: 34 / 40 },
      c: { precision: 10 / 15, recall: 10 / 10, specificity: 45 / 50 },
    };
    for (const [of, values] of Object.entries(expected)) {
      for (const [name, value] of Object.entries(values))
        expect(scoreOf(name, of), `${name} of ${of}`).toBeCloseTo(value, 12);
      const { precision, recall } = values;
      expect(scoreOf('f1', of)).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
    }
  });

  it('ranks by the probability of the class', () => {
    const pairs = (of: number) => {
      let [won, all] = [0, 0];
      for (let i = 0; i < labels.length; i++) {
        for (let j = 0; j < labels.length; j++) {
          if (labels[i] !== of || labels[j] === of) continue;
          const apart = (scores[3 * i + of] ?? 0) - (scores[3 * j + of] ?? 0);
          won += apart > 0 ? 1 : apart === 0 ? 0.5 : 0;
          all++;
        }
      }
      return won / all;
    };
    ['a', 'b', 'c'].forEach((name, of) => {
      expect(scoreOf('roc_auc', name)).toBeCloseTo(pairs(of), 12);
      expect(scoreOf('calibration_slope', name)).toEqual(expect.any(Number));
    });
  });

  it('stands where slices do, with the rows of the class', () => {
    expect(measured.map(({ slice, rows }) => ({ slice, rows }))).toEqual([
      { slice: { column: 'kind', value: 'a' }, rows: 30 },
      { slice: { column: 'kind', value: 'b' }, rows: 20 },
      { slice: { column: 'kind', value: 'c' }, rows: 10 },
    ]);
    expect(measured[1]?.metrics[0]?.rows).toBe(20);
  });
});
