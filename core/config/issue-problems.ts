import type { z } from 'zod';
import { nearest } from '../domain/text/nearest.ts';
import type { Problem } from '../errors.ts';
import { knownKeys } from './json-schema.ts';
import type { PlaceOf } from './yaml-place.ts';

type Issue = z.core.$ZodIssue;

/** YAML's names of the schema library's types. */
const TYPES: Readonly<Record<string, string>> = {
  object: 'mapping',
  record: 'mapping',
  array: 'list',
  string: 'text',
  int: 'whole number',
};
/** Chosen: a value is shown to be recognised, not to be read. */
const MAX_SHOWN_CHARACTERS = 80;

/** Keys that a file may have at a path. */
export type KnownKeys = (path: readonly PropertyKey[]) => readonly string[];

/**
 * An issue of the schema library as problems: which key, with which value, where, and what to do.
 *
 * @param known Default: the keys of tidegate.yaml.
 */
export function issueProblems(issue: Issue, placeOf: PlaceOf, known: KnownKeys = knownKeys): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') return unknownKeyProblems(issue, placeOf, known(issue.path));
  const place = placeOf(issue.path);
  const where = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
  const value = shown(inputOf(issue));
  const values = allowedValues(issue);
  if (values !== undefined && inputOf(issue) !== undefined) {
    const allowed = values.map((one) => JSON.stringify(one)).join(', ');
    const [none, fix] = values.length === 1 ? ['is not', 'Write'] : ['is not one of', 'Use one of'];
    return [{ message: `${where}${value} ${none} ${allowed}`, fix: `${fix} ${allowed}.`, place }];
  }
  if (issue.path.length === 0 && (issue.input === null || issue.input === undefined)) {
    return [{ message: 'the file is empty', fix: 'Add version and models: npm run init writes a first one.', place }];
  }
  if (inputOf(issue) === undefined && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code)) {
    return [{ message: `${where} is missing`, fix: `Add ${String(issue.path.at(-1))}.`, place }];
  }
  return [{ message: `${where}${value} ${saying(issue)}`, fix: fixOf(issue), place }];
}

/** The value that a person wrote at the path. For a key that decides between alternatives, the issue has the mapping around it. */
function inputOf(issue: Issue): unknown {
  if (!isOfTask(issue)) return issue.input;
  const { input } = issue;
  return typeof input === 'object' && input !== null && 'task' in input ? input.task : undefined;
}

function isOfTask(issue: Issue): issue is Issue & { readonly code: 'invalid_union' } {
  return issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator === 'task';
}

function allowedValues(issue: Issue): readonly unknown[] | undefined {
  if (issue.code === 'invalid_value') return issue.values;
  return isOfTask(issue) && 'options' in issue && Array.isArray(issue.options) ? issue.options : undefined;
}

/** Scalars only: what a person wrote there. */
function shown(input: unknown): string {
  if (input === null) return ' (empty)';
  if (typeof input === 'number' || typeof input === 'boolean') return ` ${input}`;
  if (typeof input !== 'string') return '';
  return ` ${JSON.stringify(input.length > MAX_SHOWN_CHARACTERS ? `${input.slice(0, MAX_SHOWN_CHARACTERS)}…` : input)}`;
}

/** Our own messages begin with a verb; those of the schema library are quoted. */
function saying(issue: Issue): string {
  if (issue.code === 'invalid_type') return `is not a ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => inner.message).join('; ');
  return /^(is|has|names|needs|says) /.test(issue.message) ? issue.message : `is not valid: ${issue.message}`;
}

function fixOf(issue: Issue): string {
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string';
  const isPlain = typeof issue.input === 'number' || typeof issue.input === 'boolean';
  if (wantsText && isPlain) return `Quote it: "${String(issue.input)}".`;
  return issue.input === null ? 'Write a value, or remove the key.' : 'Correct this value.';
}

/** A key that the schema has here, but not for the task of this model. */
function otherTaskProblem(path: readonly PropertyKey[], placeOf: PlaceOf): Problem {
  return {
    message: `${path.map(String).join('.')} has no meaning for the task of this model`,
    fix: 'Remove it: task: custom has no dataset, and the other tasks judge the rows of one.',
    place: placeOf(path),
  };
}

function unknownKeyProblems(
  issue: Issue & { readonly keys: readonly string[] },
  placeOf: PlaceOf,
  known: readonly string[],
): readonly Problem[] {
  return issue.keys.map((key) => {
    if (known.includes(key)) return otherTaskProblem([...issue.path, key], placeOf);
    const near = nearest(key, known);
    return {
      message: `${[...issue.path, key].map(String).join('.')} is an unknown key`,
      fix: near === undefined ? `Remove it. Known keys here: ${known.join(', ')}.` : `Did you mean "${near}"?`,
      place: placeOf([...issue.path, key]),
    };
  });
}
