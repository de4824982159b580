import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { renderCodeQuality } from '../../core/render/evaluation/code-quality.ts';
import { renderJunit } from '../../core/render/evaluation/evaluation-junit.ts';
import { renderEvaluationPage } from '../../core/render/evaluation/evaluation-page.ts';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import type { ActionContext } from '../action-context.ts';
import { reportFolder } from '../report-files.ts';
import { pathInRepository } from '../repository-environments.ts';

/** Files that another tool reads, relative to the working directory; undefined for those that no one asked for. */
export interface WantedFiles {
  readonly 'junit-report': string | undefined;
  readonly 'code-quality-report': string | undefined;
}

/**
 * Writes an evaluation as people and other tools read it: the pages in the folder of reports, and the files that were asked
 * for.
 *
 * @returns Path of the summary.
 */
export async function writePages(
  context: ActionContext,
  { evaluation, summary }: { readonly evaluation: EvaluationReport; readonly summary: string },
  wanted: WantedFiles,
): Promise<string> {
  const folder = reportFolder(context.env, evaluation.model);
  const summaryPath = join(folder, 'summary.md');
  const configFile = pathInRepository(context, CONFIG_FILE);
  const junit = renderJunit(evaluation, configFile);
  await writeFile(summaryPath, summary);
  await writeFile(join(folder, 'report.html'), await renderEvaluationPage(evaluation));
  await writeFile(join(folder, 'junit.xml'), junit);
  await write(context, wanted['junit-report'], () => junit);
  const digestOf = new FileArtifactHasher().hashText;
  await write(context, wanted['code-quality-report'], () => renderCodeQuality(evaluation, { configFile, digestOf }));
  return summaryPath;
}

async function write(
  { workingDirectory }: ActionContext,
  path: string | undefined,
  render: () => string,
): Promise<void> {
  if (path === undefined) return;
  const file = resolve(workingDirectory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, render());
}
