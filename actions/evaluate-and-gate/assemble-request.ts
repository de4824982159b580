import { resolve } from 'node:path';
import type { GitCommit } from '../../core/adapters/git/git-commit.ts';
import type { CustomModelConfig, ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import { UserError } from '../../core/errors.ts';
import type { CustomRequest } from '../../core/usecases/evaluate/evaluate-custom.ts';
import type { EvaluationRequest, JudgingRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';
import { expectCommittedSchema, readDataSchema } from '../data-schema-file.ts';
import { fetchTable } from '../fetch-table.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { loadOptionalReport, reportHeader, reportPath } from '../report-files.ts';
import { baseOfCustom, baseOfScored, findBasePolicy } from './base-policy.ts';
import { identifyInputs } from './identify-inputs.ts';
import type { inputs } from './inputs.ts';
import { readResults } from './read-results.ts';

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
  loaded: LoadedModel<ScoredModelConfig>,
  judging: Judging,
): Promise<EvaluationRequest> {
  const { name, model } = loaded;
  const { values, championScores } = judging;
  const fetched = (shown: string, folder: string) =>
    fetchTable(context, shown, { folder, fix: 'Check evaluate.dataset and drift.reference in tidegate.yaml.' });
  const dataset = values['dataset-path'] ?? model.evaluate.dataset;
  return {
    ...(await sharedRequest(context, loaded, judging)),
    config: model,
    ...(await policyOfScored(context, loaded, judging)),
    profileHeader: await reportHeader('profile', context, name),
    ...(championScores === undefined ? {} : { championScores }),
    dataset: await fetched(dataset, 'dataset'),
    reference: await fetched(model.drift?.reference ?? dataset, 'reference'),
    resolve: (file) => resolve(context.workingDirectory, file),
  };
}

/** The base branch's way to judge, and the data schemas of both. */
async function policyOfScored(
  context: ActionContext,
  loaded: LoadedModel<ScoredModelConfig>,
  { values, commit }: Judging,
): Promise<Pick<EvaluationRequest, 'base' | 'dataSchema' | 'sensitiveInBase'>> {
  const path = loaded.model.data.schema;
  const own = path === undefined ? undefined : await readDataSchema(context, path);
  // At home a person tries a change before it is committed.
  if (own !== undefined && context.isRunner) await expectCommittedSchema(commit, own);
  const { policy, schema, sensitive } = await findBasePolicy(context, loaded, {
    token: values['github-token'],
    schemaText: own?.text,
  });
  const base = baseOfScored(policy);
  if (own === undefined) return { base, sensitiveInBase: sensitive };
  return {
    base,
    dataSchema: { path: own.path, digest: own.digest, schema: own.schema, base: schema },
    sensitiveInBase: sensitive,
  };
}

/** Options of a judgement of `task: custom`. */
export async function assembleCustomRequest(
  context: ActionContext,
  loaded: LoadedModel<CustomModelConfig>,
  judging: Judging,
): Promise<CustomRequest> {
  const { model } = loaded;
  refuseTables(judging.values);
  const { examples, metricsFile, junitFile, results } = model.evaluate;
  const pathOf = (shown: string) => ({ shown, absolute: resolve(context.workingDirectory, shown) });
  return {
    ...(await sharedRequest(context, loaded, judging)),
    config: model,
    base: baseOfCustom((await findBasePolicy(context, loaded, { token: judging.values['github-token'] })).policy),
    dataset: pathOf(examples ?? metricsFile ?? junitFile ?? results?.[0]?.file ?? model.artifact),
    examples: examples === undefined ? undefined : pathOf(examples),
  };
}

/** @throws {UserError} INPUT_INVALID for inputs that name rows of a dataset. */
function refuseTables(values: Values): void {
  const named = (['dataset-path', 'predictions-path', 'champion-features'] as const).filter(
    (name) => values[name] !== undefined,
  );
  if (named.length === 0) return;
  throw new UserError('INPUT_INVALID', `the inputs ${named.join(', ')} have no meaning for task: custom`, {
    fix: 'Remove them: the numbers and examples to judge are named in tidegate.yaml.',
  });
}

/** Options that do not depend on the task. */
async function sharedRequest(
  context: ActionContext,
  loaded: LoadedModel,
  { values, candidate, commit }: Judging,
): Promise<Omit<JudgingRequest, 'config' | 'base' | 'dataset'>> {
  const { name, model } = loaded;
  return {
    header: await reportHeader('evaluation', context, name),
    candidate,
    ...(await readResults(context, model)),
    ...(await readLineage(context, name)),
    inputs: await identifyInputs(context, commit, loaded),
    championSelector: values.champion ?? 'auto',
    rulePlaces: model.gate.rules.map((_, index) => loaded.placeOf(['models', name, 'gate', 'rules', index])),
  };
}

/** Results of train in this job, if it ran here. */
async function readLineage({ env }: ActionContext, model: string): Promise<Pick<EvaluationRequest, 'lineage'>> {
  const run = await loadOptionalReport(reportPath(env, model, 'run'), 'run');
  return run === undefined ? {} : { lineage: { params: run.params, inputs: run.inputs } };
}
