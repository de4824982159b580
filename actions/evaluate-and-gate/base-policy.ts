import { GitHubRepositoryFiles } from '../../core/adapters/github/github-repository-files.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import { parseDataSchema } from '../../core/config/parse-data-schema.ts';
import type { CustomModelConfig, ModelConfig, ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import { sensitiveColumns } from '../../core/domain/data-schema/schema-checks.ts';
import { DATA_SCHEMA_METRIC } from '../../core/domain/metrics/data-schema-metric.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { UserError } from '../../core/errors.ts';
import type { CommittedFiles } from '../../core/ports/github/commits.ts';
import type { JudgingRequest, NamedDataSchema } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';
import { openGitRemote, usesGitVersions } from '../git-versions.ts';
import { gitHubOf } from '../github.ts';
import type { LoadedModel } from '../load-model.ts';
import { pathInRepository } from '../repository-environments.ts';

/** The side of this commit in the comparison with the base branch. */
export interface BaseQuestion {
  /** The input github-token. */
  readonly token: string | undefined;
  /** Text of the data schema of this commit; undefined where it has none. */
  readonly schemaText?: string | undefined;
}

/** The base branch's way to judge. */
export interface BasePolicies {
  readonly policy: JudgingRequest['base'];
  readonly schema: NamedDataSchema['base'];
  /** Columns that the base branch marks as sensitive, in its tidegate.yaml or its data schema. */
  readonly sensitive: readonly string[];
}

const NOTHING_DIFFERS: BasePolicies = { policy: null, schema: null, sensitive: [] };

/**
 * The base branch's way to judge the model, where the pull request changes that; null outside pull requests,
 * where nothing changes, and for a model that the base branch does not have. With its data schema, where that differs.
 */
export async function findBasePolicy(
  context: ActionContext,
  { name, model }: LoadedModel,
  { token, schemaText }: BaseQuestion,
): Promise<BasePolicies> {
  const base = context.env.GITHUB_BASE_REF;
  if (base === undefined || base === '') return NOTHING_DIFFERS;
  const files = await repositoryFiles(context, token);
  const text = await files.read(pathInRepository(context, CONFIG_FILE), base);
  if (text === undefined) return NOTHING_DIFFERS;
  try {
    const { config, placeOf } = parseConfig(text);
    const before = config.models[name];
    if (before === undefined) return NOTHING_DIFFERS;
    const path = before.task === 'custom' ? undefined : before.data.schema;
    const schemaFile = path === undefined ? undefined : await files.read(pathInRepository(context, path), base);
    const schema = baseSchema({ path, base, before: schemaFile, now: schemaText });
    const sensitive = sensitiveOf(before, schema);
    const isJudgedBySchema = before.gate.rules.some(({ metric }) => metric === DATA_SCHEMA_METRIC);
    const isSame = policyText(before) === policyText(model) && !(schema !== null && isJudgedBySchema);
    if (isSame) return { policy: null, schema, sensitive };
    context.log.info(`This pull request changes how ${name} is judged: the gate of ${base} is applied too.`);
    const rulePlaces = before.gate.rules.map((_, index) => placeOf(['models', name, 'gate', 'rules', index]));
    return { policy: { config: before, rulePlaces }, schema, sensitive };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = `the tidegate.yaml of ${base} cannot be read: ${error.message}`;
    return { ...NOTHING_DIFFERS, policy: { problem } };
  }
}

function sensitiveOf(model: ModelConfig, schema: BasePolicies['schema']): readonly string[] {
  const named = model.task === 'custom' ? [] : (model.data.sensitive ?? []);
  return [...sensitiveColumns(schema !== null && 'schema' in schema ? schema.schema.columns : {}, named)];
}

/** Null where the schema is the same, or the base branch has none. */
function baseSchema({ path, base, before, now }: SchemaTexts): BasePolicies['schema'] {
  if (path === undefined || before === now) return null;
  if (before === undefined)
    return { problem: `the branch ${base} names the data schema ${path}, and does not have it` };
  try {
    return { schema: parseDataSchema(before, path) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: `the data schema ${path} of ${base} cannot be read: ${error.message}` };
  }
}

interface SchemaTexts {
  readonly path: string | undefined;
  readonly base: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
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
