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

/** A report of predictions, and the folder of its tables. */
interface PredictionsPlace {
  readonly report: string;
  readonly folder: string;
}

function placeOfRun(env: Environment, model: string): PredictionsPlace {
  return { report: reportPath(env, model, 'predictions'), folder: predictionsFolder(env, model) };
}

function placeInArtifact(artifact: string): PredictionsPlace {
  return { report: join(artifact, 'predictions.json'), folder: packedPredictions(artifact) };
}

/** The folder of the tables in the folder of a workflow artifact. */
export function packedPredictions(artifact: string): string {
  return join(artifact, 'predictions');
}

/** Copies the report of predictions and its tables into the folder of a workflow artifact; nothing where there are none. */
export async function packPredictions(env: Environment, model: string, into: string): Promise<void> {
  await copyPredictions(placeOfRun(env, model), placeInArtifact(into));
}

/** The same from a workflow artifact to where the judge looks: the report is read as what another party wrote. */
export async function takePredictions(env: Environment, model: string, from: string): Promise<void> {
  await copyPredictions(placeInArtifact(from), placeOfRun(env, model));
}

/** Copies a report, after the tables that it names, to where no other tables stay. */
async function copyPredictions(from: PredictionsPlace, to: PredictionsPlace): Promise<void> {
  if (!isThere(from.report)) return;
  const { candidate, champion } = await loadReport(from.report, 'predictions');
  await rm(to.folder, { recursive: true, force: true });
  await mkdir(to.folder, { recursive: true });
  for (const { file } of [candidate.predictions, champion?.predictions].filter((table) => table !== undefined))
    await cp(join(from.folder, file), join(to.folder, file));
  await mkdir(dirname(to.report), { recursive: true });
  await cp(from.report, to.report);
}

/**
 * The way in which a model is scored before the judge: by the command of tidegate.yaml, by MLflow where the artifact is a model folder of
 * it, or not at all: the judge runs ONNX itself, and so it does a folder that holds both.
 */
export async function scoredBefore(model: ModelConfig, location: string): Promise<'command' | 'mlflow' | undefined> {
  if (model.task === 'custom') return undefined;
  const { evaluate } = model;
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
