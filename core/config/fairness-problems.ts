import { fairnessMetricOf } from '../domain/fairness/fairness-measure.ts';
import { isTableAddress } from '../domain/warehouse/table-reference.ts';
import type { Problem } from '../errors.ts';
import type { ModelConfig, TidegateConfig } from './tidegate-config.ts';
import type { PlaceOf } from './yaml-place.ts';

/**
 * Fairness where it cannot be measured, and rules on columns that `evaluate.fairness` does not name.
 *
 * @returns Every problem; empty where all holds.
 */
export function checkFairness({ models }: TidegateConfig, placeOf: PlaceOf): readonly Problem[] {
  return Object.entries(models).flatMap(([name, model]) => {
    const path = ['models', name];
    const declared = limitOf(model);
    const at = [...path, 'evaluate', 'fairness'];
    const limits =
      declared === undefined
        ? []
        : [{ ...declared, message: `${at.join('.')} ${declared.message}`, place: placeOf(at) }];
    return [...limits, ...ruleProblems(model, path, placeOf)];
  });
}

function limitOf(model: ModelConfig): Omit<Problem, 'place'> | undefined {
  if (model.task === 'custom' || model.evaluate.fairness === undefined) return undefined;
  const { evaluate, task } = model;
  if (task !== 'binary-classification') {
    return { message: `needs task: binary-classification, and the task is ${task}`, fix: 'Remove fairness.' };
  }
  if (isTableAddress(evaluate.dataset)) {
    const fix = 'Remove fairness, or evaluate on a file with a sample of the rows.';
    return { message: 'is not computed where evaluate.dataset is a table of the warehouse', fix };
  }
  if (evaluate.scores === 'decision') {
    const message = 'needs probabilities for the calibration of groups, and evaluate.scores is decision';
    return { message, fix: 'Remove fairness, or score by a model that gives probabilities.' };
  }
  if (evaluate.folds === undefined) return undefined;
  return {
    message: 'is not computed from cross-validation, which evaluate.folds asks for',
    fix: 'Remove one of both.',
  };
}

function ruleProblems(model: ModelConfig, path: readonly string[], placeOf: PlaceOf): readonly Problem[] {
  const columns = model.task === 'custom' ? [] : (model.evaluate.fairness ?? []).map(({ column }) => column);
  return model.gate.rules.flatMap(({ metric }, index) => {
    const named = fairnessMetricOf(metric);
    if (named === undefined || columns.includes(named.column)) return [];
    const at = [...path, 'gate', 'rules', index];
    const message = `${at.join('.')} is on the groups of ${named.column}, which evaluate.fairness does not name`;
    const fix =
      model.task === 'custom'
        ? 'Remove it: task: custom has no dataset with groups.'
        : `Add evaluate.fairness: { column: ${named.column} }.`;
    return [{ message, fix, place: placeOf(at) }];
  });
}
