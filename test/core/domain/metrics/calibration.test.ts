import { describe, expect, it } from 'vitest';
import { calibrationBins, calibrationSlope } from '../../../../core/domain/metrics/calibration.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';

const EMPTY = { rows: 0, weight: 0, predicted: null, observed: null };

describe('calibrationBins', () => {
  it('are ten, closed above, and the first one below too', () => {
    const bins = calibrationBins({
      labels: Float64Array.of(1, 0, 0, 1, 1, 0, 1),
      scores: Float64Array.of(0, 0.1, 0.100001, 0.2, 0.95, 1, 1 + 1e-9),
      weights: null,
    });
    expect(bins.map(({ from, to }) => [from, to])).toEqual([
      [0, 0.1],
      [0.1, 0.2],
      [0.2, 0.3],
      [0.3, 0.4],
      [0.4, 0.5],
      [0.5, 0.6],
      [0.6, 0.7],
      [0.7, 0.8],
      [0.8, 0.9],
      [0.9, 1],
    ]);
    expect(bins[0]).toMatchObject({ rows: 2, weight: 2, predicted: 0.05, observed: 0.5 });
    expect(bins[1]).toMatchObject({ rows: 2, weight: 2, predicted: 0.1500005, observed: 0.5 });
    for (const at of [2, 3, 4, 5, 6, 7, 8]) expect(bins[at], `${at}`).toMatchObject(EMPTY);
    expect(bins[9]).toMatchObject({ rows: 3, weight: 3, observed: 2 / 3 });
    expect(bins[9]?.predicted).toBeCloseTo(2.95 / 3, 8);
  });

  it('weigh rows, and count them whatever they weigh', () => {
    const bins = calibrationBins({
      labels: Float64Array.of(1, 0, 1),
      scores: Float64Array.of(0.32, 0.36, 0.72),
      weights: Float64Array.of(1, 3, 0),
    });
    expect(bins[3]).toMatchObject({ rows: 2, weight: 4, observed: 0.25 });
    expect(bins[3]?.predicted).toBeCloseTo(0.35, 12);
    expect(bins[7]).toMatchObject({ rows: 1, weight: 0, predicted: null, observed: null });
  });
});

describe('calibrationSlope', () => {
  /** Two scores with log odds a and b, and of each that many rows of both labels. */
  function slopeOf(
    [a, b]: readonly [number, number],
    [ofA, ofB]: readonly [readonly [number, number], readonly [number, number]],
  ) {
    const groups = [
      { logit: a, label: 1, rows: ofA[0] },
      { logit: a, label: 0, rows: ofA[1] },
      { logit: b, label: 1, rows: ofB[0] },
      { logit: b, label: 0, rows: ofB[1] },
    ].flatMap((group) => Array.from({ length: group.rows }, () => group));
    const rows = scoredRows({
      labels: Float64Array.from(groups, ({ label }) => label),
      scores: Float64Array.from(groups, ({ logit }) => 1 / (1 + Math.exp(-logit))),
      weights: null,
      classes: 2,
    });
    const found = calibrationSlope.estimate(rows, { decisionThreshold: 0.5 });
    return found.kind === 'estimate' ? found.value : found.reason;
  }
  const logit = (share: number) => Math.log(share / (1 - share));

  // Of two scores the regression goes through both: the difference of the log odds of their shares of label 1.
  it.each([
    { name: 'sure of itself', at: [-1, 1.5], ones: [0.3, 0.6] },
    { name: 'far too sure', at: [-9, 9], ones: [0.4, 0.5] },
    { name: 'far too sure, and indifferent', at: [-9, 9], ones: [0.5, 0.5] },
    { name: 'as sure as can be', at: [-27, 27], ones: [0.1, 0.9] },
    { name: 'as sure as can be, and always wrong', at: [-27, 27], ones: [0.9, 0.1] },
    { name: 'high', at: [2.2, 3], ones: [0.2, 0.5] },
    { name: 'high and nearly flat', at: [5, 5.05], ones: [0.2, 0.3] },
    { name: 'low', at: [-6, -5.5], ones: [0.7, 0.8] },
    { name: 'nearly flat', at: [-1 / 900, 1 / 900], ones: [0.4, 0.6] },
  ] as const)('goes through the shares of two scores: $name', ({ at, ones }) => {
    const found = slopeOf(at, [
      [100 * ones[0], 100 - 100 * ones[0]],
      [100 * ones[1], 100 - 100 * ones[1]],
    ]);
    const expected = (logit(ones[1]) - logit(ones[0])) / (at[1] - at[0]);
    // Log odds of 27 come back from a probability with three digits less.
    expect(Math.abs((typeof found === 'number' ? found : Number.NaN) - expected)).toBeLessThan(
      1e-8 * Math.max(1, Math.abs(expected)) + 1e-4 * (Math.abs(at[0]) > 20 ? 1 : 0),
    );
  });

  const flat = 'the scores separate the labels, or do not vary';
  it('has none of scores that hardly vary, or separate the labels', () => {
    // The first step to the slope is 0.8 over what they vary by, 1040 and 960.
    expect(
      slopeOf(
        [-1 / 1300, 1 / 1300],
        [
          [30, 70],
          [70, 30],
        ],
      ),
    ).toBe(flat);
    expect(
      slopeOf(
        [-1 / 1200, 1 / 1200],
        [
          [30, 70],
          [70, 30],
        ],
      ),
    ).not.toBe(flat);
    // Near log odds of 5 the intercept goes five times as far as the slope's 480.
    expect(
      slopeOf(
        [5 - 1 / 600, 5 + 1 / 600],
        [
          [30, 70],
          [70, 30],
        ],
      ),
    ).toBe(flat);
    expect(
      slopeOf(
        [0.7, 0.7],
        [
          [30, 70],
          [70, 30],
        ],
      ),
    ).toBe(flat);
    expect(
      slopeOf(
        [-1, 1],
        [
          [0, 50],
          [50, 0],
        ],
      ),
    ).toBe(flat);
    expect(
      slopeOf(
        [-27, 27],
        [
          [0, 50],
          [50, 0],
        ],
      ),
    ).toBe(flat);
    expect(
      slopeOf(
        [-27, 27],
        [
          [50, 0],
          [0, 50],
        ],
      ),
    ).toBe(flat);
  });

  it('has none of equal scores, whatever rounding makes of their variance', () => {
    for (let percent = 1; percent < 100; percent++) {
      const one = Math.log(percent / (100 - percent));
      expect(
        slopeOf(
          [one, one],
          [
            [1, 3],
            [0, 0],
          ],
        ),
        `${percent} %`,
      ).toBe(flat);
      expect(
        slopeOf(
          [one, one],
          [
            [2, 2],
            [0, 0],
          ],
        ),
        `${percent} %`,
      ).toBe(flat);
    }
  });

  it('keeps scores within a trillionth of 0 and 1', () => {
    const of = (low: number, high: number) => {
      const scores = Float64Array.from({ length: 60 }, (_, row) => [low, 0.3, 0.6, high][row % 4] ?? 0);
      const labels = scores.map((_, row) => (row % 5 < 1 + (row % 4) ? 1 : 0));
      const found = calibrationSlope.estimate(scoredRows({ labels, scores, weights: null, classes: 2 }), {
        decisionThreshold: 0.5,
      });
      return found.kind === 'estimate' ? found.value : Number.NaN;
    };
    expect(of(0, 1)).toBe(of(1e-12, 1 - 1e-12));
    expect(Number.isFinite(of(0, 1))).toBe(true);
    expect(of(0.01, 0.99)).not.toBeCloseTo(of(0, 1), 3);
  });
});
