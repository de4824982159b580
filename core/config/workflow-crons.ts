import { z } from 'zod';
import { parseWorkflowText } from './workflow-text.ts';

const scheduled = z.object({ on: z.object({ schedule: z.array(z.object({ cron: z.string().max(100) })).max(100) }) });

/**
 * The cron expressions of a workflow's schedule; empty where it has none, or cannot be read.
 *
 * @example workflowCrons('on: { schedule: [{ cron: "0 6 * * *" }] }') // => ['0 6 * * *']
 */
export function workflowCrons(text: string): readonly string[] {
  const workflow = scheduled.safeParse(parseWorkflowText(text));
  return workflow.success ? workflow.data.on.schedule.map(({ cron }) => cron) : [];
}
