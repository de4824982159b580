import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { isThere } from '../../core/adapters/files/absent.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import type { ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { MLFLOW_SCORER } from '../../core/domain/train/mlflow-scorer.ts';
import type { Scoring } from '../../core/domain/train/predict-command.ts';
import { pythonEnvironmentOf } from '../../core/domain/train/python-environment.ts';
import type { CommandRunner } from '../../core/ports/train/command-runner.ts';
import type { PredictionsReport } from '../../core/reports/predictions-report.ts';
import type { RunReport } from '../../core/reports/run-report.ts';
import { hashDataset } from '../../core/usecases/evaluate/hash-dataset.ts';
import { type PredictPorts, predictContenders } from '../../core/usecases/train/predict-contenders.ts';
import type { ActionContext } from '../action-context.ts';
import { dataBringer } from '../bring-data.ts';
import { fetchTable } from '../fetch-table.ts';
import { expectScored, type LoadedModel } from '../load-model.ts';
import { predictionsFolder, scoredBefore } from '../predictions-files.ts';
import { reportFolder, reportHeader, reportPath, writeReport } from '../report-files.ts';
import { championToScore } from './champion-to-score.ts';
import { openChampionCode } from './open-champion-code.ts';

/** Dependencies of scoring both models, besides the configuration. */
export interface Predicting {
  /** Runs the team's commands; its root is `root`. */
  readonly commands: CommandRunner;
  /** Absolute root of the repository. */
  readonly root: string;
  readonly artifact: RunReport['artifact'];
  readonly token: string | undefined;
}

/**
 * Scores the candidate and the champion, where they are scored by code of the team, and leaves the predictions for the judge.
 *
 * @returns Undefined where the judge runs the model itself, or its scores are in files of their own.
 */
export async function predict(
  context: ActionContext,
  loaded: LoadedModel,
  predicting: Predicting,
): Promise<PredictionsReport | undefined> {
  const { env, workingDirectory } = context;
  const { name } = loaded;
  const location = resolve(workingDirectory, predicting.artifact.path);
  await rm(reportPath(env, name, 'predictions'), { force: true });
  const scoring = await scoringOf(context, loaded, location);
  if (scoring === undefined) return undefined;
  const into = predictionsFolder(env, name);
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  const python = pythonEnvironmentOf(await readdir(workingDirectory))?.python ?? 'python';
  const predicted = await predictContenders(
    {
      scoring,
      python,
      file: CONFIG_FILE,
      dataset: await datasetOf(context, expectScored(loaded)),
      candidate: { location, digest: predicting.artifact.digest },
      folder: relative(predicting.root, workingDirectory),
      into,
    },
    portsOf(context, loaded, predicting),
  );
  const report: PredictionsReport = { ...(await reportHeader('predictions', context, name)), ...predicted };
  await writeReport(reportPath(env, name, 'predictions'), 'predictions', report);
  return report;
}

function portsOf(context: ActionContext, loaded: LoadedModel, { commands, token }: Predicting): PredictPorts {
  const { log } = context;
  return {
    commands,
    hasher: new OnnxArtifactHasher(),
    championToScore: (datasetDigest) => championToScore(context, loaded, { datasetDigest, token }),
    openCode: async (commit, location) =>
      openChampionCode(context, loaded, { commit, scoringOf: (of) => scoringOf(context, of, location) }),
    remove: (path) => rm(path, { force: true }),
    exists: async (path) => isThere(path),
    note: (line) => log.info(line),
    group: (title, work) => log.group(title, work),
  };
}

/**
 * The command of tidegate.yaml; else MLflow, by a program that is written next to the reports.
 *
 * @param location Of the model to score.
 */
async function scoringOf(
  { env }: ActionContext,
  { name, model }: Pick<LoadedModel, 'name' | 'model'>,
  location: string,
): Promise<Scoring | undefined> {
  const kind = await scoredBefore(model, location);
  if (kind === undefined || model.task === 'custom') return undefined;
  const { task, data, evaluate } = model;
  if (evaluate.predict !== undefined) return { kind: 'command', command: evaluate.predict };
  const scorer = join(reportFolder(env, name), 'score_mlflow.py');
  await writeFile(scorer, MLFLOW_SCORER);
  const { label, features, exclude } = data;
  return { kind: 'mlflow', scorer, settings: { task, label, features, exclude, classes: evaluate.classes } };
}

/** The evaluation data of this job, fetched where nothing has brought them yet: also when a stage makes them. */
async function datasetOf(context: ActionContext, { model }: LoadedModel<ScoredModelConfig>) {
  const { dataset } = model.evaluate;
  const fix = 'Check evaluate.dataset in tidegate.yaml.';
  const path = await fetchTable(context, dataset, { folder: 'dataset', fix });
  if (path.isFetched !== true && !/[*?[{]/.test(dataset)) await dataBringer(context)(dataset);
  const tables = new DuckDbTableReader({
    env: context.env,
    nodeModules: context.nodeModules,
    log: (line) => context.log.info(line),
  });
  try {
    const table = await tables.describe(path.absolute, model.data.csv);
    const digest = await hashDataset(table, path, new OnnxArtifactHasher());
    return { shown: path.shown, absolute: path.absolute, digest };
  } finally {
    await tables.close();
  }
}
