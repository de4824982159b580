import path from 'node:path';
import { readPythonString } from '../../../core/domain/train/python-string.ts';
import { type ConfigFile, configuredValue, type StaticValue } from './configured-value.ts';
import { type PythonCall, type PythonFile, type PythonNode, partsOf, sourceOf } from './python-file.ts';

/** Chosen: deeper chains of names are not read. */
const MAX_DEPTH = 12;
const SAME =
  /^(?:pathlib\.)?(?:Path|PurePath|PosixPath)$|^(?:str|os\.fspath|open|os\.path\.(?:abspath|realpath|normpath|expanduser)|builtins\.open)$/;
const SAME_METHODS = new Set(['resolve', 'absolute', 'as_posix', 'expanduser', 'open', 'strip']);

/** Reads values of expressions: literals, joined paths, names, defaults of options, and keys of configuration files. */
export class PythonValues {
  readonly #files: readonly PythonFile[];
  readonly #configs: readonly ConfigFile[];
  /** Folder that programs are started in, relative to the repository: relative paths are below it. */
  readonly #folder: string;

  constructor(files: readonly PythonFile[], configs: readonly ConfigFile[], folder = '') {
    this.#files = files;
    this.#configs = configs;
    this.#folder = folder;
  }

  /** A path relative to the repository; undefined where it cannot be read or is outside of it. */
  path(node: PythonNode | undefined, file: PythonFile): string | undefined {
    const value = this.text(node, file);
    if (value === undefined || value === '' || /^[a-z][\w+]*:\/\//i.test(value) || value.startsWith('/'))
      return undefined;
    const [root, below] = value.startsWith(REPOSITORY) ? ['', value.slice(REPOSITORY.length)] : [this.#folder, value];
    const normal = path.posix.normalize(path.posix.join(root, below)).replace(/^\.\//, '').replace(/\/$/, '');
    return normal.startsWith('..') || normal === '.' || normal === '' ? undefined : normal;
  }

  /** A text, or undefined. */
  text(node: PythonNode | undefined, file: PythonFile): string | undefined {
    const value = this.value(node, file);
    return typeof value === 'string' ? value : undefined;
  }

  /** Texts of a list, or of one text. */
  texts(node: PythonNode | undefined, file: PythonFile): readonly string[] | undefined {
    const value = this.value(node, file);
    if (typeof value === 'string') return [value];
    if (!Array.isArray(value)) return undefined;
    const texts = value.filter((one) => typeof one === 'string');
    return texts.length === value.length ? texts : undefined;
  }

  /** The value of an expression, or undefined where it is not known without running the code. */
  value(node: PythonNode | undefined, file: PythonFile, depth = 0): StaticValue | undefined {
    if (node === undefined || depth > MAX_DEPTH) return undefined;
    const next = (one: PythonNode | undefined) => this.value(one, file, depth + 1);
    const parts = partsOf(node);
    switch (node.name) {
      case 'String':
        return stringOf(node, file.text);
      case 'ContinuedString':
        return joined(parts.map(next), '');
      case 'FormatString':
        return this.#formatted(node, file, depth);
      case 'Number':
        return Number(sourceOf(node, file.text));
      case 'Boolean':
        return sourceOf(node, file.text) === 'True';
      case 'ArrayExpression':
      case 'TupleExpression': {
        const values = parts.map(next);
        const known = values.filter((value) => value !== undefined);
        return known.length === values.length ? known : undefined;
      }
      case 'ParenthesizedExpression':
        return next(parts[0]);
      case 'BinaryExpression':
        return this.#binary(node, file, depth);
      case 'CallExpression':
        return this.#call(node, file, depth);
      case 'VariableName':
        return this.#named(sourceOf(node, file.text), node, file, depth);
      case 'MemberExpression':
        return this.#member(node, file, depth);
      default:
        return undefined;
    }
  }

  #formatted(node: PythonNode, file: PythonFile, depth: number): string | undefined {
    let at = node.from + (/^[a-zA-Z]*(?:"""|'''|"|')/.exec(sourceOf(node, file.text))?.[0].length ?? 0);
    const end = node.to - (/(?:"""|'''|"|')$/.exec(sourceOf(node, file.text))?.[0].length ?? 0);
    let text = '';
    for (const part of node.getChildren('FormatReplacement')) {
      const value = this.value(partsOf(part)[0], file, depth + 1);
      if (typeof value !== 'string' && typeof value !== 'number') return undefined;
      text += file.text.slice(at, part.from) + value;
      at = part.to;
    }
    return text + file.text.slice(at, Math.max(at, end));
  }

  #binary(node: PythonNode, file: PythonFile, depth: number): StaticValue | undefined {
    const [left, , right] = partsOf(node);
    const sign = node.getChild('ArithOp');
    const operator = sign === null ? '' : sourceOf(sign, file.text);
    const values = [this.value(left, file, depth + 1), this.value(right, file, depth + 1)];
    if (operator === '/') return joined(values, '/');
    return operator === '+' ? joined(values, '') : undefined;
  }

  #call(node: PythonNode, file: PythonFile, depth: number): StaticValue | undefined {
    const call = file.calls.find(({ node: one }) => one.from === node.from && one.to === node.to);
    if (call === undefined) return undefined;
    const next = (one: PythonNode | undefined) => this.value(one, file, depth + 1);
    if (call.name === 'os.path.join' || call.method === 'joinpath') {
      const base = call.method === 'joinpath' ? [ownerOf(call)] : [];
      return joined([...base, ...call.args].map(next), '/');
    }
    if (SAME.test(call.name)) return next(call.args[0] ?? call.named.get('file'));
    if (SAME_METHODS.has(call.method)) return next(ownerOf(call));
    if (call.name === 'os.path.dirname') return parentOf(next(call.args[0]));
    if (/^os\.(?:getenv|environ\.get)$/.test(call.name)) return next(call.args[1] ?? call.named.get('default'));
    if (/(?:^|\.)(?:Option|Argument|Field|field|option)$/.test(call.name))
      return next(call.named.get('default') ?? call.args[0]);
    if (call.method === 'get' && call.args[0] !== undefined) {
      const keys = [...(this.#keys(ownerOf(call), file, depth) ?? []), next(call.args[0])];
      const texts = keys.filter((key) => typeof key === 'string');
      return configuredValue(this.#configs, texts, file.path) ?? next(call.args[1]);
    }
    if (call.name === 'os.getcwd' || /Path\.cwd$/.test(call.name)) return '.';
    return undefined;
  }

  #named(name: string, node: PythonNode, file: PythonFile, depth: number): StaticValue | undefined {
    if (name === '__file__') return `${REPOSITORY}${file.path}`;
    for (const { value } of file.assignments.filter((one) => one.name === name).toReversed()) {
      if (value.from === node.from) continue;
      const found = this.value(value, file, depth + 1);
      if (found !== undefined) return found;
      const keys = this.#keys(value, file, depth + 1);
      const configured =
        keys === undefined || keys.length === 0 ? undefined : configuredValue(this.#configs, keys, file.path);
      if (configured !== undefined) return configured;
    }
    const given = this.#imported(name, file, depth) ?? this.#passed(name, node, file, depth);
    return given ?? (isDecoratedParameter(name, node, file) ? this.#option(name, file, depth) : undefined);
  }

  /** A name of another module of the repository. */
  #imported(name: string, file: PythonFile, depth: number): StaticValue | undefined {
    const full = file.imports.get(name);
    if (full === undefined) return undefined;
    const parts = full.split('.').filter((part) => part !== '');
    const last = parts.pop() ?? '';
    const module = this.#moduleOf(parts);
    const value = module?.assignments.findLast((one) => one.name === last)?.value;
    return value === undefined || module === undefined ? undefined : this.value(value, module, depth + 1);
  }

  #moduleOf(parts: readonly string[]): PythonFile | undefined {
    const end = parts.join('/');
    if (end === '') return undefined;
    return this.#files.find(
      ({ path: one }) => `/${one}`.endsWith(`/${end}.py`) || `/${one}`.endsWith(`/${end}/__init__.py`),
    );
  }

  /** A parameter, by what a call of its function in the repository gives. */
  #passed(name: string, node: PythonNode, file: PythonFile, depth: number): StaticValue | undefined {
    let definition: PythonNode | null = node;
    while (definition !== null && definition.name !== 'FunctionDefinition') definition = definition.parent;
    const list = definition?.getChild('ParamList');
    const called = definition?.getChild('VariableName');
    if (definition === null || list === null || list === undefined || called === null || called === undefined)
      return undefined;
    const names = partsOf(list)
      .filter((part) => part.name === 'VariableName')
      .map((part) => sourceOf(part, file.text));
    const index = names.filter((one) => one !== 'self').indexOf(name);
    if (index < 0) return undefined;
    const functionName = sourceOf(called, file.text);
    for (const call of this.#files.flatMap(({ calls }) => calls)) {
      if (call.method !== functionName) continue;
      const given = this.value(call.named.get(name) ?? call.args[index], call.file, depth + 2);
      if (given !== undefined) return given;
    }
    return undefined;
  }

  #member(node: PythonNode, file: PythonFile, depth: number): StaticValue | undefined {
    const written = sourceOf(node, file.text);
    const owner = partsOf(node)[0];
    const property = node.getChild('PropertyName');
    const name = property === null ? undefined : sourceOf(property, file.text);
    if (name === 'parent') return parentOf(this.value(owner, file, depth + 1));
    const parents = /\.parents\[(\d+)\]$/.exec(written);
    if (parents !== null) return this.#ancestor(owner, Number(parents[1]), { file, depth });
    const assigned = file.assignments.filter((one) => one.name === written && one.value.from !== node.from).at(-1);
    const value = assigned === undefined ? undefined : this.value(assigned.value, file, depth + 1);
    if (value !== undefined) return value;
    const option = name === undefined ? undefined : this.#option(name, file, depth);
    if (option !== undefined) return option;
    const keys = this.#keys(node, file, depth);
    const configured = keys === undefined ? undefined : configuredValue(this.#configs, keys, file.path);
    return configured ?? this.#ofClass(name, depth) ?? this.#ofModule(owner, name, { file, depth });
  }

  #ancestor(owner: PythonNode | undefined, levels: number, { file, depth }: { file: PythonFile; depth: number }) {
    let value = this.value(owner === undefined ? undefined : partsOf(owner)[0], file, depth + 1);
    for (let level = 0; level <= levels; level += 1) value = parentOf(value);
    return value;
  }

  /** `settings.MODEL_PATH` for `import settings`. */
  #ofModule(
    owner: PythonNode | undefined,
    name: string | undefined,
    { file, depth }: { file: PythonFile; depth: number },
  ) {
    const full = owner === undefined ? undefined : file.imports.get(sourceOf(owner, file.text));
    const module = full === undefined ? undefined : this.#moduleOf(full.split('.').filter((part) => part !== ''));
    const value = module?.assignments.findLast((one) => one.name === name)?.value;
    return value === undefined || module === undefined ? undefined : this.value(value, module, depth + 1);
  }

  /** The default of `--name`, of argparse or click. */
  #option(name: string, file: PythonFile, depth: number): StaticValue | undefined {
    const call = file.calls.find(
      ({ method, args }) =>
        /^(?:add_argument|option|argument)$/.test(method) &&
        args.some((arg) => stringOf(arg, file.text)?.replace(/^-+/, '').replaceAll('-', '_') === name),
    );
    return this.value(call?.named.get('default'), file, depth + 1);
  }

  /** A field of a class of settings: `model_path: str = "models/model.pkl"`. */
  #ofClass(name: string | undefined, depth: number): StaticValue | undefined {
    if (name === undefined || name.length < 3) return undefined;
    for (const file of this.#files) {
      const value = file.assignments.find((one) => one.name === name && isInClass(one.value))?.value;
      const found = value === undefined ? undefined : this.value(value, file, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** `config["train"]["path"]` and `config.train.path` as `[train, path]`; the first name is that of the mapping. */
  #keys(node: PythonNode | undefined, file: PythonFile, depth: number): readonly string[] | undefined {
    if (node === undefined || depth > MAX_DEPTH) return undefined;
    if (node.name === 'CallExpression') return [];
    if (node.name === 'VariableName') {
      return this.#keysOfName(sourceOf(node, file.text), node, file, depth);
    }
    if (node.name !== 'MemberExpression') return undefined;
    const [owner, index] = partsOf(node);
    const before = this.#keys(owner, file, depth + 1);
    if (before === undefined || index === undefined) return undefined;
    if (index.name === 'PropertyName') {
      const isOfSelf = owner !== undefined && /^(?:self|cls)$/.test(sourceOf(owner, file.text));
      return isOfSelf
        ? this.#keysOfName(sourceOf(node, file.text), node, file, depth)
        : [...before, sourceOf(index, file.text)];
    }
    const key = this.value(index, file, depth + 1);
    return typeof key === 'string' ? [...before, key] : undefined;
  }

  /** A name that holds a part of a mapping; `[]` for the mapping itself. */
  #keysOfName(name: string, node: PythonNode, file: PythonFile, depth: number): readonly string[] | undefined {
    const assigned = file.assignments.findLast((one) => one.name === name && one.value.from !== node.from)?.value;
    return assigned?.name === 'MemberExpression' ? this.#keys(assigned, file, depth + 1) : [];
  }
}

/** Before a path that is not relative to the folder of the program. */
const REPOSITORY = '<repository>/';

/** A parameter of a function with decorators, to which click gives the value of an option. */
function isDecoratedParameter(name: string, node: PythonNode, { text }: PythonFile): boolean {
  for (let at: PythonNode | null = node; at !== null; at = at.parent) {
    if (at.name !== 'FunctionDefinition' || at.parent?.name !== 'DecoratedStatement') continue;
    const list = at.getChild('ParamList');
    return list !== null && partsOf(list).some((part) => sourceOf(part, text) === name);
  }
  return false;
}

function isInClass(node: PythonNode): boolean {
  return node.parent?.parent?.parent?.name === 'ClassDefinition' || node.parent?.parent?.name === 'ClassDefinition';
}

function ownerOf(call: PythonCall): PythonNode | undefined {
  const callee = call.node.firstChild;
  return callee === null ? undefined : partsOf(callee)[0];
}

/** The text of a plain string, or undefined. */
export function stringOf(node: PythonNode, text: string): string | undefined {
  const source = sourceOf(node, text);
  if (node.name !== 'String') return undefined;
  try {
    const value = readPythonString(source, 0)?.value;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function joined(values: readonly (StaticValue | undefined)[], by: string): string | undefined {
  const texts = values.filter((value) => typeof value === 'string' || typeof value === 'number');
  if (texts.length !== values.length || texts.length === 0) return undefined;
  return texts.join(by);
}

function parentOf(value: StaticValue | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const below = value.startsWith(REPOSITORY) ? value.slice(REPOSITORY.length) : value;
  const parent = path.posix.dirname(below);
  return value.startsWith(REPOSITORY) ? `${REPOSITORY}${parent}` : parent;
}
