/** A rate of a group of rows, as reports name it. */
export type GroupRateName =
  | 'selection_rate'
  | 'true_positive_rate'
  | 'false_positive_rate'
  | 'precision'
  | 'calibration_error';

/** Definition of a fairness measure. */
export interface FairnessDefinition {
  /** As people write it. */
  readonly title: string;
  /** Distance of the groups: 0 is none for a difference, 1 for a ratio. */
  readonly kind: 'difference' | 'ratio';
  /** Rates that are compared; of several the worst counts. */
  readonly rates: readonly GroupRateName[];
  /** The largest value. */
  readonly most: 1 | 2;
}

/**
 * Fairness measures. Equivalent: the functions of the same name of `fairlearn.metrics` (with `agg="worst_case"`), but undefined
 * where a group has no row that a rate counts, where fairlearn takes the rate as 0.
 */
export const FAIRNESS_MEASURES = {
  demographic_parity_difference: difference('Demographic parity difference', ['selection_rate']),
  demographic_parity_ratio: ratio('Demographic parity ratio', ['selection_rate']),
  equal_opportunity_difference: difference('Equal opportunity difference', ['true_positive_rate']),
  equal_opportunity_ratio: ratio('Equal opportunity ratio', ['true_positive_rate']),
  equalized_odds_difference: difference('Equalized odds difference', ['true_positive_rate', 'false_positive_rate']),
  equalized_odds_ratio: ratio('Equalized odds ratio', ['true_positive_rate', 'false_positive_rate']),
  false_positive_rate_difference: difference('False positive rate difference', ['false_positive_rate']),
  predictive_parity_difference: difference('Predictive parity difference', ['precision']),
  calibration_difference: { ...difference('Calibration difference', ['calibration_error']), most: 2 },
} as const satisfies Readonly<Record<string, FairnessDefinition>>;

/** The name of a fairness measure. */
export type FairnessMeasureName = keyof typeof FAIRNESS_MEASURES;

/** All names, in the order of reports. */
export const FAIRNESS_MEASURE_NAMES: readonly FairnessMeasureName[] =
  Object.keys(FAIRNESS_MEASURES).filter(isFairnessMeasure);

/** A measure by the groups of a column. */
export interface FairnessMetric {
  readonly measure: FairnessMeasureName;
  readonly column: string;
}

/** Definition of a measure. */
export function fairnessDefinition(measure: FairnessMeasureName): FairnessDefinition {
  return FAIRNESS_MEASURES[measure];
}

const WRITTEN = /^fairness:([a-z_]+)\((.*)\)$/s;

/**
 * The metric name of a fairness rule.
 *
 * @example fairnessMetricName({ measure: 'demographic_parity_ratio', column: 'sex' }) // => 'fairness:demographic_parity_ratio(sex)'
 */
export function fairnessMetricName({ measure, column }: FairnessMetric): string {
  return `fairness:${measure}(${column})`;
}

/** The measure and the column that a metric is named for; undefined for other metrics. */
export function fairnessMetricOf(name: string): FairnessMetric | undefined {
  const [, measure = '', column = ''] = WRITTEN.exec(name) ?? [];
  return isFairnessMeasure(measure) && column !== '' ? { measure, column } : undefined;
}

/** Title of a fairness metric for people. */
export function fairnessTitle({ measure, column }: FairnessMetric): string {
  return `${FAIRNESS_MEASURES[measure].title} by ${column}`;
}

function isFairnessMeasure(name: string): name is FairnessMeasureName {
  return Object.hasOwn(FAIRNESS_MEASURES, name);
}

function difference(title: string, rates: readonly GroupRateName[]): FairnessDefinition {
  return { title, kind: 'difference', rates, most: 1 };
}

function ratio(title: string, rates: readonly GroupRateName[]): FairnessDefinition {
  return { title, kind: 'ratio', rates, most: 1 };
}
