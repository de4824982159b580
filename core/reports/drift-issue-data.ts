import { z } from 'zod';
import { instant } from './header.ts';

/** The hidden block of a drift issue: written by drift-check, read by the bot. */
export const driftIssueDataSchema = z.looseObject({
  verdict: z.enum(['drift', 'no-drift', 'inconclusive']),
  /** Checks in a row that found drift. */
  consecutive: z.number().int().min(0).max(1_000_000),
  checkedAt: instant,
  /** Columns that had drifted, the furthest above their limits first; only the first ones where there are many. */
  drifted: z
    .array(z.looseObject({ name: z.string().max(200), effect: z.number() }))
    .max(100)
    .readonly()
    .optional(),
  /** Number of columns that had drifted. */
  driftedCount: z.number().int().min(0).optional(),
});

/** Data of a drift issue for the bot. */
export type DriftIssueData = z.infer<typeof driftIssueDataSchema>;
