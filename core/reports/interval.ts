import { z } from 'zod';
import { finite } from './header.ts';

/** A two-sided confidence interval. Exact values have lower = upper = value. */
export const intervalSchema = z.looseObject({
  lower: finite,
  upper: finite,
  level: z.number().gt(0).lt(1),
  method: z.string(),
});
