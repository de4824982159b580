import { z } from 'zod';
import { plainYaml, readYamlDocuments } from '../domain/yaml/read-yaml-documents.ts';

/** Chosen: ten times the largest workflow that was seen. */
const MAX_WORKFLOW_BYTES = 256 * 2 ** 10;

const scheduled = z.object({ on: z.object({ schedule: z.array(z.object({ cron: z.string().max(100) })).max(100) }) });

/**
 * The cron expressions of a workflow's schedule; empty where it has none, or cannot be read.
 *
 * @example workflowCrons('on: { schedule: [{ cron: "0 6 * * *" }] }') // => ['0 6 * * *']
 */
export function workflowCrons(text: string): readonly string[] {
  const workflow = scheduled.safeParse(parsedOrNothing(text));
  return workflow.success ? workflow.data.on.schedule.map(({ cron }) => cron) : [];
}

function parsedOrNothing(text: string): unknown {
  const { documents } = readYamlDocuments(text, { maxBytes: MAX_WORKFLOW_BYTES });
  const [document] = documents;
  if (document === undefined || documents.length > 1 || document.errors.length > 0) return undefined;
  try {
    return plainYaml(document);
  } catch {
    // An alias without its anchor.
    return undefined;
  }
}
