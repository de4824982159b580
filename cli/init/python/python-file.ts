import { parser } from '@lezer/python';

/** A place in the tree of a Python file. */
export type PythonNode = ReturnType<typeof parser.parse>['topNode'];

/** A call, such as `joblib.dump(model, "model.joblib")`. */
export interface PythonCall {
  readonly file: PythonFile;
  readonly node: PythonNode;
  /** The called name with imports resolved: `joblib.dump` for `from joblib import dump`. Methods keep their object's name. */
  readonly name: string;
  /** The part after the last dot. */
  readonly method: string;
  readonly args: readonly PythonNode[];
  readonly named: ReadonlyMap<string, PythonNode>;
}

/** An assignment to a name: `x = …`, `self.x = …`, the default of a parameter, or `with … as x`. */
export interface PythonAssignment {
  readonly name: string;
  readonly value: PythonNode;
}

/** A Python file as its parser sees it; nothing is run. */
export interface PythonFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
  /** Local name to full name: `pd` to `pandas`, `dump` to `joblib.dump`. */
  readonly imports: ReadonlyMap<string, string>;
  readonly assignments: readonly PythonAssignment[];
  readonly calls: readonly PythonCall[];
  /** All nodes with an index: `df["quality"]`. */
  readonly subscripts: readonly PythonNode[];
  /** Has `if __name__ == "__main__"`. */
  readonly hasMain: boolean;
}

/** Chosen: no code that people write is longer, and longer text is generated. */
const MAX_PYTHON_BYTES = 512 * 1024;

/** Reads a Python file; what the parser cannot read is passed over, since nothing is decided by a file's errors. */
export function readPythonFile(path: string, text: string): PythonFile {
  const source = text.length > MAX_PYTHON_BYTES ? '' : text;
  const imports = new Map<string, string>();
  const assignments: PythonAssignment[] = [];
  const subscripts: PythonNode[] = [];
  const calls: PythonCall[] = [];
  const file: PythonFile = {
    path,
    text: source,
    imports,
    assignments,
    calls,
    subscripts,
    hasMain: /^if\s+__name__\s*==\s*["']__main__["']/m.test(source),
  };
  const found: PythonNode[] = [];
  parser.parse(source).iterate({
    enter: ({ name, node }) => {
      if (name === 'ImportStatement') readImport(node, source, imports);
      else if (name === 'AssignStatement') assignments.push(...readAssignment(node, source));
      else if (name === 'ParamList') assignments.push(...readDefaults(node, source));
      else if (name === 'WithStatement') assignments.push(...readWith(node, source));
      else if (name === 'CallExpression') found.push(node);
      else if (name === 'Decorator' && node.getChild('ArgList') !== null) found.push(node);
      else if (name === 'MemberExpression' && node.getChild('[') !== null) subscripts.push(node);
    },
  });
  calls.push(...found.map((node) => readCall(file, node)));
  return file;
}

/** The text of a node. */
export function sourceOf(node: PythonNode, text: string): string {
  return text.slice(node.from, node.to);
}

/** The children of a node, without punctuation and comments. */
export function partsOf(node: PythonNode): PythonNode[] {
  const parts: PythonNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (/^[A-Z]/.test(child.name) && child.name !== 'Comment') parts.push(child);
  return parts;
}

/** `import a.b as c`, `from a import b as c`, `from .a import b`. */
function readImport(node: PythonNode, text: string, imports: Map<string, string>): void {
  const source = sourceOf(node, text)
    .replaceAll(/#[^\n]*/g, '')
    .replaceAll(/[()\\\n]/g, ' ');
  const from = /^from\s+(\.*[\w.]*)\s+import\s+(.*)$/s.exec(source.trim());
  const list = from?.[2] ?? /^import\s+(.*)$/s.exec(source.trim())?.[1] ?? '';
  for (const entry of list.split(',')) {
    const [, name = '', alias] = /^\s*([\w.*]+)(?:\s+as\s+(\w+))?\s*$/.exec(entry) ?? [];
    if (name === '') continue;
    if (from !== null) imports.set(alias ?? name, `${from[1]}${/\.$/.test(from[1] ?? '') ? '' : '.'}${name}`);
    else if (alias !== undefined) imports.set(alias, name);
    else imports.set(name.split('.')[0] ?? name, name.split('.')[0] ?? name);
  }
}

function readAssignment(node: PythonNode, text: string): PythonAssignment[] {
  const sign = node.getChildren('AssignOp').at(-1);
  const value = node.lastChild;
  if (sign === undefined || value === null || value.from < sign.to) return [];
  const targets = partsOf(node).filter(
    (part) => part.to <= sign.from && part.name !== 'TypeDef' && part.name !== 'AssignOp',
  );
  // `a, b = f()` gives neither of them a value of its own; `a, b = 1, 2` is rare.
  if (targets.length !== 1 && node.getChildren('AssignOp').length === 1) return [];
  return targets.map((target) => ({ name: sourceOf(target, text), value }));
}

function readDefaults(node: PythonNode, text: string): PythonAssignment[] {
  const found: PythonAssignment[] = [];
  let name: string | undefined;
  let isDefault = false;
  for (const part of partsOf(node)) {
    if (part.name === 'AssignOp') isDefault = true;
    else if (isDefault && name !== undefined) {
      found.push({ name, value: part });
      isDefault = false;
    } else if (part.name === 'VariableName') name = sourceOf(part, text);
  }
  return found;
}

/** `with open(path, "wb") as f`. */
function readWith(node: PythonNode, text: string): PythonAssignment[] {
  const found: PythonAssignment[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'as') continue;
    const [value, target] = [child.prevSibling, child.nextSibling];
    if (value !== null && target !== null) found.push({ name: sourceOf(target, text), value });
  }
  return found;
}

/** `joblib.dump` of a call, and `click.option` of a decorator: `@click.option("--out")`. */
function calledName(node: PythonNode, text: string): string {
  const list = node.getChild('ArgList');
  const isDecorator = node.name === 'Decorator' && list !== null;
  const callee = node.firstChild;
  if (callee === null) return '';
  return (isDecorator ? text.slice(callee.to, list.from) : sourceOf(callee, text)).replaceAll(/\s+/g, '');
}

function readCall(file: PythonFile, node: PythonNode): PythonCall {
  const list = node.getChild('ArgList');
  const written = calledName(node, file.text);
  const [first = '', ...rest] = written.split('.');
  const name = [file.imports.get(first) ?? first, ...rest].join('.');
  const args: PythonNode[] = [];
  const named = new Map<string, PythonNode>();
  const parts = list === null ? [] : partsOf(list);
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index];
    const value = parts[index + 2];
    if (part === undefined) continue;
    if (parts[index + 1]?.name === 'AssignOp' && value !== undefined) {
      named.set(sourceOf(part, file.text), value);
      index += 2;
    } else args.push(part);
  }
  return { file, node, name, method: /[\w]*$/.exec(written)?.[0] ?? '', args, named };
}
