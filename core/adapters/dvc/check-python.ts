import type { parser } from '@lezer/python';
import { TextProblem } from '../../domain/data/text-problem.ts';
import { readPythonString } from '../../domain/train/python-string.ts';

/** Result of parsing a text. */
export type PythonTree = ReturnType<typeof parser.parse>;
/** A place in it. */
export type PythonNode = PythonTree['topNode'];
/** As a node, without making one for each. */
type NodeRef = Pick<PythonNode, 'name' | 'from' | 'to' | 'node'>;

/** Kinds of nodes that something can be assigned to. */
const TARGETS = new Set([
  'VariableName',
  'MemberExpression',
  'ParenthesizedExpression',
  'TupleExpression',
  'ArrayExpression',
]);
const NO_STATEMENTS = new Set([':', ';', 'Comment']);

/**
 * Refuses what the parser takes and Python does not: texts without an end, lines that are indented by chance, statements of
 * Python 2, values that are not targets.
 *
 * @throws {TextProblem}
 */
export function checkPython(tree: PythonTree, text: string): void {
  if (text.includes('\0')) throw new TextProblem('a null byte is in the file', text.indexOf('\0'));
  tree.iterate({ enter: (node) => checkNode(node, text) });
}

function checkNode(node: NodeRef, text: string): void {
  const source = () => text.slice(node.from, node.to);
  if (node.name === 'String' || node.name === 'FormatString') checkString(node, text);
  else if (node.name === 'Script' || node.name === 'Body') checkIndent(node.node, text);
  else if (node.name === 'Number' && !isNumber(source()))
    throw new TextProblem(`${source()} is not a number`, node.from);
  else if (node.name === 'PrintStatement' || (node.name === 'CompareOp' && source() === '<>')) {
    throw new TextProblem('this is Python 2', node.from);
  } else if (node.name === 'AssignStatement' || node.name === 'UpdateStatement') checkTargets(node.node);
  else if (node.name === 'ContinuedString') checkJoined(node.node, text);
  else if (node.name === 'TryStatement' && !node.node.getChild('except') && !node.node.getChild('finally'))
    throw new TextProblem('try has neither except nor finally', node.from);
}

function checkJoined(node: PythonNode, text: string): void {
  const kinds = new Set<boolean>();
  for (let part = node.firstChild; part !== null; part = part.nextSibling)
    if (part.name !== 'Comment') kinds.add(/^[a-z]*b/i.test(text.slice(part.from, part.from + 2)));
  if (kinds.size > 1) throw new TextProblem('bytes and text are joined', node.from);
}

function checkString({ name, from, to }: NodeRef, text: string): void {
  // Python 3.12 lets the quotes of an f-string be within it, so that only its end is looked at.
  const isWhole = name === 'String' ? readPythonString(text, from)?.end === to : /["']$/.test(text.slice(from + 1, to));
  if (!isWhole) throw new TextProblem('a text does not end', from);
}

function isNumber(text: string): boolean {
  return !/__|_$|_[.eEjJ]|[.eE]_|^0(?=[0-9_]+$)[0_]*[1-9]/.test(text);
}

/** The statements of a block begin in one column, or follow another on its line. */
function checkIndent(block: PythonNode, text: string): void {
  let indent = block.name === 'Script' ? '' : undefined;
  for (let node = block.firstChild; node !== null; node = node.nextSibling) {
    if (NO_STATEMENTS.has(node.name)) continue;
    const before = text.slice(text.lastIndexOf('\n', node.from - 1) + 1, node.from);
    if (!/^[ \t\f]*$/.test(before)) continue;
    indent ??= before;
    if (before !== indent) throw new TextProblem('this line is indented in another way', node.from);
  }
}

function checkTargets(statement: PythonNode): void {
  const last = statement.getChildren('AssignOp').at(-1) ?? statement.getChild('UpdateOp') ?? statement.lastChild;
  for (let node = statement.firstChild; node !== null && node.from < (last?.from ?? 0); node = node.nextSibling) {
    const isTarget = TARGETS.has(node.name) || ['AssignOp', 'TypeDef', ',', '*', 'Comment'].includes(node.name);
    if (!isTarget) throw new TextProblem('nothing can be assigned to this', node.from);
  }
}
