import type { ModelConfig, ScoredModelConfig } from '../core/config/tidegate-config.ts';

/** The model of a configuration that a test wrote for a task with a dataset. Throws for another one. */
export function scoredModel(model: ModelConfig | undefined): ScoredModelConfig {
  if (model === undefined || model.task === 'custom') throw new RangeError('not a model with a dataset');
  return model;
}
