import { type ErrorPlace, type Problem, UserError } from '../../errors.ts';
import { fairnessMetricOf } from '../fairness/fairness-measure.ts';
import { DATA_SCHEMA_METRIC } from '../metrics/data-schema-metric.ts';
import type { Metric, MetricTask } from '../metrics/metric.ts';
import {
  CLASS_METRICS,
  defaultMetricNames,
  fileMetricKey,
  findMetric,
  isArtifactMetric,
  isResultMetric,
} from '../metrics/metric-registry.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import type { RulePolicy } from '../policy/rule-policy.ts';
import type { GateRule } from './gate-rule.ts';
import { type MetricUse, metricBoundProblems, metricNameProblems } from './metric-problems.ts';
import { resolveRule } from './resolve-rule.ts';
import { resultRuleProblems } from './result-rule-problems.ts';

/** The gate of a model, with its defaults filled in. */
export interface ResolvedGate {
  /** In the order of tidegate.yaml. */
  readonly rules: readonly GateRule[];
  /** Metrics of the rows to compute: those named, then those of the rules. */
  readonly metrics: readonly Metric[];
  /** Metrics of each class against the rest, of a multiclass task. */
  readonly classMetrics: readonly Metric[];
}

/**
 * Fills in the defaults of a gate and finds its metrics.
 *
 * @param places Where each rule is in tidegate.yaml.
 * @throws {UserError} METRIC_INVALID with all problems at once: unknown names, bounds outside a metric's range, relative
 *   margins of a metric that can be negative, metrics of a single class without slices.
 */
export function resolveGate(config: ModelPolicy, places: readonly ErrorPlace[]): ResolvedGate {
  const { task } = config;
  const { scores } = config.evaluate;
  const rules = config.gate.rules.map((rule, index) => resolveRule(rule, index, directionOf(rule, task)));
  const named = config.evaluate.metrics ?? defaultMetricNames(task, scores);
  const problems = [
    ...named.flatMap((name) => metricNameProblems(name, { task, scores, where: 'evaluate.metrics', place: {} })),
    ...named.flatMap((name) => (isResultMetric(name) ? [listedFileMetric(name)] : [])),
    ...rules.flatMap((rule) =>
      ruleProblems(rule, { task, scores, where: 'the rule', place: placed(places[rule.index]) }),
    ),
    ...config.gate.rules.flatMap((rule, index) => fileRuleProblems(rule, config, placed(places[index]))),
  ];
  if (problems.length > 0) throw UserError.ofProblems('METRIC_INVALID', problems);
  const names = new Set([...named, ...rules.map(({ metric }) => metric)]);
  const isMulticlass = task === 'multiclass-classification';
  return {
    rules,
    metrics: [...names].flatMap((name) => findMetric(name, task) ?? []),
    classMetrics: isMulticlass ? classMetricsOf(names) : [],
  };
}

/** Metrics of each class against the rest: those named, else precision, recall and F1. */
function classMetricsOf(names: ReadonlySet<string>): readonly Metric[] {
  const named = CLASS_METRICS.filter((name) => names.has(name));
  const shown = named.length > 0 ? named : ['precision', 'recall', 'f1'];
  return shown.flatMap((name) => findMetric(name, 'binary-classification') ?? []);
}

/** Of a number that training wrote: as the rule says, else as the metric of its name. */
function directionOf({ metric, better }: RulePolicy, task: MetricTask): GateRule['direction'] {
  const key = fileMetricKey(metric);
  if (key === undefined) return undefined;
  if (better !== undefined) return `${better}-is-better`;
  return findMetric(key.split('.').at(-1) ?? key, task)?.direction;
}

function placed(place: ErrorPlace | undefined): Pick<Problem, 'place'> {
  return place === undefined ? {} : { place };
}

function ruleProblems(rule: GateRule, use: MetricUse): readonly Problem[] {
  const unknown = metricNameProblems(rule.metric, use);
  if (unknown.length > 0) return unknown;
  const at = use.place;
  const metric = findMetric(rule.metric, use.task);
  // The schema of the file says what they may be.
  if (isResultMetric(rule.metric) || fairnessMetricOf(rule.metric) !== undefined) return [];
  if (metric === undefined) {
    return isArtifactMetric(rule.metric) ? artifactRuleProblems(rule, at) : classRuleProblems(rule, at);
  }
  if ('value' in rule.bound) {
    return metricBoundProblems({ metric: metric.name, [rule.bound.kind]: rule.bound.value }, use);
  }
  if (metric.name === 'calibration_slope') {
    const message = 'calibration_slope is best at 1: neither higher nor lower is better than the champion';
    return [{ message, fix: 'Use a min and a max rule instead.', ...at }];
  }
  const [lowest] = metric.range;
  if ('margin' in rule.bound && rule.bound.margin.kind === 'relative' && lowest < 0) {
    const message = `metric "${metric.name}" can be negative, so a percentage of it has no meaning`;
    return [{ message, fix: `Write ${rule.bound.kind} in the metric's own unit.`, ...at }];
  }
  return [];
}

function listedFileMetric(name: string): Problem {
  const message = `evaluate.metrics names "${name}", which is a number of a file, not a metric of rows`;
  return { message, fix: 'Remove it there: a rule that names it also shows it.' };
}

/** A rule on a number of a file of results; and arguments of such rules that others do not take. */
function fileRuleProblems(
  rule: RulePolicy,
  { evaluate, task, data }: ModelPolicy,
  at: { readonly place?: ErrorPlace },
): readonly Problem[] {
  const { metric, interval, better } = rule;
  if (metric === DATA_SCHEMA_METRIC) return schemaRuleProblems(rule, data, at);
  const found = resultRuleProblems({ rule, direction: directionOf(rule, task), at }, evaluate);
  if (found !== undefined) return found;
  const extra = interval === undefined ? (better === undefined ? undefined : 'better') : 'interval';
  if (extra === undefined) return [];
  return [{ message: `"${metric}" is computed from rows, and takes no ${extra}`, fix: `Remove ${extra}.`, ...at }];
}

/** A rule without a schema would be about nothing. */
function schemaRuleProblems(
  { max, min }: RulePolicy,
  { schema }: ModelPolicy['data'],
  at: { readonly place?: ErrorPlace },
): readonly Problem[] {
  if (max !== 0 || min !== undefined) {
    return [{ message: `"${DATA_SCHEMA_METRIC}" is not a metric of rules`, fix: 'Write data: schema.', ...at }];
  }
  if (schema !== undefined) return [];
  const fix = 'Add data.schema: data/schema.yaml, which tidegate check-data --infer writes.';
  return [{ message: 'the rule data: schema needs data.schema, which is missing', fix, ...at }];
}

function artifactRuleProblems(
  { metric, everySlice }: GateRule,
  at: { readonly place?: ErrorPlace },
): readonly Problem[] {
  if (!isArtifactMetric(metric) || !everySlice) return [];
  return [{ message: `"${metric}" is a metric of the artifact, and has no slices`, fix: 'Remove slices: all.', ...at }];
}

function classRuleProblems({ metric, everySlice }: GateRule, at: { readonly place?: ErrorPlace }): readonly Problem[] {
  if (everySlice) return [];
  const message = `"${metric}" is a metric of one class against the rest, and this task has several classes`;
  return [{ message, fix: `Add slices: all to judge it for each class, or use ${metric}_macro.`, ...at }];
}
