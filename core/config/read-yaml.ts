import { type Document, isAlias, isNode, isScalar, type LineCounter, visit, YAMLParseError } from 'yaml';
import { plainYaml, readYamlDocuments } from '../domain/yaml/read-yaml-documents.ts';
import type { YamlRefusal } from '../domain/yaml/yaml-bounds.ts';
import { type Problem, UserError } from '../errors.ts';
import { createPlaceOf, type PlaceOf } from './yaml-place.ts';

/** A YAML text as a plain value, and where its paths are. */
export interface YamlText {
  readonly value: unknown;
  readonly placeOf: PlaceOf;
}

/** Chosen: twenty times the largest config that was seen. */
export const MAX_CONFIG_BYTES = 64 * 2 ** 10;

/** The messages of the parser that are meant for programmers, in a user's words. */
const SYNTAX: Readonly<Record<string, Omit<Problem, 'place'>>> = {
  MULTIPLE_DOCS: {
    message: 'has a second YAML document',
    fix: 'Keep one document: remove this line and what follows.',
  },
  TAB_AS_INDENT: { message: 'has a tab as indentation', fix: 'Indent with spaces: YAML does not allow tabs there.' },
  DUPLICATE_KEY: { message: 'has the same key twice', fix: 'Remove one of the two.' },
};

/**
 * Reads a YAML file that a person wrote: one document, plain keys, no tags of programs, within bounds of size, depth and
 * aliases.
 *
 * @param text A byte order mark is accepted.
 * @throws {UserError} CONFIG_INVALID with every problem, each with line and column; with the one bound that it is beyond.
 */
export function readYaml(text: string, file: string, maxBytes = MAX_CONFIG_BYTES): YamlText {
  const { documents, lines, refusal } = readYamlDocuments(text.replace(/^\uFEFF/, ''), { maxBytes });
  const [document, second] = documents;
  if (document === undefined) throw beyondBound(refusal, lines, file);
  if (second !== undefined) document.errors.push(new YAMLParseError(rangeOf(second), 'MULTIPLE_DOCS', ''));
  const problems = [...syntaxProblems(document, lines, file), ...structureProblems(document, lines, file)];
  if (problems.length > 0) throw UserError.ofProblems('CONFIG_INVALID', problems);
  return { value: plainYaml(document), placeOf: createPlaceOf(document, lines, file) };
}

function rangeOf({ range: [start, end] }: Document.Parsed): [number, number] {
  return [start, end];
}

function beyondBound(refusal: YamlRefusal | undefined, lines: LineCounter, file: string): UserError {
  const { line, col } = lines.linePos(refusal?.offset ?? 0);
  return new UserError('CONFIG_INVALID', refusal?.message ?? 'cannot be read', {
    fix: refusal?.fix ?? 'Check which program wrote this file.',
    place: { file, line, column: col },
  });
}

function syntaxProblems(document: Document.Parsed, lines: LineCounter, file: string): readonly Problem[] {
  return [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const known = SYNTAX[error.code] ?? {
      message: `is not valid YAML: ${error.message}`,
      fix: 'Fix the syntax at this place.',
    };
    return { ...known, place: { file, line, column: col } };
  });
}

/** Valid YAML that would be lost or misread as a plain value. */
function structureProblems(document: Document.Parsed, lines: LineCounter, file: string): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (offset: number | undefined, message: string, fix: string) => {
    const { line, col } = lines.linePos(offset ?? 0);
    problems.push({ message, fix, place: { file, line, column: col } });
  };
  // Nodes come in the order of the text, as YAML wants an anchor before its aliases.
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node) && !anchors.has(node.source)) {
        add(node.range?.[0], `has the alias *${node.source} without its anchor`, 'Quote a text that begins with *.');
      } else if (!isAlias(node) && node.anchor !== undefined) anchors.add(node.anchor);
    },
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value === '__proto__') {
        add(key.range?.[0], '__proto__ is an unknown key', 'Remove it.');
      } else if (!isScalar(key) && !isAlias(key)) {
        add(
          isNode(key) ? key.range?.[0] : undefined,
          'has a key that is a list or a mapping',
          'Use plain text as keys.',
        );
      }
    },
  });
  return problems;
}
