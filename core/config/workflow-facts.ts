import { z } from 'zod';
import { EVERY_PERMISSION, type JobFacts, type WorkflowFacts } from '../domain/doctor/workflow-facts.ts';
import { parseWorkflowText } from './workflow-text.ts';

const text = z.string().max(500);
const step = z.looseObject({ uses: text.optional() });
const job = z.looseObject({
  name: text.optional(),
  environment: z.union([text, z.looseObject({ name: text })]).optional(),
  permissions: z.unknown().optional(),
  uses: text.optional(),
  steps: z.array(step).max(1_000).optional(),
});
const workflow = z.looseObject({
  on: z.union([text, z.array(text).max(100), z.record(z.string(), z.unknown())]),
  permissions: z.unknown().optional(),
  env: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

/**
 * Facts about the set-up of a workflow file.
 *
 * @param file Its name, below `.github/workflows`.
 * @returns `isReadable: false` where it is not a workflow that can be read.
 */
export function readWorkflowFacts(file: string, content: string): WorkflowFacts {
  const parsed = workflow.safeParse(parseWorkflowText(content));
  if (!parsed.success) return { file, isReadable: false, events: [], permissions: undefined, jobs: [] };
  const { on, permissions, env, jobs } = parsed.data;
  const shared = readNames(env);
  return {
    file,
    isReadable: true,
    events: typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on),
    permissions: readPermissions(permissions),
    jobs: Object.entries(jobs).map(([key, one]) => jobFacts(key, one, shared)),
  };
}

function jobFacts(key: string, one: z.output<typeof job>, shared: readonly string[]): JobFacts {
  const { name, environment, permissions, uses, steps = [] } = one;
  return {
    key,
    name,
    environment: typeof environment === 'object' ? environment.name : environment,
    permissions: readPermissions(permissions),
    reads: [...new Set([...shared, ...readNames(one)])],
    uses: [uses, ...steps.map((each) => each.uses)].filter((each) => each !== undefined),
  };
}

/** Permissions that are given by name, or all at once (`read-all`, `write-all`). */
function readPermissions(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (value === 'read-all' || value === 'write-all') return [EVERY_PERMISSION];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, level]) => (level === 'read' || level === 'write' ? [name] : []));
}

/** Names of secrets and variables in expressions, as `secrets.NAME` or `secrets['NAME']`; GitHub takes any case. */
function readNames(value: unknown): readonly string[] {
  const written = JSON.stringify(value) ?? '';
  const found = written.matchAll(/\b(?:secrets|vars)(?:\.|\[')(\w{1,200})/gi);
  return [...new Set([...found].map((match) => (match[1] ?? '').toUpperCase()))];
}
