import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.ts';

/** Outcome of a task. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: number;
}

/** Leaves a task's counts where `.ci/run` adds them up. */
export async function writeCounts(
  task: 'check' | 'test' | 'demo',
  { passed, failed, skipped = 0 }: Counts,
): Promise<void> {
  const directory = join(PROJECT_ROOT, '.tools', 'counts');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, task), `${passed} passed, ${failed} failed, ${skipped} skipped`);
}
