import { z } from 'zod';
import { MOST_GROUPS } from '../domain/fairness/fairness-groups.ts';
import { FAIRNESS_MEASURE_NAMES } from '../domain/fairness/fairness-measure.ts';
import { GROUP_RATE_NAMES } from '../domain/metrics/group-rates.ts';
import { finite } from './header.ts';
import { intervalSchema } from './interval.ts';

/** A value of the column; null where it is missing. */
const group = z.union([z.string().max(1000), finite, z.null()]);

/** A value with its interval; null with a reason where there is none. */
const estimate = {
  value: finite.nullable(),
  interval: intervalSchema.nullable(),
  reason: z.string().max(1000).optional(),
};

/** Fairness of the candidate by the groups of one column. */
export const fairnessSchema = z.looseObject({
  column: z.string().max(1000),
  /** Value of the group that each other one is compared with; absent: each with each. */
  privileged: z.union([z.string().max(1000), finite, z.boolean()]).optional(),
  groups: z
    .array(
      z.looseObject({
        value: group,
        rows: z.number().int().min(0),
        /** False: fewer rows than `evaluate.min-rows`. */
        judged: z.boolean(),
        rates: z
          .array(z.looseObject({ name: z.enum(GROUP_RATE_NAMES), ...estimate }))
          .max(20)
          .readonly(),
      }),
    )
    .max(MOST_GROUPS)
    .readonly(),
  measures: z
    .array(
      z.looseObject({
        name: z.enum(FAIRNESS_MEASURE_NAMES),
        ...estimate,
        /** The two groups that are furthest apart. */
        between: z.tuple([group, group]).readonly().optional(),
      }),
    )
    .max(50)
    .readonly(),
});

/** Fairness of the candidate by the groups of one column. */
export type FairnessReport = z.infer<typeof fairnessSchema>;
