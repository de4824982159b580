import { type ErrorPlace, type Problem, UserError } from '../../errors.ts';
import type { GateRule } from '../gate/gate-rule.ts';
import { resolveRule } from '../gate/resolve-rule.ts';
import { type NamedResults, resultRuleProblems } from '../gate/result-rule-problems.ts';
import { CHECK_COUNT_METRICS } from '../metrics/check-counts.ts';
import { DATA_SCHEMA_METRIC } from '../metrics/data-schema-metric.ts';
import type { Metric } from '../metrics/metric.ts';
import { isArtifactMetric, isResultMetric } from '../metrics/metric-registry.ts';
import { TEST_COUNT_METRICS } from '../metrics/test-counts.ts';
import type { RulePolicy } from '../policy/rule-policy.ts';
import { nearest } from '../text/nearest.ts';

/** Parts of a model of `task: custom` that its gate is resolved from. */
export interface CustomPolicy {
  readonly evaluate: NamedResults & { readonly examples?: string | undefined };
  readonly gate: { readonly rules: readonly RulePolicy[] };
}

/** A column of examples whose mean rules judge. */
export interface ExampleMetric {
  readonly name: string;
  readonly direction: Metric['direction'];
}

/** The gate of a model of `task: custom`, with its defaults filled in. */
export interface CustomGate {
  /** In the order of tidegate.yaml. */
  readonly rules: readonly GateRule[];
  /** In the order of the first rule on each. */
  readonly columns: readonly ExampleMetric[];
}

/**
 * Fills in the defaults of a gate on numbers and examples that code of the team wrote.
 *
 * @param places Where each rule is in tidegate.yaml.
 * @throws {UserError} METRIC_INVALID with all problems at once.
 */
export function resolveCustomGate(config: CustomPolicy, places: readonly ErrorPlace[]): CustomGate {
  const problems = customGateProblems(config, places);
  if (problems.length > 0) throw UserError.ofProblems('METRIC_INVALID', problems);
  const { rules } = config.gate;
  const columns = new Map<string, ExampleMetric>();
  for (const { metric, better } of rules) {
    if (!isColumn(metric) || better === undefined || columns.has(metric)) continue;
    columns.set(metric, { name: metric, direction: `${better}-is-better` });
  }
  return {
    rules: rules.map((rule, index) => resolveRule(rule, index, directionOf(rule))),
    columns: [...columns.values()],
  };
}

/** The problems of such a gate: metrics of rows, rules that lack what they need, and directions that contradict each other. */
export function customGateProblems(config: CustomPolicy, places: readonly ErrorPlace[]): readonly Problem[] {
  return config.gate.rules.flatMap((rule, index) => {
    const place = places[index];
    const at = place === undefined ? {} : { place };
    const earlier = config.gate.rules.slice(0, index).find((other) => other.metric === rule.metric);
    return [...argumentProblems(rule, at), ...ruleProblems(rule, { config, at, earlier })];
  });
}

/** True if a metric of such a gate is the mean of a column. */
function isColumn(metric: string): boolean {
  return !isResultMetric(metric) && !isArtifactMetric(metric);
}

function directionOf({ metric, better }: RulePolicy): GateRule['direction'] {
  return better === undefined || isArtifactMetric(metric) ? undefined : `${better}-is-better`;
}

/** Arguments of metrics that are computed from the scores of rows. */
function argumentProblems(
  { metric, beta, atRecall, atPrecision }: RulePolicy,
  at: Pick<Problem, 'place'>,
): readonly Problem[] {
  const written = Object.entries({ beta, 'at-recall': atRecall, 'at-precision': atPrecision });
  return written.flatMap(([key, value]) => {
    if (value === undefined) return [];
    const message = `the rule on "${metric}" has ${key}, which task: custom does not know: it computes no metric from scores`;
    return [{ message, fix: `Remove ${key}.`, ...at }];
  });
}

interface RuleContext {
  readonly config: CustomPolicy;
  readonly at: Pick<Problem, 'place'>;
  /** An earlier rule on the same metric. */
  readonly earlier: RulePolicy | undefined;
}

function ruleProblems(rule: RulePolicy, { config, at, earlier }: RuleContext): readonly Problem[] {
  if (rule.metric === DATA_SCHEMA_METRIC) {
    const message = 'the rule data: schema is about the rows of a dataset, and task: custom has none';
    return [{ message, fix: 'Remove the rule.', ...at }];
  }
  const results = resultRuleProblems({ rule, direction: directionOf(rule), at }, config.evaluate);
  if (results !== undefined) return results;
  if (isArtifactMetric(rule.metric)) return artifactProblems(rule, at);
  if (config.evaluate.examples === undefined) return [unknownMetric(rule.metric, at)];
  const { metric, better, interval } = rule;
  const problem = (message: string, fix: string): Problem => ({ message, fix, ...at });
  return [
    ...(better === undefined
      ? [problem(`the better direction of "${metric}" is not known`, 'Add better: higher or lower.')]
      : []),
    ...(better !== undefined && earlier?.better !== undefined && earlier.better !== better
      ? [
          problem(
            `"${metric}" is better: ${better} here, and better: ${earlier.better} in a rule above`,
            'Write the same.',
          ),
        ]
      : []),
    ...(interval === undefined
      ? []
      : [problem(`"${metric}" is the mean of a column, which has an interval`, 'Remove interval: none.')]),
  ];
}

function artifactProblems(rule: RulePolicy, at: Pick<Problem, 'place'>): readonly Problem[] {
  const { metric, better, interval, slices } = rule;
  const extra = Object.entries({ interval, better, slices }).filter(([, value]) => value !== undefined);
  const problems = extra.map(([key]) => ({
    message: `"${metric}" is a metric of the artifact, and takes no ${key}`,
    fix: `Remove ${key}.`,
    ...at,
  }));
  if (!metric.startsWith('latency_')) return problems;
  const message = `the rule names "${metric}", which is not measured with task: custom: the judge runs no model`;
  const fix = `Write the time into evaluate.metrics-file, and name it file:${metric}.`;
  return [{ message, fix, ...at }, ...problems];
}

function unknownMetric(metric: string, at: Pick<Problem, 'place'>): Problem {
  const near = nearest(metric, ['artifact_size_bytes', ...TEST_COUNT_METRICS, ...CHECK_COUNT_METRICS]);
  const message = `the rule names "${metric}", which is not a metric of task: custom: there is no dataset to compute it from`;
  const fix =
    near === undefined
      ? `Name a number of evaluate.metrics-file file:${metric}, or add evaluate.examples with a column ${metric}.`
      : `Did you mean "${near}"?`;
  return { message, fix, ...at };
}
