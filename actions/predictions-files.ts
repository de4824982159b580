import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isThere, unlessAbsent } from '../core/adapters/files/absent.ts';
import { filesUnder } from '../core/adapters/files/file-artifact-hasher.ts';
import type { ModelConfig } from '../core/config/tidegate-config.ts';
import { UserError } from '../core/errors.ts';
import type { PredictionsReport } from '../core/reports/predictions-report.ts';
import type { Environment } from './action-context.ts';
import { loadReport, reportFolder, reportPath } from './report-files.ts';

/** The folder in which training leaves the predictions of both models, for the judge. */
export function predictionsFolder(env: Environment, model: string): string {
  return join(reportFolder(env, model), 'predictions');
}

/** Names of the two in the workflow artifact of a model. */
const REPORT = 'predictions.json';
const FOLDER = 'predictions';

/** Copies the report of predictions and its tables into the folder of a workflow artifact; nothing where there are none. */
export async function packPredictions(env: Environment, model: string, into: string): Promise<void> {
  const report = reportPath(env, model, 'predictions');
  if (!isThere(report)) return;
  const { candidate, champion } = await loadReport(report, 'predictions');
  await cp(report, join(into, REPORT));
  await mkdir(join(into, FOLDER), { recursive: true });
  for (const { file } of [candidate.predictions, champion?.predictions].filter((table) => table !== undefined))
    await cp(join(predictionsFolder(env, model), file), join(into, FOLDER, file));
}

/** The same from a workflow artifact to where the judge looks: the report is read as what another party wrote. */
export async function takePredictions(env: Environment, model: string, from: string): Promise<void> {
  const packed = join(from, REPORT);
  if (!isThere(packed)) return;
  const { candidate, champion } = await loadReport(packed, 'predictions');
  const folder = predictionsFolder(env, model);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { file } of [candidate.predictions, champion?.predictions].filter((table) => table !== undefined))
    await cp(join(from, FOLDER, file), join(folder, file));
  const report = reportPath(env, model, 'predictions');
  await mkdir(dirname(report), { recursive: true });
  await cp(packed, report);
}

/**
 * The way in which a model is scored before the judge: by the command of tidegate.yaml, by MLflow where the artifact is a model folder of
 * it, or not at all: the judge runs ONNX itself, and so it does a folder that holds both.
 */
export async function scoredBefore(
  { evaluate }: Pick<ModelConfig, 'evaluate'>,
  location: string,
): Promise<'command' | 'mlflow' | undefined> {
  if (evaluate.predict !== undefined) return 'command';
  if (evaluate.predictions !== undefined) return undefined;
  if ((await stat(location).catch(unlessAbsent))?.isDirectory() !== true) return undefined;
  if (!(await readdir(location)).includes('MLmodel')) return undefined;
  return (await filesUnder(location)).some((file) => file.toLowerCase().endsWith('.onnx')) ? undefined : 'mlflow';
}

/** @throws {UserError} REPORT_NOT_FOUND where training left no predictions. */
export async function loadPredictions(env: Environment, model: string): Promise<PredictionsReport> {
  const path = reportPath(env, model, 'predictions');
  if (isThere(path)) return loadReport(path, 'predictions');
  throw new UserError(
    'REPORT_NOT_FOUND',
    'the model is scored by code of the team, and there are no predictions of it',
    {
      fix: 'Run the action train in an earlier job, which scores the model; or write predictions yourself and set predictions-path.',
    },
  );
}
