import { posix } from 'node:path';
import { GitHubRepositoryFiles } from '../../core/adapters/github/github-repository-files.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { UserError } from '../../core/errors.ts';
import type { EvaluationRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';
import { gitHubOf } from '../github.ts';
import type { LoadedModel } from '../load-model.ts';

/** Path of tidegate.yaml in the repository, and its reader. */
export interface BasePlace {
  readonly workingDirectory: string;
  readonly token: string | undefined;
}

/**
 * The base branch's way to judge the model, where the pull request changes that; null outside pull requests,
 * where nothing changes, and for a model that the base branch does not have.
 */
export async function findBasePolicy(
  context: ActionContext,
  { name, model }: LoadedModel,
  { workingDirectory, token }: BasePlace,
): Promise<EvaluationRequest['base']> {
  const base = context.env.GITHUB_BASE_REF;
  if (base === undefined || base === '') return null;
  const { client, repository } = await gitHubOf(context, token);
  const path = posix.join(workingDirectory, CONFIG_FILE);
  const text = await new GitHubRepositoryFiles(client, repository).read(path, base);
  if (text === undefined) return null;
  try {
    const { config, placeOf } = parseConfig(text);
    const before = config.models[name];
    if (before === undefined || policyText(before) === policyText(model)) return null;
    context.log.info(`This pull request changes how ${name} is judged: the gate of ${base} is applied too.`);
    return {
      config: before,
      rulePlaces: before.gate.rules.map((_, index) => placeOf(['models', name, 'gate', 'rules', index])),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: `the tidegate.yaml of ${base} cannot be read: ${error.message}` };
  }
}

/** Settings that decide a verdict, as text to compare: paths of data do not. */
function policyText({ task, data, evaluate, gate }: ModelConfig): string {
  const { dataset: _, predictions: __, championStaleAfter: ___, ...judging } = evaluate;
  return JSON.stringify([task, data.label, data.time, judging, gate]);
}
