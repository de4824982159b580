import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of this checkout. */
export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
