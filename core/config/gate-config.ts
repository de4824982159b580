import { z } from 'zod';
import { camelCaseKeys } from './camel-case-keys.ts';
import { bound, margin } from './quantities.ts';

const BOUNDS = ['min', 'max', 'max-regression', 'min-improvement'] as const;

const rule = z
  .strictObject({
    metric: z.string().min(1),
    min: bound.optional().describe('The value must be shown to be at least this'),
    max: bound.optional().describe('The value must be shown to be at most this'),
    'max-regression': margin
      .optional()
      .describe('The candidate must be shown to be worse than the champion by at most this'),
    'min-improvement': margin
      .optional()
      .describe('The candidate must be shown to be better than the champion by at least this'),
    'margin-from': z
      .literal('data')
      .optional()
      .describe(
        'The margin is what the test set can decide, as init wrote it: remove this once you have chosen a margin',
      ),
    slices: z.literal('all').optional().describe('Applies the rule to every slice instead of to all rows together'),
    'when-inconclusive': z.enum(['fail', 'warn']).optional(),
    'on-fail': z.enum(['fail', 'warn']).optional(),
    interval: z
      .literal('none')
      .optional()
      .describe('For a metric file:<key>: the number that training wrote decides without an interval'),
    better: z
      .enum(['higher', 'lower'])
      .optional()
      .describe('For a metric file:<key> or a column of evaluate.examples: which direction is better'),
    beta: z.number().gt(0).optional(),
    'at-recall': z.number().gt(0).max(1).optional(),
    'at-precision': z.number().gt(0).max(1).optional(),
  })
  .refine((value) => BOUNDS.filter((key) => value[key] !== undefined).length === 1, {
    error: 'needs exactly one of min, max, max-regression and min-improvement; write one rule for each',
  })
  .refine((value) => value['margin-from'] === undefined || (value.min ?? value.max) === undefined, {
    error: 'has margin-from, which says where a margin is from, and has no margin; remove margin-from',
  })
  .transform(camelCaseKeys);

/** `models.<name>.gate`. */
export const gate = z
  .strictObject({
    'when-inconclusive': z.enum(['fail', 'warn']).default('fail'),
    rules: z.array(rule).min(1),
  })
  .transform(camelCaseKeys);

/** The gate of a model in tidegate.yaml. */
export type GateConfig = z.output<typeof gate>;
/** One line of the gate. */
export type RuleConfig = GateConfig['rules'][number];
