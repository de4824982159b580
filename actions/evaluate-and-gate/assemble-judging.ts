import { resolve } from 'node:path';
import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { PlainFileFolder } from '../../core/adapters/dvc/plain-file-folder.ts';
import { LocalChampionFinder } from '../../core/adapters/files/local-champion-finder.ts';
import type { GitCommit } from '../../core/adapters/git/git-commit.ts';
import { computationDigest } from '../../core/adapters/onnx/computation-digest.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import { OnnxModelRunner } from '../../core/adapters/onnx/onnx-model-runner.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { flattenMetrics } from '../../core/domain/train/parameters.ts';
import { isTableAddress } from '../../core/domain/warehouse/table-reference.ts';
import { UserError } from '../../core/errors.ts';
import type { ChampionFinder } from '../../core/ports/evaluate/champion-finder.ts';
import {
  type Evaluation,
  evaluateCandidate,
  profileReference,
} from '../../core/usecases/evaluate/evaluate-candidate.ts';
import { evaluateInWarehouse, type WarehousePorts } from '../../core/usecases/evaluate/evaluate-in-warehouse.ts';
import type { EvaluationPorts } from '../../core/usecases/evaluate/evaluation-ports.ts';
import type { EvaluationRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import { profileInWarehouse } from '../../core/usecases/evaluate/profile-in-warehouse.ts';
import type { ActionContext } from '../action-context.ts';
import { dataBringer } from '../bring-data.ts';
import { openOrigins } from '../commit.ts';
import { fetchTable } from '../fetch-table.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { openWarehouse } from '../open-warehouse.ts';
import { fetchPredictions, registeredChampions } from '../registered-versions.ts';
import { loadOptionalReport, reportHeader, reportPath } from '../report-files.ts';
import { findBasePolicy } from './base-policy.ts';
import { rebaselineFinder } from './find-rebaseline.ts';
import { identifyInputs } from './identify-inputs.ts';
import type { inputs } from './inputs.ts';

type Values = InputValues<typeof inputs>;

/** Subject of a judgement, and its commit. */
export interface Judging {
  readonly values: Values;
  readonly candidate: EvaluationRequest['candidate'];
  readonly championScores?: EvaluationRequest['championScores'];
  /** Undefined where there is no repository. */
  readonly commit: GitCommit | undefined;
}

/** Options for judging the candidate, from the inputs and tidegate.yaml. */
export async function assembleRequest(
  context: ActionContext,
  loaded: LoadedModel,
  { values, candidate, championScores, commit }: Judging,
): Promise<EvaluationRequest> {
  const { name, model } = loaded;
  const fetched = (shown: string, folder: string) =>
    fetchTable(context, shown, { folder, fix: 'Check evaluate.dataset and drift.reference in tidegate.yaml.' });
  const dataset = values['dataset-path'] ?? model.evaluate.dataset;
  return {
    config: model,
    header: await reportHeader('evaluation', context, name),
    profileHeader: await reportHeader('profile', context, name),
    candidate,
    ...(championScores === undefined ? {} : { championScores }),
    dataset: await fetched(dataset, 'dataset'),
    reference: await fetched(model.drift?.reference ?? dataset, 'reference'),
    ...(await readTrainingMetrics(context, model.evaluate.metricsFile)),
    ...(await readLineage(context, name)),
    inputs: await identifyInputs(context, commit, loaded),
    championSelector: values.champion ?? 'auto',
    resolve: (file) => resolve(context.workingDirectory, file),
    rulePlaces: model.gate.rules.map((_, index) => loaded.placeOf(['models', name, 'gate', 'rules', index])),
    base: await findBasePolicy(context, loaded, {
      workingDirectory: values['working-directory'] ?? '.',
      token: values['github-token'],
    }),
  };
}

/** Results of train in this job, if it ran here. */
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
    fix: 'Correct evaluate.metrics-file, or write this file in the training code.',
    place: { file: CONFIG_FILE },
  });
}

/** Judging with all that it needs from outside; `close` frees the engines. */
export interface AssembledJudging {
  evaluate(): Promise<Evaluation>;
  close(): Promise<void>;
}

/** Subject of a judgement, by its inputs. */
interface AssemblingJudging extends Pick<Judging, 'values' | 'commit'> {
  readonly request: EvaluationRequest;
}

/** Makes the adapters; nothing is loaded before its first use. */
export async function assembleJudging(
  context: ActionContext,
  loaded: LoadedModel,
  { values, commit, request }: AssemblingJudging,
): Promise<AssembledJudging> {
  const engines = { env: context.env, nodeModules: context.nodeModules, log: (line: string) => context.log.info(line) };
  const tables = new DuckDbTableReader(engines);
  const ports: EvaluationPorts = {
    tables,
    models: new OnnxModelRunner(engines),
    champions: await championFinder(context, loaded, values),
    fetchPredictions: (table) => fetchPredictions(context, values['github-token'], table),
    hasher: new OnnxArtifactHasher(),
    origins: await openOrigins(context, commit),
    computationOf: computationDigest,
    bringData: dataBringer(context),
    findRebaseline: rebaselineFinder(context, loaded, values['github-token']),
    engine: tables,
    clockMs: () => performance.now(),
    progress: (line) => context.log.info(line),
  };
  const close = () => tables.close();
  if (!isTableAddress(request.dataset.shown)) return { evaluate: () => evaluateCandidate(request, ports), close };
  const secrets = { password: values['warehouse-password'], token: values['warehouse-token'] };
  const engine = openWarehouse(context, loaded, secrets);
  const { champions, hasher, progress } = ports;
  const profile: WarehousePorts['profile'] = (asked, judged) =>
    isTableAddress(asked.reference.shown)
      ? profileInWarehouse(asked, judged, { engine, hasher })
      : profileReference(asked, ports);
  const warehouse = { champions, hasher, progress, engine, profile, findRebaseline: ports.findRebaseline };
  const evaluate = () => evaluateInWarehouse(request, warehouse);
  return { evaluate, close };
}

async function championFinder(context: ActionContext, loaded: LoadedModel, values: Values): Promise<ChampionFinder> {
  const selector = values.champion ?? 'auto';
  if (selector === 'auto' || /^v?\d+\.\d+\.\d+/.test(selector)) {
    return registeredChampions(context, loaded, values['github-token']);
  }
  return new LocalChampionFinder(context.workingDirectory, new OnnxArtifactHasher(), values['champion-features']);
}
