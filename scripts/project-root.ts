import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of this checkout. */
export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Its packages, as package-lock.json says. */
export const PROJECT_MODULES = join(PROJECT_ROOT, 'node_modules');
