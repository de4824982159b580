import type { Limits } from '../inference/mean-limits.ts';
import { once } from '../inference/once.ts';
import type { SampledRows } from '../inference/population.ts';
import { averagePrecision } from './average-precision.ts';
import type { Metric, MetricEstimate, MetricOptions, ScoredRows, UndefinedMetric } from './metric.ts';
import { oneVersusRest } from './one-versus-rest.ts';
import { rocAuc } from './roc-auc.ts';
import { scoredRows } from './scored-rows.ts';

const common = {
  task: 'multiclass-classification',
  direction: 'higher-is-better',
  range: [0, 1],
} as const;

/** Mean ROC AUC of each class against the rest. Equivalent: `roc_auc_score(multi_class="ovr")`. */
export const rocAucOvr: Metric = {
  ...common,
  name: 'roc_auc_ovr',
  title: 'ROC AUC (one vs rest)',
  aggregated: { kind: 'mean-of-classes', of: 'roc-auc' },
  estimate: (rows, options) => meanOverClasses(rows, rocAuc, options),
};

/** Mean average precision of each class against the rest. Equivalent: `average_precision_score(average="macro")`. */
export const averagePrecisionOvr: Metric = {
  ...common,
  name: 'average_precision_macro',
  title: 'Average precision (macro)',
  aggregated: { kind: 'mean-of-classes', of: 'average-precision' },
  estimate: (rows, options) => meanOverClasses(rows, averagePrecision, options),
};

/** Mean ROC AUC of each class against each other one (Hand and Till). Equivalent: `roc_auc_score(multi_class="ovo")`. */
export const rocAucOvo: Metric = {
  ...common,
  name: 'roc_auc_ovo',
  title: 'ROC AUC (one vs one)',
  aggregated: { kind: 'mean-of-pairs' },
  estimate: estimateOvo,
};

function meanOverClasses(rows: ScoredRows, metric: Metric, options: MetricOptions): MetricEstimate | UndefinedMetric {
  const parts: MetricEstimate[] = [];
  for (let of = 0; of < rows.classes; of++) {
    const found = metric.estimate(oneVersusRest(rows, of), options);
    if (found.kind === 'undefined') return { kind: 'undefined', reason: `class ${of}: ${found.reason}` };
    parts.push(found);
  }
  return meanOf(
    parts.map((estimate) => ({ estimate, at: null })),
    rows.labels.length,
  );
}

interface Part {
  readonly estimate: MetricEstimate;
  /** Rows that the estimate is of; null: all. */
  readonly at: Uint32Array | null;
}

function meanOf(parts: readonly Part[], rows: number): MetricEstimate {
  let [values, biases] = [0, 0];
  let support = Number.POSITIVE_INFINITY;
  for (const { estimate } of parts) {
    values += estimate.value;
    biases += estimate.bias ?? 0;
    support = Math.min(support, estimate.support?.rows ?? support);
  }
  return {
    kind: 'estimate',
    value: values / parts.length,
    influence: once(() => meanInfluence(parts, rows)),
    byClass: false,
    support: { rows: support, what: 'rows of the smallest class' },
    bias: biases / parts.length,
    distributionFree: { limits: (sampled, tail) => meanLimitsOf(parts, sampled, tail) },
  };
}

/** Of the mean of parts, by the limits of each with its share of the probability. */
function meanLimitsOf(parts: readonly Part[], sampled: SampledRows, tail: number): Limits | undefined {
  let [lower, upper, method] = [0, 0, ''];
  for (const { estimate, at } of parts) {
    const own = at === null ? sampled : { ...sampled, sampling: samplingAt(sampled.sampling, at) };
    const limits = estimate.distributionFree?.limits(own, tail / parts.length);
    if (limits === undefined) return undefined;
    lower += limits.lower / parts.length;
    upper += limits.upper / parts.length;
    method = limits.method;
  }
  return { lower, upper, method };
}

/** Groups without a row among those are empty. */
function samplingAt(sampling: SampledRows['sampling'], at: Uint32Array): SampledRows['sampling'] {
  if (sampling.kind === 'rows') return sampling;
  return { ...sampling, ids: Uint32Array.from(at, (row) => sampling.ids[row] ?? 0) };
}

function meanInfluence(parts: readonly Part[], rows: number): Float64Array {
  const mean = new Float64Array(rows);
  for (const { estimate, at } of parts) {
    const influence = estimate.influence();
    // An estimate of fewer rows has influences times their number.
    const scale = rows / influence.length / parts.length;
    for (let i = 0; i < influence.length; i++) {
      const row = at === null ? i : (at[i] ?? 0);
      mean[row] = (mean[row] ?? 0) + scale * (influence[i] ?? 0);
    }
  }
  return mean;
}

function estimateOvo(rows: ScoredRows, options: MetricOptions): MetricEstimate | UndefinedMetric {
  const parts: Part[] = [];
  for (let a = 0; a < rows.classes; a++) {
    for (let b = 0; b < rows.classes; b++) {
      if (a === b) continue;
      const at = rowsOf(rows.labels, a, b);
      const estimate = rocAuc.estimate(pairOf(rows, at, a), options);
      if (estimate.kind === 'undefined') return { kind: 'undefined', reason: 'a class has no rows' };
      parts.push({ estimate, at });
    }
  }
  return meanOf(parts, rows.labels.length);
}

function rowsOf(labels: Float64Array, a: number, b: number): Uint32Array {
  const found: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] === a || labels[i] === b) found.push(i);
  return Uint32Array.from(found);
}

function pairOf({ labels, scores, weights, classes }: ScoredRows, at: Uint32Array, of: number): ScoredRows {
  const own = new Float64Array(at.length);
  const score = new Float64Array(at.length);
  const weight = weights === null ? null : new Float64Array(at.length);
  for (let i = 0; i < at.length; i++) {
    const row = at[i] ?? 0;
    own[i] = labels[row] === of ? 1 : 0;
    score[i] = scores[row * classes + of] ?? Number.NaN;
    if (weight !== null) weight[i] = weights?.[row] ?? 0;
  }
  return scoredRows({ labels: own, scores: score, weights: weight, classes: 2 });
}
