import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { LocalChampionFinder } from '../../core/adapters/files/local-champion-finder.ts';
import { computationDigest } from '../../core/adapters/onnx/computation-digest.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import { OnnxModelRunner } from '../../core/adapters/onnx/onnx-model-runner.ts';
import type { CustomModelConfig, ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import type { StoredTable } from '../../core/domain/evaluation/champion-data.ts';
import { isTableAddress } from '../../core/domain/warehouse/table-reference.ts';
import type { ChampionFinder } from '../../core/ports/evaluate/champion-finder.ts';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import type { ProfileReport } from '../../core/reports/profile-report.ts';
import { evaluateCandidate, profileReference } from '../../core/usecases/evaluate/evaluate-candidate.ts';
import { evaluateCustom } from '../../core/usecases/evaluate/evaluate-custom.ts';
import { evaluateInWarehouse, type WarehousePorts } from '../../core/usecases/evaluate/evaluate-in-warehouse.ts';
import type { EvaluationPorts } from '../../core/usecases/evaluate/evaluation-ports.ts';
import type { JudgingRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import { profileInWarehouse } from '../../core/usecases/evaluate/profile-in-warehouse.ts';
import type { ActionContext } from '../action-context.ts';
import { dataBringer } from '../bring-data.ts';
import { openOrigins } from '../commit.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { openWarehouse } from '../open-warehouse.ts';
import { fetchPredictions, registeredChampions } from '../registered-versions.ts';
import { assembleCustomRequest, assembleRequest, type Judging } from './assemble-request.ts';
import { rebaselineFinder } from './find-rebaseline.ts';
import type { inputs } from './inputs.ts';

type Values = InputValues<typeof inputs>;

/** Judging with all that it needs from outside; `close` frees the engines. */
export interface AssembledJudging {
  readonly request: JudgingRequest;
  /** The profile is null where nothing is watched for drift. */
  evaluate(): Promise<{ readonly evaluation: EvaluationReport; readonly profile: ProfileReport | null }>;
  close(): Promise<void>;
}

/** Makes the request and the adapters; nothing is loaded before its first use. */
export async function assembleJudging(
  context: ActionContext,
  loaded: LoadedModel,
  judging: Judging,
): Promise<AssembledJudging> {
  const { model } = loaded;
  return model.task === 'custom'
    ? assembleCustom(context, { ...loaded, model }, judging)
    : assembleScored(context, { ...loaded, model }, judging);
}

async function assembleCustom(
  context: ActionContext,
  loaded: LoadedModel<CustomModelConfig>,
  judging: Judging,
): Promise<AssembledJudging> {
  const request = await assembleCustomRequest(context, loaded, judging);
  const { tables, ...ports } = await sharedPorts(context, loaded, judging.values);
  const evaluate = async () => ({ evaluation: await evaluateCustom(request, { ...ports, tables }), profile: null });
  return { request, evaluate, close: () => tables.close() };
}

async function assembleScored(
  context: ActionContext,
  loaded: LoadedModel<ScoredModelConfig>,
  judging: Judging,
): Promise<AssembledJudging> {
  const { values, commit } = judging;
  const request = await assembleRequest(context, loaded, judging);
  const { tables, ...shared } = await sharedPorts(context, loaded, values);
  const ports: EvaluationPorts = {
    ...shared,
    tables,
    models: new OnnxModelRunner(enginesOf(context)),
    origins: await openOrigins(context, commit),
    computationOf: computationDigest,
    bringData: dataBringer(context),
    findRebaseline: rebaselineFinder(context, loaded, values['github-token']),
    engine: tables,
  };
  const close = () => tables.close();
  if (!isTableAddress(request.dataset.shown))
    return { request, evaluate: () => evaluateCandidate(request, ports), close };
  const secrets = { password: values['warehouse-password'], token: values['warehouse-token'] };
  const engine = openWarehouse(context, loaded, secrets);
  const { champions, hasher, progress } = ports;
  const profile: WarehousePorts['profile'] = (asked, judged) =>
    isTableAddress(asked.reference.shown)
      ? profileInWarehouse(asked, judged, { engine, hasher })
      : profileReference(asked, ports);
  const warehouse = { champions, hasher, progress, engine, profile, findRebaseline: ports.findRebaseline };
  const evaluate = () => evaluateInWarehouse(request, warehouse);
  return { request, evaluate, close };
}

function enginesOf({ env, nodeModules, log }: ActionContext) {
  return { env, nodeModules, log: (line: string) => log.info(line) };
}

/** The adapters that every task needs. */
async function sharedPorts(context: ActionContext, loaded: LoadedModel, values: Values) {
  return {
    tables: new DuckDbTableReader(enginesOf(context)),
    champions: await championFinder(context, loaded, values),
    fetchPredictions: (table: StoredTable) => fetchPredictions(context, values['github-token'], table),
    hasher: new OnnxArtifactHasher(),
    clockMs: () => performance.now(),
    progress: (line: string) => context.log.info(line),
  };
}

async function championFinder(context: ActionContext, loaded: LoadedModel, values: Values): Promise<ChampionFinder> {
  const selector = values.champion ?? 'auto';
  if (selector === 'auto' || /^v?\d+\.\d+\.\d+/.test(selector)) {
    return registeredChampions(context, loaded, values['github-token']);
  }
  return new LocalChampionFinder(context.workingDirectory, new OnnxArtifactHasher(), values['champion-features']);
}
