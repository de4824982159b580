import type { RuleConfig } from '../config/gate-config.ts';
import { type MetricUse, metricBoundProblems, metricNameProblems } from '../config/metric-problems.ts';
import type { ModelConfig } from '../config/tidegate-config.ts';
import type { GateBound, GateRule } from '../domain/gate/gate-rule.ts';
import type { Metric, MetricTask } from '../domain/metrics/metric.ts';
import { defaultMetricNames, findMetric, isArtifactMetric } from '../domain/metrics/metric-registry.ts';
import { type ErrorPlace, type Problem, UserError } from '../errors.ts';

/** The gate of a model, with its defaults filled in. */
export interface ResolvedGate {
  /** In the order of tidegate.yaml. */
  readonly rules: readonly GateRule[];
  /** Metrics of the rows to compute: those named, then those of the rules. */
  readonly metrics: readonly Metric[];
  /** Indexes of rules with keys that this version does not act on: they are inconclusive. */
  readonly notYet: ReadonlySet<number>;
}

/**
 * Fills in the defaults of a gate and finds its metrics.
 *
 * @param places Where each rule stands in tidegate.yaml.
 * @throws {UserError} METRIC_INVALID with all problems at once: unknown names, bounds outside a metric's range, relative
 *   margins of a metric that can be negative. DATA_UNSUPPORTED for a task that this version does not evaluate.
 */
export function resolveGate(config: ModelConfig, places: readonly ErrorPlace[]): ResolvedGate {
  const task = taskOf(config);
  const rules = config.gate.rules.map(resolveRule);
  const notYet = new Set(
    config.gate.rules.flatMap((rule, index) =>
      rule.beta !== undefined || rule.atRecall !== undefined || rule.atPrecision !== undefined ? [index] : [],
    ),
  );
  const judged = rules.filter(({ index }) => !notYet.has(index));
  const named = config.evaluate.metrics ?? defaultMetricNames(task);
  const problems = [
    ...named.flatMap((name) => metricNameProblems(name, { task, where: 'evaluate.metrics', place: {} })),
    ...judged.flatMap((rule) => ruleProblems(rule, { task, where: 'the rule', place: placed(places[rule.index]) })),
  ];
  if (problems.length > 0) throw UserError.ofProblems('METRIC_INVALID', problems);
  const names = new Set([...named, ...judged.map(({ metric }) => metric)]);
  return { rules, metrics: [...names].flatMap((name) => findMetric(name, task) ?? []), notYet };
}

function taskOf({ task }: ModelConfig): MetricTask {
  if (task !== 'multiclass-classification') return task;
  throw new UserError('DATA_UNSUPPORTED', 'multiclass-classification is not evaluated by this version', {
    fix: 'Use binary-classification (one class against the rest) or regression.',
  });
}

function resolveRule(rule: RuleConfig, index: number): GateRule {
  const everySlice = rule.slices === 'all';
  return {
    index,
    metric: rule.metric,
    bound: boundOf(rule),
    everySlice,
    whenInconclusive: rule.whenInconclusive ?? (everySlice ? 'warn' : 'fail'),
    // The speed of a shared machine is shown; it decides only where someone asked for it.
    onFail: rule.onFail ?? (rule.metric.startsWith('latency_') ? 'warn' : 'fail'),
  };
}

function boundOf(rule: RuleConfig): GateBound {
  if (rule.min !== undefined) return { kind: 'min', value: rule.min };
  if (rule.max !== undefined) return { kind: 'max', value: rule.max };
  if (rule.maxRegression !== undefined) return { kind: 'max-regression', margin: rule.maxRegression };
  if (rule.minImprovement !== undefined) return { kind: 'min-improvement', margin: rule.minImprovement };
  throw new RangeError('a rule without a bound passed the schema');
}

function placed(place: ErrorPlace | undefined): Pick<Problem, 'place'> {
  return place === undefined ? {} : { place };
}

function ruleProblems(rule: GateRule, use: MetricUse): readonly Problem[] {
  const unknown = metricNameProblems(rule.metric, use);
  if (unknown.length > 0) return unknown;
  const at = use.place;
  const metric = findMetric(rule.metric, use.task);
  if (metric === undefined) return artifactRuleProblems(rule, at);
  if ('value' in rule.bound) {
    return metricBoundProblems({ metric: metric.name, [rule.bound.kind]: rule.bound.value }, use);
  }
  const [lowest] = metric.range;
  if ('margin' in rule.bound && rule.bound.margin.kind === 'relative' && lowest < 0) {
    const message = `metric "${metric.name}" can be negative, and a percentage of that has no meaning`;
    return [{ message, fix: `Write ${rule.bound.kind} in the metric's own unit.`, ...at }];
  }
  return [];
}

function artifactRuleProblems(
  { metric, everySlice }: GateRule,
  at: { readonly place?: ErrorPlace },
): readonly Problem[] {
  if (!isArtifactMetric(metric) || !everySlice) return [];
  return [{ message: `"${metric}" is of the artifact, and has no slices`, fix: 'Remove slices: all.', ...at }];
}
