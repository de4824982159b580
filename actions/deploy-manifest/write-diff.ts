import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unifiedDiff } from '../../core/domain/text/unified-diff.ts';
import type { FileEdit } from '../../core/usecases/promote/deploy-version.ts';
import type { ActionContext } from '../action-context.ts';
import { reportFolder } from '../report-files.ts';

/** Writes the difference next to the reports. @returns Its path, or '' where nothing changed. */
export async function writeDiff(context: ActionContext, model: string, edits: readonly FileEdit[]): Promise<string> {
  if (edits.length === 0) return '';
  const folder = reportFolder(context.env, model);
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'deployment.diff');
  await writeFile(path, edits.map(unifiedDiff).join(''));
  return path;
}
