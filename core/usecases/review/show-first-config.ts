import type { ModelConfig } from '../../config/tidegate-config.ts';
import type { Comments } from '../../ports/github/comments.ts';
import { FIRST_CONFIG_MARKER, type FoundModel, renderFirstConfig } from '../../render/first-config.ts';
import type { CheckedConfig } from './show-config-check.ts';
import { showComments } from './sticky-comments.ts';

/**
 * Says under a pull request that brings the first tidegate.yaml of a repository that it is not judged yet, with what was
 * found in the file: in one comment, edited in place.
 *
 * @returns What was done, for the log.
 */
export async function showFirstConfig(
  pullRequest: number,
  { config, problems }: CheckedConfig,
  comments: Comments,
): Promise<string> {
  const models = config && Object.entries(config.models).map(([name, model]) => foundModel(name, model));
  const earlier = await comments.own(pullRequest, FIRST_CONFIG_MARKER);
  return showComments(pullRequest, { earlier, bodies: [renderFirstConfig({ models, problems })] }, comments);
}

function foundModel(name: string, model: ModelConfig): FoundModel {
  const { task, artifact, gate, environments } = model;
  return {
    ...{ name, task, artifact },
    judgedOn: judgedFiles(model),
    rules: gate.rules.length,
    environments: environments.map((environment) => environment.name),
  };
}

/** The dataset, or the files of results where a model has none. */
function judgedFiles(model: ModelConfig): readonly string[] {
  if (model.task !== 'custom') return [model.evaluate.dataset];
  const { examples, metricsFile, junitFile, results = [] } = model.evaluate;
  return [examples, metricsFile, junitFile, ...results.map(({ file }) => file)].filter((file) => file !== undefined);
}
