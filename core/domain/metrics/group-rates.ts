import type { GroupRateName } from '../fairness/fairness-measure.ts';
import { withBoundedLoss } from './bounded-loss.ts';
import type { OfConfusion } from './confusion.ts';
import type { Cells } from './confusion-limits.ts';
import { proportionOf } from './decision-metrics.ts';
import { meanLoss, withClassSupport } from './mean-loss.ts';
import type { Metric } from './metric.ts';

interface Rate {
  readonly name: GroupRateName;
  readonly title: string;
  /** Cells that the rate counts, among those in `among`. */
  readonly counts: Cells;
  readonly among: Cells;
  /** Why there is no rate where no row is in `among`: a clause about the group. */
  readonly whenEmpty: string;
}

/** A rate of decisions of two classes: a share of some rows, with the intervals of a proportion. */
function rateOf({ name, title, counts, among, whenEmpty }: Rate): Metric {
  const of: OfConfusion = ({ classes, counts: weights }) => {
    const cells = Array.from(weights, (weight, cell) => {
      const [truth, decided] = [Math.floor(cell / classes), cell % classes];
      const isAmong = among(truth, decided);
      return { weight, isAmong, isCounted: isAmong && counts(truth, decided) };
    });
    const sum = (is: (cell: (typeof cells)[number]) => boolean) =>
      cells.reduce((all, cell) => all + (is(cell) ? cell.weight : 0), 0);
    const below = sum(({ isAmong }) => isAmong);
    if (below === 0) return { kind: 'undefined', reason: whenEmpty };
    const value = sum(({ isCounted }) => isCounted) / below;
    const gradient = Float64Array.from(cells, ({ isAmong, isCounted }) =>
      isAmong ? ((isCounted ? 1 : 0) - value) / below : 0,
    );
    return { value, gradient };
  };
  return proportionOf(
    'binary-classification',
    { name, title, of, limits: ({ share }, tail) => share(counts, among, tail) },
    (truth, decided) => (!among(truth, decided) ? 2 : counts(truth, decided) ? 1 : 0),
  );
}

/**
 * Mean score less the share of 1: above 0 the scores are too high. Its interval rests on the smaller class of the group, as that
 * of the Brier score.
 */
const calibrationError: Metric = {
  name: 'calibration_error',
  title: 'Mean score less share of ones',
  task: 'binary-classification',
  direction: 'lower-is-better',
  range: [-1, 1],
  estimate: (rows) =>
    withBoundedLoss(
      withClassSupport(
        rows,
        meanLoss(rows, (label, score) => score - label),
      ),
      [-1, 1],
    ),
};

/**
 * Rates that are compared between groups of rows.
 *
 * Equivalent: `fairlearn.metrics.selection_rate`, `true_positive_rate` and `false_positive_rate`, and
 * `sklearn.metrics.precision_score`, but undefined where no row is counted.
 */
export const GROUP_RATES: Readonly<Record<GroupRateName, Metric>> = {
  selection_rate: rateOf({
    name: 'selection_rate',
    title: 'Selection rate',
    counts: (_, decided) => decided === 1,
    among: () => true,
    whenEmpty: 'it has no rows of any weight',
  }),
  true_positive_rate: rateOf({
    name: 'true_positive_rate',
    title: 'True positive rate',
    counts: (_, decided) => decided === 1,
    among: (truth) => truth === 1,
    whenEmpty: 'no row of it has the second class as its label',
  }),
  false_positive_rate: rateOf({
    name: 'false_positive_rate',
    title: 'False positive rate',
    counts: (_, decided) => decided === 1,
    among: (truth) => truth === 0,
    whenEmpty: 'no row of it has the first class as its label',
  }),
  precision: rateOf({
    name: 'precision',
    title: 'Precision',
    counts: (truth) => truth === 1,
    among: (_, decided) => decided === 1,
    whenEmpty: 'no score of it reaches the decision threshold',
  }),
  calibration_error: calibrationError,
};

/** All names, in the order of reports. */
export const GROUP_RATE_NAMES = [
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
  'precision',
  'calibration_error',
] as const satisfies readonly GroupRateName[];
