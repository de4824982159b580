import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const metadata = z.looseObject({
  description: z.string(),
  inputs: z.record(z.string(), z.looseObject({ description: z.string(), default: z.string().optional() })),
  outputs: z.record(z.string(), z.looseObject({ description: z.string() })),
});

/** Description, inputs and outputs of an action, as its action.yml has them. */
export type ActionHelp = z.infer<typeof metadata>;

/** @param root Folder that holds `actions/<name>/action.yml`. */
export function readActionHelp(root: string, action: string): ActionHelp {
  return metadata.parse(parse(readFileSync(join(root, 'actions', action, 'action.yml'), 'utf8')));
}
