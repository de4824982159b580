import { z } from 'zod';
import { FAIRNESS_MEASURE_NAMES, fairnessDefinition, fairnessMetricName } from '../domain/fairness/fairness-measure.ts';
import { DATA_SCHEMA_METRIC } from '../domain/metrics/data-schema-metric.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { bound, margin } from './quantities.ts';

/** Keys of a rule that only a rule about a metric has. */
const ONLY_OF_METRICS = [
  ...(['column'] as const),
  ...(['min', 'max', 'max-regression', 'min-improvement', 'margin-from', 'slices', 'interval', 'better'] as const),
  ...(['beta', 'at-recall', 'at-precision', 'when-inconclusive'] as const),
] as const;
const BOUNDS = ['min', 'max', 'max-regression', 'min-improvement'] as const;

/** Keys of a fairness rule besides its bound. */
const FAIRNESS_KEYS: readonly string[] = ['fairness', 'column', 'min', 'max', 'when-inconclusive', 'on-fail'];

const rule = z
  .strictObject({
    metric: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'The metric; file:<key> names a number of evaluate.metrics-file. Each rule has this or data',
        examples: ['roc_auc', 'artifact_size_bytes', 'file:val.loss'],
      }),
    data: z
      .literal('schema')
      .optional()
      .meta({
        description:
          'In place of metric and bound: the dataset must have no violation of severity fail of the schema that data.schema names',
        examples: ['schema'],
      }),
    fairness: z
      .enum(FAIRNESS_MEASURE_NAMES)
      .optional()
      .meta({
        description: 'In place of metric: how far apart the groups of column are; a difference takes max, a ratio min',
        examples: ['equal_opportunity_difference'],
      }),
    column: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'For fairness: a column of evaluate.fairness', examples: ['sex'] }),
    min: bound.optional().meta({ description: 'The value must be shown to be at least this', examples: [0.65] }),
    max: bound.optional().meta({
      description: 'The value must be shown to be at most this; sizes may have a unit',
      examples: [0.3, '50MB'],
    }),
    'max-regression': margin.optional().meta({
      description: 'The candidate must be shown to be worse than the champion by at most this',
      examples: [0.005, '1%'],
    }),
    'min-improvement': margin.optional().meta({
      description: 'The candidate must be shown to be better than the champion by at least this',
      examples: [0.002, '1%'],
    }),
    'margin-from': z
      .literal('data')
      .optional()
      .meta({
        description:
          'The margin is what the test set can decide, as init wrote it: remove this once you have chosen a margin',
        examples: ['data'],
      }),
    slices: z
      .literal('all')
      .optional()
      .meta({
        description: 'Applies the rule to every slice instead of to all rows together',
        examples: ['all'],
      }),
    'when-inconclusive': z
      .enum(['fail', 'warn'])
      .optional()
      .meta({
        description:
          'The effect of this rule if the data do not decide it; default: that of the gate, and warn for slices',
        examples: ['warn'],
      }),
    'on-fail': z
      .enum(['fail', 'warn'])
      .optional()
      .meta({
        description: 'warn: the rule is shown and does not count; default: fail, and warn for latency',
        examples: ['warn'],
      }),
    interval: z
      .literal('none')
      .optional()
      .meta({
        description: 'For a metric file:<key>: the number that training wrote decides without an interval',
        examples: ['none'],
      }),
    better: z
      .enum(['higher', 'lower'])
      .optional()
      .meta({
        description:
          'For a metric file:<key> or a column of evaluate.examples: which direction is better; a rule against the champion needs it',
        examples: ['lower'],
      }),
    beta: z
      .number()
      .gt(0)
      .optional()
      .meta({ description: 'For the metric fbeta: the weight of recall', examples: [2] }),
    'at-recall': z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .meta({
        description: 'For the metric precision: at the threshold with at least this recall',
        examples: [0.8],
      }),
    'at-precision': z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .meta({
        description: 'For the metric recall: at the threshold with at least this precision',
        examples: [0.8],
      }),
  })
  .refine(({ metric, data, fairness }) => [metric, data, fairness].filter((one) => one !== undefined).length === 1, {
    error: 'needs exactly one of metric, such as roc_auc, fairness and data: schema',
  })
  .refine((value) => value.data === undefined || ONLY_OF_METRICS.every((key) => value[key] === undefined), {
    error: 'needs nothing besides data: schema and on-fail: it is not about a metric',
  })
  .refine((value) => value.data !== undefined || BOUNDS.filter((key) => value[key] !== undefined).length === 1, {
    error: 'needs exactly one of min, max, max-regression and min-improvement; write one rule for each',
  })
  .refine((value) => value['margin-from'] === undefined || (value.min ?? value.max) === undefined, {
    error: 'has margin-from, which says where a margin is from, and has no margin; remove margin-from',
  })
  .superRefine((value, context) => {
    for (const message of fairnessProblems(value)) context.addIssue({ code: 'custom', message });
  })
  .transform(({ data: ofData, fairness, column, metric = '', ...rest }) => {
    // One name for each number that a rule is on: reports and comments find it by that.
    if (ofData !== undefined) return camelCaseKeys({ ...rest, metric: DATA_SCHEMA_METRIC, max: 0 });
    const named =
      fairness === undefined || column === undefined ? metric : fairnessMetricName({ measure: fairness, column });
    return camelCaseKeys({ ...rest, metric: named });
  });

/** Parts of a rule that are about fairness. */
interface FairnessRule {
  readonly metric?: string | undefined;
  readonly fairness?: (typeof FAIRNESS_MEASURE_NAMES)[number] | undefined;
  readonly column?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function fairnessProblems(value: FairnessRule): readonly string[] {
  const { metric, fairness, column, min, max } = value;
  if (metric !== undefined && fairness !== undefined) return ['needs exactly one of metric and fairness'];
  if (metric?.startsWith('fairness:') === true)
    return ['names a fairness measure as a metric: write fairness and column'];
  if (fairness === undefined) return column === undefined ? [] : ['has column, which only a fairness rule takes'];
  const extra = Object.keys(value).filter((key) => !FAIRNESS_KEYS.includes(key));
  const { kind, most } = fairnessDefinition(fairness);
  const [wanted, other] = kind === 'ratio' ? (['min', max] as const) : (['max', min] as const);
  const bound = kind === 'ratio' ? min : max;
  return [
    ...(column === undefined ? ['needs column, the column of evaluate.fairness that has the groups'] : []),
    ...extra.map((key) => `has ${key}, which a fairness rule does not take`),
    ...(other === undefined ? [] : [`needs ${wanted}: ${fairness} is a ${kind} of groups`]),
    ...(bound === undefined || (bound >= 0 && bound <= most)
      ? []
      : [`has ${wanted} ${bound}, but it is in [0, ${most}]`]),
  ];
}

/** `models.<name>.gate`. */
export const gate = z
  .strictObject({
    'when-inconclusive': z
      .enum(['fail', 'warn'])
      .default('fail')
      .meta({
        description: 'The effect of a gate that the data do not decide: fail blocks, warn does not',
        examples: ['warn'],
      }),
    rules: z
      .array(rule)
      .min(1)
      .meta({
        description: 'The rules; each has one metric and one bound',
        examples: [
          [
            { metric: 'roc_auc', min: 0.65 },
            { metric: 'roc_auc', 'max-regression': 0.005 },
          ],
        ],
      }),
  })
  .transform(camelCaseKeys);

/** The gate of a model in tidegate.yaml. */
export type GateConfig = z.output<typeof gate>;
/** One line of the gate. */
export type RuleConfig = GateConfig['rules'][number];
