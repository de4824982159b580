import { type PythonCall, type PythonFile, type PythonNode, partsOf, sourceOf } from './python-file.ts';
import { readsTable } from './table-facts.ts';

/** A place in code that changes rows between the test set and the model: without it a model scores other inputs. */
export interface ChangedInput {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** The code there, in one line. */
  readonly text: string;
}

/** Methods and functions that take rows or columns as they are. */
const SELECTS =
  /^(?:drop|pop|copy|to_numpy|to_frame|ravel|reshape|astype|reset_index|head|sample|iloc|loc|list|array|asarray|ascontiguousarray|DataFrame|Series|squeeze|tolist|values|select|filter|get|lower|strip|sort_values|set_index|train_test_split|DMatrix|QuantileDMatrix|Dataset|Pool|from_numpy|tensor|float|long)$/;
const TRANSFORMS = /^(?:fit_transform|transform)$/;
/** Resampling of training rows leaves the inputs as they are. */
const RESAMPLES = /^fit_resample$/;
const INPUT_HOLDER = /^(?:DMatrix|QuantileDMatrix|Dataset|Pool)$/;
const LABELS = /^(?:self\.)?(?:y|target|label)s?(?:_\w+)?$|^(?:train|test|val|valid)_(?:y|labels?|targets?)$/i;
/** Chosen: longer chains of names are not written by people. */
const MOST_STEPS = 40;
const MOST_TEXT = 90;

/** The code between a test set and a model. */
export interface InputSearch {
  /** Files that training leads to. */
  readonly files: readonly PythonFile[];
  /**
   * The split or the writing call that makes the test set: the code before it has changed that part too. Undefined: the
   * test set is a file of its own.
   */
  readonly maker: PythonCall | undefined;
  readonly label: string;
}

/**
 * Finds the calculations that training does with rows after they are as in the test set: a scaler outside of the model, a
 * function that prepares the rows, a logarithm of the target.
 *
 * @returns Each place once, in the order of the code; empty where no such place is seen.
 */
export function changedInputs(search: InputSearch): readonly ChangedInput[] {
  const found = search.files.flatMap((file) => [...transformersIn(file, search), ...fitted(file, search)]);
  const byPlace = new Map(found.map(({ file, node }) => [`${file.path}:${lineOf(file, node)}`, { file, node }]));
  return [...byPlace.values()].map(({ file, node }) => ({
    path: file.path,
    line: lineOf(file, node),
    text: sourceOf(statementOf(node), file.text).replaceAll(/\s+/g, ' ').slice(0, MOST_TEXT),
  }));
}

interface Place {
  readonly file: PythonFile;
  readonly node: PythonNode;
}

/** Calls of transformers on inputs that are not a part of the model, after the split. */
function transformersIn(file: PythonFile, search: InputSearch): Place[] {
  return file.calls
    .filter((call) => TRANSFORMS.test(call.method) && !isOfLabels(call) && !isBeforeSplit(file, call.node, search))
    .map(({ node }) => ({ file, node }));
}

/** `le.fit_transform(y)`, whose numbers have the order that evaluate.classes has or that the model knows. */
function isOfLabels({ args, file, name }: PythonCall): boolean {
  const [given] = args;
  const owner = name.split('.')[0] ?? '';
  const made = file.assignments.findLast((one) => one.name === owner)?.value;
  if (made !== undefined) return /^(?:\w+\.)*(?:LabelEncoder|LabelBinarizer)\b/.test(sourceOf(made, file.text));
  return given !== undefined && LABELS.test(sourceOf(given, file.text)) && /^le$|label|enc/i.test(owner);
}

/** True for code that runs before the split, so that the test set has what it does: by its place, or that of its call. */
function isBeforeSplit(file: PythonFile, node: PythonNode, { maker: call }: InputSearch): boolean {
  if (call === undefined) return false;
  const [own, other] = [functionOf(node), functionOf(call.node)];
  if (file === call.file && own?.from === other?.from) return node.to <= call.node.to;
  const name = own === undefined ? undefined : nameOfFunction(own, file);
  if (name === undefined) return false;
  const calls = call.file.calls.filter((one) => one.method === name);
  return calls.length > 0 && calls.every((one) => one.node.from < call.node.to);
}

/** Calculations in what models of a file are fitted on. */
function fitted(file: PythonFile, search: InputSearch): Place[] {
  return file.calls.flatMap((call) => {
    const [inputs, labels] = trainedOn(call);
    const nodes = [...(inputs === undefined ? [] : [inputs]), ...(labels === undefined ? [] : [labels])];
    return nodes.flatMap((node) => trace(node, { file, search, isLabel: node === labels, steps: 0 }));
  });
}

/** Features and labels of `model.fit(X, y)` and of `xgb.DMatrix(X, label=y)`. */
function trainedOn({ method, args, named, name }: PythonCall): readonly (PythonNode | undefined)[] {
  if (INPUT_HOLDER.test(method) && !/^torch/.test(name)) return [args[0] ?? named.get('data'), named.get('label')];
  const [inputs, labels] = [args[0] ?? named.get('X') ?? named.get('x'), args[1] ?? named.get('y')];
  return method === 'fit' && labels !== undefined ? [inputs, labels] : [];
}

interface Trace {
  readonly file: PythonFile;
  readonly search: InputSearch;
  readonly isLabel: boolean;
  readonly steps: number;
}

/** Follows an expression back to where its rows are as in the test set. */
function trace(node: PythonNode, at: Trace): Place[] {
  if (at.steps > MOST_STEPS) return [];
  const next = (one: PythonNode | null | undefined) =>
    one === null || one === undefined ? [] : trace(one, { ...at, steps: at.steps + 1 });
  if (node.name === 'VariableName') return traceName(node, at);
  if (node.name === 'MemberExpression') return next(node.firstChild);
  if (node.name === 'ParenthesizedExpression') return next(partsOf(node)[0]);
  if (node.name === 'CallExpression') return traceCall(node, at, next);
  return node.name === 'BinaryExpression' && !at.isLabel ? [{ file: at.file, node }] : [];
}

function traceCall(node: PythonNode, at: Trace, next: (one: PythonNode | null | undefined) => Place[]): Place[] {
  const call = at.file.calls.find((one) => one.node.from === node.from && one.node.to === node.to);
  // A name that is given a function's result is followed no further than to a function without arguments.
  if (call === undefined || readsTable(call) || call.args.length + call.named.size === 0) return [];
  // A comparison, a mapping or a type makes classes of labels.
  if (at.isLabel && (!isNumeric(call) || isOfLabels(call))) return [];
  if (RESAMPLES.test(call.method)) return next(call.args[at.isLabel ? 1 : 0]);
  if (!SELECTS.test(call.method) && takesRows(call, at)) return [{ file: at.file, node }];
  const owner = node.firstChild?.name === 'MemberExpression' ? node.firstChild.firstChild : null;
  const isModule = owner !== null && at.file.imports.has(sourceOf(owner, at.file.text));
  return isModule || owner === null ? next(call.args[0]) : next(owner);
}

/** Functions of numbers, which change the target of a regression. */
function isNumeric({ method }: PythonCall): boolean {
  return /^(?:log|log1p|log10|log2|sqrt|exp|boxcox|square|power|cbrt|transform|fit_transform)$/.test(method);
}

/** Paths and settings make no rows of others: what is given has to be code for rows, or a method of them. */
function takesRows(call: PythonCall, { file }: Trace): boolean {
  const callee = call.node.firstChild;
  if (callee?.name === 'MemberExpression') {
    if (callee.firstChild?.name === 'CallExpression') return true;
    const first = sourceOf(callee, file.text).split(/[.[(]/)[0] ?? '';
    // `data.load(path)`: a module of the team, whose rows are those of the table as far as is known here.
    return !(file.imports.has(first) && call.args.every((one) => !isRows(one, file)));
  }
  return call.args.some((one) => isRows(one, file));
}

function isRows(node: PythonNode, file: PythonFile): boolean {
  if (node.name === 'CallExpression') return true;
  const text = sourceOf(node, file.text);
  if (/^(?:df|data|dataset|table|frame|train|test|X|x|y)(?:_\w+)?(?:\[.*\])?$/s.test(text)) return true;
  const made = file.assignments.findLast(({ name }) => name === text)?.value;
  return made?.name === 'CallExpression' && /read_\w+\(|\.drop\(/.test(sourceOf(made, file.text));
}

function traceName(node: PythonNode, at: Trace): Place[] {
  const { file, search } = at;
  const text = sourceOf(node, file.text);
  const scope = functionOf(node)?.from;
  const isHere = (one: PythonNode) => one.to <= node.from && functionOf(one)?.from === scope;
  const whole = file.assignments.findLast(({ name, value }) => name === text && isHere(value))?.value;
  const unpacked = unpackedFrom(text, node, file, isHere);
  const last = unpacked !== undefined && (whole === undefined || unpacked.from > whole.from) ? unpacked : whole;
  const changes = at.isLabel ? [] : columnChanges(text, { file, from: last?.to ?? 0, isHere, label: search.label });
  const after = changes.filter((one) => !isBeforeSplit(file, one, search)).map((one) => ({ file, node: one }));
  if (last === undefined || isBeforeSplit(file, last, search)) return after;
  return [...after, ...trace(last, { ...at, steps: at.steps + 1 })];
}

/** The call whose results a name is one of: `A, B = prepare(X_train, X_test)`. */
function unpackedFrom(
  text: string,
  node: PythonNode,
  file: PythonFile,
  isHere: (one: PythonNode) => boolean,
): PythonNode | undefined {
  return file.calls.findLast((call) => {
    if (call.node.parent?.name !== 'AssignStatement' || !isHere(call.node) || call.node.to > node.from) return false;
    const left = sourceOf(call.node.parent, file.text).slice(0, call.node.from - call.node.parent.from);
    return left.includes(',') && new RegExp(`(?:^|[\\s,(])${escaped(text)}\\s*[,)=]`).test(left);
  })?.node;
}

/** `df["income"] = np.log1p(df["income"])` and `df.fillna(0, inplace=True)`. */
function columnChanges(
  text: string,
  {
    file,
    from,
    isHere,
    label,
  }: {
    readonly file: PythonFile;
    readonly from: number;
    readonly isHere: (one: PythonNode) => boolean;
    readonly label: string;
  },
): PythonNode[] {
  const assigned = file.assignments
    .filter(({ name, value }) => name.startsWith(`${text}[`) && value.from >= from && isHere(value))
    .filter(({ name }) => !isLabelColumn(name.slice(text.length), label))
    .filter(({ value }) => /Call|Binary|Conditional|Member/.test(value.name) && !isTyped(value, file))
    .map(({ value }) => value);
  const inPlace = file.calls
    .filter(({ name, named }) => name.startsWith(`${text}.`) && named.has('inplace'))
    .filter(
      ({ method, node }) =>
        !SELECTS.test(method) &&
        !/^(?:dropna|drop_duplicates|rename)$/.test(method) &&
        node.from >= from &&
        isHere(node),
    )
    .map(({ node }) => node);
  return [...assigned, ...inPlace];
}

/** `["churn"]` and `[TARGET]`: numbers that mean classes change no input. */
function isLabelColumn(index: string, label: string): boolean {
  return index.includes(`"${label}"`) || index.includes(`'${label}'`) || /^\[\w*(?:target|label)\w*\]$/i.test(index);
}

/** A date that is read as one. */
function isTyped(value: PythonNode, file: PythonFile): boolean {
  return /^(?:\w+\.)?to_datetime\(|\.astype\(["'\w.]+\)$/.test(sourceOf(value, file.text));
}

function functionOf(node: PythonNode): PythonNode | undefined {
  for (let at = node.parent; at !== null; at = at.parent) if (at.name === 'FunctionDefinition') return at;
  return undefined;
}

function nameOfFunction(node: PythonNode, file: PythonFile): string | undefined {
  const name = node.getChild('VariableName');
  return name === null ? undefined : sourceOf(name, file.text);
}

function statementOf(node: PythonNode): PythonNode {
  let at = node;
  while (at.parent !== null && !/^(?:Body|Script)$/.test(at.parent.name)) at = at.parent;
  return at;
}

function lineOf(file: PythonFile, node: PythonNode): number {
  return file.text.slice(0, statementOf(node).from).split('\n').length;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
