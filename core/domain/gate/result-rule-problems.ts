import type { Problem } from '../../errors.ts';
import { checkCountOf, type NamedResult } from '../metrics/check-counts.ts';
import { fileMetricKey } from '../metrics/metric-registry.ts';
import { testCountOf } from '../metrics/test-counts.ts';
import type { RulePolicy } from '../policy/rule-policy.ts';
import type { GateRule } from './gate-rule.ts';

/** Files of results that a model names. */
export interface NamedResults {
  readonly metricsFile?: string | undefined;
  readonly junitFile?: string | undefined;
  readonly results?: readonly NamedResult[] | undefined;
}

/** A rule, with its direction and its place. */
export interface ResultRule {
  readonly rule: RulePolicy;
  /** The better direction; undefined if nothing says it. */
  readonly direction: GateRule['direction'];
  readonly at: Pick<Problem, 'place'>;
}

/**
 * Problems of a rule on a number that training or a test run wrote: `file:<key>`, `junit:<count>`, `dbt:<count>`.
 *
 * @returns Undefined for a rule on another metric.
 */
export function resultRuleProblems(of: ResultRule, results: NamedResults): readonly Problem[] | undefined {
  const { metric } = of.rule;
  if (fileMetricKey(metric) !== undefined) return fileRuleProblems(of, results);
  if (testCountOf(metric) !== undefined) {
    const needed = results.junitFile === undefined ? { key: 'junit-file', fix: 'Add evaluate.junit-file.' } : undefined;
    return countProblems(of, { what: 'test cases', needed });
  }
  const check = checkCountOf(metric);
  if (check === undefined) return undefined;
  const isNamed = results.results?.some(({ format }) => format === check.format) === true;
  const fix = `Add a file with format: ${check.format} to evaluate.results.`;
  return countProblems(of, { what: 'checks', needed: isNamed ? undefined : { key: 'results', fix } });
}

/** A number that training wrote has no interval: it decides only where a rule says that it may. */
function fileRuleProblems({ rule, direction, at }: ResultRule, { metricsFile }: NamedResults): readonly Problem[] {
  const { metric, interval, slices } = rule;
  const problem = (message: string, fix: string): Problem => ({ message, fix, ...at });
  return [
    ...(metricsFile === undefined
      ? [problem(`"${metric}" needs evaluate.metrics-file, which is missing`, 'Add evaluate.metrics-file.')]
      : []),
    ...(interval === undefined
      ? [
          problem(
            `"${metric}" has no interval: one number does not separate a change from chance`,
            'Add interval: none to decide without an interval, or gate on a metric that is computed from rows.',
          ),
        ]
      : []),
    ...(slices === undefined ? [] : [problem(`"${metric}" is one number, and has no slices`, 'Remove slices: all.')]),
    ...(hasMargin(rule) && direction === undefined
      ? [problem(`the better direction of "${metric}" is not known`, 'Add better: higher or lower.')]
      : []),
  ];
}

interface Counted {
  /** Such as `test cases`. */
  readonly what: string;
  /** The key of evaluate that is missing; undefined where it is there. */
  readonly needed: { readonly key: string; readonly fix: string } | undefined;
}

/** Counted numbers are exact, and their direction is known. */
function countProblems({ rule, at }: ResultRule, { what, needed }: Counted): readonly Problem[] {
  const { metric, interval, better, slices, min, max } = rule;
  const extra = Object.entries({ interval, better, slices }).filter(([, value]) => value !== undefined);
  const bound = min ?? max;
  const problem = (message: string, fix: string): Problem => ({ message, fix, ...at });
  return [
    ...(needed === undefined
      ? []
      : [problem(`"${metric}" needs evaluate.${needed.key}, which is missing`, needed.fix)]),
    ...extra.map(([key]) => problem(`"${metric}" is a number of ${what}, and takes no ${key}`, `Remove ${key}.`)),
    ...(hasMargin(rule)
      ? [problem(`"${metric}" is not compared with the champion's`, 'Use min or max, such as max: 0.')]
      : []),
    ...(bound !== undefined && !(Number.isInteger(bound) && bound >= 0)
      ? [problem(`"${metric}" is a number of ${what}, and ${bound} is not`, 'Write a whole number from 0 on.')]
      : []),
  ];
}

function hasMargin({ maxRegression, minImprovement }: RulePolicy): boolean {
  return maxRegression !== undefined || minImprovement !== undefined;
}
