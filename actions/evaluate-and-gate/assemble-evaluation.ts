import { resolve } from 'node:path';
import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { PlainFileFolder } from '../../core/adapters/dvc/plain-file-folder.ts';
import { LocalChampionFinder } from '../../core/adapters/node/local-champion-finder.ts';
import { startCountingThread } from '../../core/adapters/node/score-count-thread.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import { OnnxModelRunner } from '../../core/adapters/onnx/onnx-model-runner.ts';
import { flattenMetrics } from '../../core/domain/train/parameters.ts';
import { UserError } from '../../core/errors.ts';
import type { ChampionFinder } from '../../core/ports/champion-finder.ts';
import type { EvaluationPorts } from '../../core/usecases/evaluation-ports.ts';
import type { EvaluationRequest } from '../../core/usecases/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';
import { fetchTable } from '../fetch-table.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { registeredChampions } from '../registered-versions.ts';
import { loadOptionalReport, reportHeader, reportPath } from '../report-files.ts';
import { findBasePolicy } from './base-policy.ts';
import type { inputs } from './inputs.ts';

type Values = InputValues<typeof inputs>;

/** What is judged, from the inputs and tidegate.yaml. */
export async function assembleRequest(
  context: ActionContext,
  loaded: LoadedModel,
  values: Values,
): Promise<EvaluationRequest> {
  const { name, model } = loaded;
  const fetched = (shown: string, folder: string) =>
    fetchTable(context, shown, { folder, fix: 'Check evaluate.dataset and drift.reference in tidegate.yaml.' });
  const dataset = values['dataset-path'] ?? model.evaluate.dataset;
  return {
    config: model,
    header: await reportHeader('evaluation', context, name),
    profileHeader: await reportHeader('profile', context, name),
    candidate: await candidateOf(context, loaded, values),
    dataset: await fetched(dataset, 'dataset'),
    reference: await fetched(model.drift?.reference ?? dataset, 'reference'),
    ...(await readTrainingMetrics(context, model.evaluate.metricsFile)),
    ...(await readLineage(context, name)),
    championSelector: values.champion ?? 'auto',
    resolve: (file) => resolve(context.workingDirectory, file),
    rulePlaces: model.gate.rules.map((_, index) => loaded.placeOf(['models', name, 'gate', 'rules', index])),
    base: await findBasePolicy(context, loaded, {
      workingDirectory: values['working-directory'] ?? '.',
      token: values['github-token'],
    }),
  };
}

/** What train left in this job, where it ran here. */
async function readLineage({ env }: ActionContext, model: string): Promise<Pick<EvaluationRequest, 'lineage'>> {
  const run = await loadOptionalReport(reportPath(env, model, 'run'), 'run');
  return run === undefined ? {} : { lineage: { params: run.params, inputs: run.inputs } };
}

async function readTrainingMetrics(
  { workingDirectory }: ActionContext,
  file: string | undefined,
): Promise<Pick<EvaluationRequest, 'trainingMetrics'>> {
  if (file === undefined) return {};
  const value = await new PlainFileFolder(workingDirectory).read(file);
  if (value !== undefined) return { trainingMetrics: flattenMetrics(value) };
  throw new UserError('DATA_NOT_FOUND', `the metrics file ${file} does not exist`, {
    fix: 'Correct evaluate.metrics-file, or what the training code writes.',
    place: { file: 'tidegate.yaml' },
  });
}

/** What judging needs from outside; `close` frees the engines. */
export interface AssembledPorts {
  readonly ports: EvaluationPorts;
  close(): Promise<void>;
}

/** Makes the adapters; nothing is loaded before its first use. */
export async function assemblePorts(
  context: ActionContext,
  loaded: LoadedModel,
  values: Values,
): Promise<AssembledPorts> {
  const engines = { env: context.env, nodeModules: context.nodeModules, log: (line: string) => context.log.info(line) };
  const tables = new DuckDbTableReader(engines);
  const ports: EvaluationPorts = {
    tables,
    models: new OnnxModelRunner(engines),
    champions: await championFinder(context, loaded, values),
    hasher: new OnnxArtifactHasher(),
    startCounting: startCountingThread,
    clockMs: () => performance.now(),
    progress: (line) => context.log.info(line),
  };
  return { ports, close: () => tables.close() };
}

async function candidateOf(
  context: ActionContext,
  { model }: LoadedModel,
  values: Values,
): Promise<EvaluationRequest['candidate']> {
  const declared = model.evaluate.predictions;
  const predictions = values['predictions-path'] ?? declared?.path;
  if (predictions === undefined || values['artifact-path'] !== undefined) {
    const shown = values['artifact-path'] ?? model.artifact;
    return { kind: 'artifact', path: { shown, absolute: resolve(context.workingDirectory, shown) } };
  }
  const fix = 'Check evaluate.predictions in tidegate.yaml, or the input predictions-path.';
  const { absolute, folder } = await fetchTable(context, predictions, { folder: 'predictions', fix });
  // The digest of what is judged is that of a file or folder.
  return { kind: 'predictions', path: { shown: predictions, absolute: folder ?? absolute } };
}

async function championFinder(context: ActionContext, loaded: LoadedModel, values: Values): Promise<ChampionFinder> {
  const selector = values.champion ?? 'auto';
  if (selector === 'auto' || /^v?\d+\.\d+\.\d+/.test(selector)) {
    return registeredChampions(context, loaded, values['github-token']);
  }
  return new LocalChampionFinder(context.workingDirectory, new OnnxArtifactHasher());
}
