import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../domain/text/nearest.ts';
import { type Problem, UserError } from '../errors.ts';
import { checkConsistency } from './consistency.ts';
import { knownKeys } from './json-schema.ts';
import { warnNotYet } from './not-yet.ts';
import { type ModelConfig, type TidegateConfig, tidegateSchema } from './tidegate-config.ts';
import { createPlaceOf, type PlaceOf } from './yaml-place.ts';

type Issue = z.core.$ZodIssue;

/** A config that holds, what this version does not act on in it, and where its paths stand. */
export interface ParsedConfig {
  readonly config: TidegateConfig;
  readonly warnings: readonly Problem[];
  /** Paths are those of the file: keys as written, indexes from 0. */
  readonly placeOf: PlaceOf;
}

/** A chosen model. */
export interface SelectedModel {
  readonly name: string;
  readonly model: ModelConfig;
}

const FIX_UNKNOWN = 'Remove it.';

/**
 * Parses tidegate.yaml.
 *
 * @param text The file's text; a byte order mark is accepted.
 * @param file The path to show in messages.
 * @throws {UserError} CONFIG_INVALID with every problem, each with line and column; nothing becomes a default.
 */
export function parseConfig(text: string, file = 'tidegate.yaml'): ParsedConfig {
  const lines = new LineCounter();
  // maxAliasCount bounds what a few lines of aliases can expand to.
  const document = parseDocument(text.replace(/^\uFEFF/, ''), { lineCounter: lines, prettyErrors: false });
  const syntax = syntaxProblems(document, lines, file);
  if (syntax.length > 0) throw UserError.ofProblems('CONFIG_INVALID', syntax);
  const placeOf = createPlaceOf(document, lines, file);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const parsed = tidegateSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    throw UserError.ofProblems('CONFIG_INVALID', inOrder(parsed.error.issues.flatMap((i) => problemsOf(i, placeOf))));
  }
  const problems = checkConsistency(parsed.data, placeOf);
  if (problems.length > 0) throw UserError.ofProblems('CONFIG_INVALID', inOrder(problems));
  return { config: parsed.data, warnings: warnNotYet(value, placeOf), placeOf };
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

function syntaxProblems(document: Document.Parsed, lines: LineCounter, file: string): readonly Problem[] {
  return document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      message: `is no YAML: ${error.message}`,
      fix: 'Mend the syntax at this place.',
      place: { file, line, column: col },
    };
  });
}

function problemsOf(issue: Issue, placeOf: PlaceOf): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') return unknownKeyProblems(issue, placeOf);
  const place = placeOf(issue.path);
  const where = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map((value) => JSON.stringify(value)).join(', ');
    return [{ message: `${where} is none of ${allowed}`, fix: `Use one of ${allowed}.`, place }];
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  if (missing) return [{ message: `${where} is missing`, fix: `Add ${String(issue.path.at(-1))}.`, place }];
  return [{ message: `${where} ${saying(issue)}`, fix: 'Correct this value.', place }];
}

/** Our own messages begin with a verb; those of the schema library are quoted. */
function saying(issue: Issue): string {
  if (issue.code === 'invalid_type') return `is no ${issue.expected}`;
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => inner.message).join('; ');
  return /^(is|has|names|needs|says) /.test(issue.message) ? issue.message : `does not hold: ${issue.message}`;
}

function unknownKeyProblems(issue: Issue & { readonly keys: readonly string[] }, placeOf: PlaceOf): readonly Problem[] {
  const known = knownKeys(issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, known);
    const fix = near === undefined ? `${FIX_UNKNOWN} Known keys here: ${known.join(', ')}.` : `Did you mean "${near}"?`;
    return {
      message: `${[...issue.path, key].map(String).join('.')} is an unknown key`,
      fix,
      place: placeOf([...issue.path, key]),
    };
  });
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}
