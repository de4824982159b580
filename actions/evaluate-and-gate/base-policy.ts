import { GitHubRepositoryFiles } from '../../core/adapters/github/github-repository-files.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import type { CustomModelConfig, ModelConfig, ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { UserError } from '../../core/errors.ts';
import type { CommittedFiles } from '../../core/ports/github/commits.ts';
import type { JudgingRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';
import { openGitRemote, usesGitVersions } from '../git-versions.ts';
import { gitHubOf } from '../github.ts';
import type { LoadedModel } from '../load-model.ts';
import { pathInRepository } from '../repository-environments.ts';

/**
 * The base branch's way to judge the model, where the pull request changes that; null outside pull requests,
 * where nothing changes, and for a model that the base branch does not have.
 *
 * @param token The input github-token.
 */
export async function findBasePolicy(
  context: ActionContext,
  { name, model }: LoadedModel,
  token: string | undefined,
): Promise<JudgingRequest['base']> {
  const base = context.env.GITHUB_BASE_REF;
  if (base === undefined || base === '') return null;
  const files = await repositoryFiles(context, token);
  const text = await files.read(pathInRepository(context, CONFIG_FILE), base);
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

async function repositoryFiles(context: ActionContext, token: string | undefined): Promise<CommittedFiles> {
  if (usesGitVersions(context)) return openGitRemote(context);
  const { client, repository } = await gitHubOf(context, token);
  return new GitHubRepositoryFiles(client, repository);
}

/** Settings that decide a verdict, as text to compare: paths of data do not. */
function policyText(model: ModelConfig): string {
  const { task, gate } = model;
  if (model.task === 'custom') {
    const { championStaleAfter: _, ...judging } = model.evaluate;
    return JSON.stringify([task, judging, gate]);
  }
  const { dataset: _, predictions: __, championStaleAfter: ___, ...judging } = model.evaluate;
  return JSON.stringify([task, model.data.label, model.data.time, judging, gate]);
}

/** The same where both judge alike; otherwise a reason, as no numbers of the one mean anything to the other. */
export function baseOfScored(base: JudgingRequest['base']): JudgingRequest<ScoredModelConfig>['base'] {
  if (base === null || 'problem' in base) return base;
  const { config, rulePlaces } = base;
  return config.task === 'custom' ? OTHER_TASK : { config, rulePlaces };
}

/** The same for a model of `task: custom`. */
export function baseOfCustom(base: JudgingRequest['base']): JudgingRequest<CustomModelConfig>['base'] {
  if (base === null || 'problem' in base) return base;
  const { config, rulePlaces } = base;
  return config.task === 'custom' ? { config, rulePlaces } : OTHER_TASK;
}

const OTHER_TASK = { problem: 'this pull request changes task, so that the gate of the base branch cannot be applied' };
