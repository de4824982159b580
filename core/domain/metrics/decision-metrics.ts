import { once } from '../inference/once.ts';
import { coefficientLimits, kappaOfAgreement, matthewsOfAgreement } from './coefficient-limits.ts';
import { estimateFromConfusion, type OfConfusion } from './confusion.ts';
import {
  accuracyLimits,
  balancedAccuracyLimits,
  fBetaLimits,
  type LimitsOfShares,
  macroFBetaLimits,
  weightedFBetaLimits,
} from './confusion-limits.ts';
import {
  accuracyOf,
  balancedAccuracyOf,
  fBetaOf,
  kappaOf,
  macroFBetaOf,
  matthewsOf,
  weightedFBetaOf,
} from './confusion-values.ts';
import type { Metric, MetricEstimate, MetricOptions, MetricTask, ScoredRows, UndefinedMetric } from './metric.ts';

/** Definition of a metric of decisions. */
export interface Definition {
  readonly name: string;
  readonly title: string;
  readonly range?: Metric['range'];
  readonly of: OfConfusion;
  /** Limits that hold for every law of the rows. */
  readonly limits: LimitsOfShares;
}

/** A metric of decisions; what it rests on is the smallest class of true rows. */
function metricOf(task: MetricTask, { name, title, range = [0, 1], of, limits }: Definition): Metric {
  return {
    name,
    title,
    task,
    direction: 'higher-is-better',
    range,
    aggregated: { kind: 'confusion', of },
    estimate: (rows, options) => {
      const confusion = rows.confusion(options);
      const found = estimateFromConfusion(rows, confusion, { of, limits });
      if (found.kind === 'undefined') return found;
      const { classes, cells } = confusion;
      const sizes = Array.from({ length: classes }, (_, truth) =>
        cells.subarray(truth * classes, (truth + 1) * classes).reduce((sum, count) => sum + count, 0),
      );
      return { ...found, support: { rows: Math.min(...sizes), what: 'rows of the smallest class' } };
    },
  };
}

/** Rows that a proportion counts, and the successes among them: by true and decided class. */
export type Outcome = (truth: number, decided: number) => 0 | 1 | 2;

/** A metric that is the share of some rows: it has the intervals of a proportion. */
export function proportionOf(task: MetricTask, definition: Definition, outcome: Outcome): Metric {
  const plain = metricOf(task, definition);
  const estimate = (rows: ScoredRows, options: MetricOptions): MetricEstimate | UndefinedMetric => {
    const found = plain.estimate(rows, options);
    if (found.kind === 'undefined') return found;
    const { support: _, ...rest } = found;
    const { codes, classes, cells } = rows.confusion(options);
    const byCell = Uint8Array.from(cells, (_, cell) => outcome(Math.floor(cell / classes), cell % classes));
    const outcomes = once(() => {
      const found = new Uint8Array(codes.length);
      for (let i = 0; i < found.length; i++) found[i] = byCell[codes[i] ?? 0] ?? 2;
      return found;
    });
    const counted = cells.reduce((sum, count, cell) => sum + (byCell[cell] === 2 ? 0 : count), 0);
    const edge = { trials: counted, worst: (share: number) => 1 - share };
    const support = { rows: counted, what: 'rows that it counts' };
    return rows.weights === null ? { ...rest, edge, support, outcomes } : { ...rest, edge, support };
  };
  return { ...plain, estimate };
}

const RIGHT: Outcome = (truth, decided) => (truth === decided ? 1 : 0);
const ofClass =
  (of: number, beta: number): OfConfusion =>
  (confusion) =>
    fBetaOf(confusion, { of, beta });

/** F-beta of label 1. Equivalent: `sklearn.metrics.fbeta_score(y, score >= threshold, beta=beta)`. */
export function fBeta(beta: number): Metric {
  const [name, title] = beta === 1 ? ['f1', 'F1'] : [`fbeta_${beta}`, `F${beta}`];
  return metricOf('binary-classification', { name, title, of: ofClass(1, beta), limits: fBetaLimits(1, beta) });
}

/** Mean F-beta of all classes. Equivalent: `sklearn.metrics.fbeta_score(y, decided, beta=beta, average="macro")`. */
export function macroFBeta(beta: number): Metric {
  const [name, title] = beta === 1 ? ['f1_macro', 'F1 (macro)'] : [`fbeta_${beta}`, `F${beta} (macro)`];
  return metricOf('multiclass-classification', { name, title, ...macroOf(beta) });
}

function macroOf(beta: number): Pick<Definition, 'of' | 'limits'> {
  return { of: (confusion) => macroFBetaOf(confusion, beta), limits: macroFBetaLimits(beta) };
}

const RECALL = Number.POSITIVE_INFINITY;

function forBoth(definition: Definition): readonly Metric[] {
  return [metricOf('binary-classification', definition), metricOf('multiclass-classification', definition)];
}

/**
 * Metrics of decisions: a score of at least the decision threshold is a 1; of several classes the most probable one.
 *
 * Equivalent: `sklearn.metrics.accuracy_score`, `balanced_accuracy_score`, `precision_score`, `recall_score` (also with
 * `pos_label=0`: specificity), `f1_score`, `matthews_corrcoef` and `cohen_kappa_score`, but undefined where those warn.
 */
export const DECISION_METRICS: readonly Metric[] = [
  proportionOf(
    'binary-classification',
    { name: 'accuracy', title: 'Accuracy', of: accuracyOf, limits: accuracyLimits },
    RIGHT,
  ),
  proportionOf(
    'multiclass-classification',
    { name: 'accuracy', title: 'Accuracy', of: accuracyOf, limits: accuracyLimits },
    RIGHT,
  ),
  ...forBoth({
    name: 'balanced_accuracy',
    title: 'Balanced accuracy',
    of: balancedAccuracyOf,
    limits: balancedAccuracyLimits,
  }),
  ...forBoth({
    name: 'mcc',
    title: 'MCC',
    range: [-1, 1],
    of: matthewsOf,
    limits: coefficientLimits(matthewsOf, matthewsOfAgreement),
  }),
  ...forBoth({
    name: 'cohen_kappa',
    title: "Cohen's kappa",
    range: [-1, 1],
    of: kappaOf,
    limits: coefficientLimits(kappaOf, kappaOfAgreement),
  }),
  proportionOf(
    'binary-classification',
    { name: 'precision', title: 'Precision', of: ofClass(1, 0), limits: fBetaLimits(1, 0) },
    (truth, decided) => (decided !== 1 ? 2 : truth === 1 ? 1 : 0),
  ),
  proportionOf(
    'binary-classification',
    { name: 'recall', title: 'Recall', of: ofClass(1, RECALL), limits: fBetaLimits(1, RECALL) },
    (truth, decided) => (truth !== 1 ? 2 : decided === 1 ? 1 : 0),
  ),
  proportionOf(
    'binary-classification',
    { name: 'specificity', title: 'Specificity', of: ofClass(0, RECALL), limits: fBetaLimits(0, RECALL) },
    (truth, decided) => (truth !== 0 ? 2 : decided === 0 ? 1 : 0),
  ),
  fBeta(1),
  macroFBeta(1),
  ...(
    [
      ['precision_macro', 'Precision (macro)', 0],
      ['recall_macro', 'Recall (macro)', RECALL],
    ] as const
  ).map(([name, title, beta]) => metricOf('multiclass-classification', { name, title, ...macroOf(beta) })),
  ...(
    [
      ['precision_weighted', 'Precision (weighted)', 0],
      ['recall_weighted', 'Recall (weighted)', RECALL],
      ['f1_weighted', 'F1 (weighted)', 1],
    ] as const
  ).map(([name, title, beta]) =>
    metricOf('multiclass-classification', {
      name,
      title,
      of: (confusion) => weightedFBetaOf(confusion, beta),
      limits: weightedFBetaLimits(beta),
    }),
  ),
];
