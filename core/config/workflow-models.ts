import { z } from 'zod';
import { parseWorkflowText } from './workflow-text.ts';

const text = z.string().max(500);
const step = z.looseObject({
  uses: text.optional().catch(undefined),
  with: z.looseObject({ model: text.optional() }).optional().catch(undefined),
});
const workflow = z.looseObject({
  jobs: z.record(z.string(), z.looseObject({ steps: z.array(step).max(1_000).optional().catch(undefined) })),
});
/** Actions of Tidegate that train or judge a model, wherever their repository is. */
const ACTION = /\/actions\/(?:train|evaluate-and-gate)@/;

/**
 * The models that a workflow file trains or judges by the actions of Tidegate.
 *
 * @param content The file, as the default branch has it.
 * @param models Names of all models: a step whose model is an expression may be of any of them, and one that names none is
 *   of the only one.
 * @returns In the order of `models`; none where the file cannot be read or uses no such action.
 */
export function modelsOfWorkflow(content: string, models: readonly string[]): readonly string[] {
  const parsed = workflow.safeParse(parseWorkflowText(content));
  if (!parsed.success) return [];
  const named = Object.values(parsed.data.jobs)
    .flatMap(({ steps = [] }) => steps)
    .filter(({ uses }) => uses !== undefined && ACTION.test(uses))
    .map((one) => one.with?.model);
  const isAny = named.some((name) => name === undefined || name.includes('${{'));
  return isAny ? models : models.filter((model) => named.includes(model));
}
