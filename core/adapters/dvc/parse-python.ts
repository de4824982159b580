import { parser } from '@lezer/python';
import type { PlainMap, PlainValue } from '../../domain/data/plain-value.ts';
import { TextProblem } from '../../domain/data/text-problem.ts';
import { readPythonLiteral } from '../../domain/train/python-literal.ts';
import { readPythonString } from '../../domain/train/python-string.ts';
import { checkPython, type PythonNode, type PythonTree } from './check-python.ts';

/** Chosen: a thousand times what parameters take. */
const MAX_PYTHON_BYTES = 2 ** 20;
/** Python's own bound on blocks within each other. */
const MAX_BLOCKS = 100;

/**
 * The parameters of a Python file, as DVC reads them (dvc/utils/serialize/_py.py): what literals are assigned to names, in
 * classes as mappings, and to `self` in `__init__`. Nothing is run, and what is not a literal is passed over.
 *
 * @param text Line ends are `\n`.
 * @throws {TextProblem} For what is not Python, and for keys that Python refuses.
 */
export function parsePython(text: string): PlainMap {
  if (Buffer.byteLength(text) > MAX_PYTHON_BYTES) throw new TextProblem('the file is larger than 1 MiB', 0);
  const tree = parseTree(maskNumbers(text));
  checkPython(tree, text);
  return readBlock(tree.topNode, { text, isInit: false, depth: 0 });
}

const COMMENT = /#[^\n]*/y;
const WORD = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const DIGITS = /[\d_](?:[eE][-+]?\d|[\d_.])*/y;
const NUMBER = /\d[\d_]*\.(?:[eE][-+]?\d+)?[jJ]?(?![\d_])/y;

/** A text of the same length in which a number such as `1.` has no dot, which the parser takes for the one of a member. */
function maskNumbers(text: string): string {
  let masked = '';
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = masked.length;
    return pattern.exec(text)?.[0];
  };
  while (masked.length < text.length) {
    const end = readPythonString(text, masked.length)?.end;
    const number = match(NUMBER);
    if (end !== undefined) masked += text.slice(masked.length, end);
    else if (number !== undefined) masked += '1'.repeat(number.length);
    else masked += match(COMMENT) ?? match(WORD) ?? match(DIGITS) ?? text[masked.length];
  }
  return masked;
}

/** The parser gives up at the first place that is not Python. */
function parseTree(text: string): PythonTree {
  const run = parser.configure({ strict: true }).startParse(text);
  try {
    for (;;) {
      const tree = run.advance();
      if (tree !== null) return tree;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TextProblem('this is not Python that can be read', run.parsedPos);
  }
}

interface Block {
  readonly text: string;
  /** Only what is assigned to `self` counts. */
  readonly isInit: boolean;
  readonly depth: number;
}

function readBlock(body: PythonNode | null, block: Block): PlainMap {
  const values = new Map<string, PlainValue>();
  if (block.depth > MAX_BLOCKS) throw new TextProblem('blocks are too deep within each other', body?.from ?? 0);
  const within = (node: PythonNode, isInit: boolean) =>
    readBlock(node.getChild('Body'), { ...block, isInit, depth: block.depth + 1 });
  for (const node of statements(body)) {
    const name = nameOf(node.getChild('VariableName'), block.text);
    if (node.name === 'AssignStatement') readAssignment(node, block, values);
    else if (node.name === 'ClassDefinition') values.set(name, within(node, false));
    else if (node.name === 'FunctionDefinition' && name === '__init__' && node.getChild('async') === null) {
      for (const [key, value] of within(node, true)) values.set(key, value);
    }
  }
  return values;
}

function* statements(body: PythonNode | null): Generator<PythonNode> {
  for (let node = body?.firstChild ?? null; node !== null; node = node.nextSibling) {
    if (node.name === 'StatementGroup') yield* statements(node);
    else yield node.name === 'DecoratedStatement' ? (node.lastChild ?? node) : node;
  }
}

function readAssignment(node: PythonNode, { text, isInit }: Block, values: Map<string, PlainValue>): void {
  const signs = node.getChildren('AssignOp');
  const [sign] = signs;
  if (sign === undefined || signs.length > 1) return;
  const target = node.firstChild;
  // `a, b = …` and `*a, = …` have more before the sign; a type is not a part of the target.
  const next = target?.nextSibling;
  if (target === null || (next?.name !== 'AssignOp' && next?.name !== 'TypeDef')) return;
  const name = targetName(target, text, isInit);
  if (name === undefined) return;
  const value = literalAt(text, sign.to, node.to);
  if (value !== undefined) values.set(name, value);
}

function literalAt(text: string, from: number, to: number): PlainValue | undefined {
  try {
    return readPythonLiteral(text.slice(from, to));
  } catch (error) {
    throw error instanceof TextProblem ? new TextProblem(error.message, from + error.offset) : error;
  }
}

function targetName(target: PythonNode, text: string, isInit: boolean): string | undefined {
  if (target.name === 'ParenthesizedExpression') {
    const inner = target.firstChild?.nextSibling ?? null;
    return inner === null ? undefined : targetName(inner, text, isInit);
  }
  if (target.name === 'VariableName') return isInit ? undefined : nameOf(target, text);
  const owner = target.firstChild;
  const property = target.getChild('PropertyName');
  const isOfSelf = target.name === 'MemberExpression' && owner?.name === 'VariableName' && property !== null;
  return isOfSelf && nameOf(owner, text) === 'self' ? nameOf(property, text) : undefined;
}

/** Python takes names for equal that look so: `ﬁ` is `fi`. */
function nameOf(node: PythonNode | null, text: string): string {
  return node === null ? '' : text.slice(node.from, node.to).normalize('NFKC');
}
