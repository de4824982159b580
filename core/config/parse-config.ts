import type { z } from 'zod';
import { customGateProblems } from '../domain/examples/resolve-custom-gate.ts';
import { CONFIG_FILE } from '../domain/policy/config-file.ts';
import { nearest } from '../domain/text/nearest.ts';
import { type Problem, UserError } from '../errors.ts';
import { checkConsistency } from './consistency.ts';
import { checkFairness } from './fairness-problems.ts';
import { issueProblems } from './issue-problems.ts';
import { readYaml } from './read-yaml.ts';
import { issuesOfUnknownTask, type ModelConfig, type TidegateConfig, tidegateSchema } from './tidegate-config.ts';
import { checkWarehouse } from './warehouse-problems.ts';
import type { PlaceOf } from './yaml-place.ts';

/** A config that holds, and where its paths are in the file. */
export interface ParsedConfig {
  readonly config: TidegateConfig;
  /** Paths are those of the file: keys as written, indexes from 0. */
  readonly placeOf: PlaceOf;
}

/** A chosen model. */
export interface SelectedModel {
  readonly name: string;
  readonly model: ModelConfig;
}

/**
 * Parses tidegate.yaml.
 *
 * @param text The file's text; a byte order mark is accepted.
 * @param file The path to show in messages.
 * @throws {UserError} CONFIG_INVALID with every problem, each with line and column; nothing becomes a default.
 */
export function parseConfig(text: string, file = CONFIG_FILE): ParsedConfig {
  const { value, placeOf } = readYaml(text, file);
  const parsed = tidegateSchema.safeParse(value, { reportInput: true });
  const issues = parsed.success ? [] : parsed.error.issues.flatMap(withOthersOfModel);
  const problems = [...issues.flatMap((issue) => issueProblems(issue, placeOf)), ...checkConsistency(value, placeOf)];
  const later = parsed.success && problems.length === 0 ? laterProblems(parsed.data, placeOf) : [];
  const all = [...problems, ...later];
  if (!parsed.success || all.length > 0) throw UserError.ofProblems('CONFIG_INVALID', inOrder(all));
  return { config: parsed.data, placeOf };
}

/** Problems of settings that hold by themselves. What fairness says first is not said again about the warehouse or the gate. */
function laterProblems(config: TidegateConfig, placeOf: PlaceOf): readonly Problem[] {
  const unfair = checkFairness(config, placeOf);
  return unfair.length > 0 ? unfair : [...checkWarehouse(config, placeOf), ...checkCustomGates(config, placeOf)];
}

/** An issue; with the other problems of the model, if the issue is an unknown task. */
function withOthersOfModel(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  const isOfTask = issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator === 'task';
  return isOfTask ? [issue, ...issuesOfUnknownTask(issue.input, issue.path.slice(0, -1))] : [issue];
}

/** The problems of gates on numbers and examples that code of the team wrote. */
function checkCustomGates({ models }: TidegateConfig, placeOf: PlaceOf): readonly Problem[] {
  return Object.entries(models).flatMap(([name, model]) => {
    if (model.task !== 'custom') return [];
    const places = model.gate.rules.map((_, index) => placeOf(['models', name, 'gate', 'rules', index]));
    return customGateProblems(model, places);
  });
}

/**
 * The named model, or the only one.
 *
 * @param name Empty or undefined: the only one.
 * @throws {UserError} INPUT_INVALID where the name is unknown, or missing with several models.
 */
export function selectModel(config: TidegateConfig, name?: string): SelectedModel {
  const names = Object.keys(config.models);
  const chosen = name === undefined || name === '' ? (names.length === 1 ? names[0] : undefined) : name;
  const model = chosen === undefined ? undefined : Object.entries(config.models).find(([key]) => key === chosen)?.[1];
  if (chosen !== undefined && model !== undefined) return { name: chosen, model };
  const known = names.join(', ');
  if (chosen === undefined) {
    throw new UserError('INPUT_INVALID', `tidegate.yaml has ${names.length} models and the input model names none`, {
      fix: `Set the input model to one of ${known}.`,
    });
  }
  const near = nearest(chosen, names);
  throw new UserError('INPUT_INVALID', `model "${chosen}" is not in tidegate.yaml`, {
    fix: near === undefined ? `Use one of ${known}.` : `Did you mean "${near}"? Known models: ${known}.`,
  });
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}
