import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { PROJECT_ROOT } from './project-root.ts';

const input = z.strictObject({
  description: z.string().min(1),
  required: z.boolean().optional(),
  default: z.string().optional(),
});

const metadata = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  author: z.string().optional(),
  branding: z.strictObject({ icon: z.string(), color: z.string() }).optional(),
  inputs: z.record(z.string(), input),
  outputs: z.record(z.string(), z.strictObject({ description: z.string().min(1) })),
  runs: z.strictObject({
    using: z.string(),
    main: z.string(),
    pre: z.string().optional(),
    post: z.string().optional(),
    'post-if': z.string().optional(),
  }),
});

/** An action.yml of this repository. */
export type ActionMetadata = z.infer<typeof metadata>;

/** The names of all actions: the folders below `actions` that hold an action.yml. */
export function listActions(): string[] {
  const files = globSync('actions/*/action.yml', { cwd: PROJECT_ROOT });
  return files.map((file) => dirname(file).split(/[\\/]/).at(-1) ?? '').sort();
}

/**
 * Reads an action.yml strictly: an unknown key, a missing description or a default that is not a text is an error.
 *
 * @param name Folder of the action.
 */
export function readActionMetadata(name: string): ActionMetadata {
  return metadata.parse(parse(readFileSync(join(PROJECT_ROOT, 'actions', name, 'action.yml'), 'utf8')));
}
