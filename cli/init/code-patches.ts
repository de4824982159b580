import { type PythonFile, type PythonNode, sourceOf } from './python/python-file.ts';
import type { MemorySplit } from './python/table-facts.ts';
import type { LoggedModel } from './python/written-models.ts';

/** A change of a file of the team's own code. */
export interface CodePatch {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly insertions: readonly Insertion[];
}

/** A text that is put in at an offset of the text before. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

const STANDARD = new Set(
  'abc argparse collections dataclasses datetime functools json logging math os pathlib pickle random re sys time typing warnings'.split(
    ' ',
  ),
);
/** Arguments of `log_model` that `save_model` has too. */
const CARRIED = new Set([
  'signature',
  'input_example',
  'pip_requirements',
  'extra_pip_requirements',
  'conda_env',
  'code_paths',
  'metadata',
  'pyfunc_predict_fn',
  'serialization_format',
]);

/** The random state that a split gets where it has none. */
const SEED = 42;

/**
 * The split of training with a fixed seed, whose test part is written to a file.
 *
 * @param split One whose parts have names.
 * @param to Path of the test set, relative to the folder in which training runs.
 * @param label Name of the label's column, for a split of features and labels.
 * @returns Undefined where the parts have no names, so that a person has to write the line.
 * @example train, test = train_test_split(df) // => and `test.to_csv("test.csv", index=False)`
 */
export function patchSplit(
  split: MemorySplit,
  { to, label }: { readonly to: string; readonly label: string },
): CodePatch | undefined {
  const { call, targets } = split;
  const { file } = call;
  const statement = call.node.parent;
  const table = writtenTable(targets, { label, pandas: pandasOf(file) });
  if (table === undefined || statement?.name !== 'AssignStatement') return undefined;
  const indent = indentOf(statement, file.text);
  const writes = /\.parquet$/.test(to)
    ? `to_parquet(${JSON.stringify(to)}, index=False)`
    : `to_csv(${JSON.stringify(to)}, index=False)`;
  const insertions: Insertion[] = [
    { at: lineEnd(file.text, statement.to), text: `\n${indent}${table}.${writes}` },
    ...(split.isSeeded ? [] : [seedOf(split)]),
    ...(targets.length === 2 || pandasAlias(file) !== undefined
      ? []
      : [{ at: importPlace(file.text), text: 'import pandas as pd\n' }]),
  ];
  return patchOf(file.path, file.text, insertions);
}

/** One patch per file: two changes of a file are made together. */
export function joinPatches(patches: readonly CodePatch[]): readonly CodePatch[] {
  const files = [...new Set(patches.map(({ file }) => file))];
  return files.map((file) => {
    const own = patches.filter((patch) => patch.file === file);
    return patchOf(
      file,
      own[0]?.before ?? '',
      own.flatMap(({ insertions }) => insertions),
    );
  });
}

function patchOf(file: string, before: string, insertions: readonly Insertion[]): CodePatch {
  return { file, before, after: inserted(before, insertions), insertions };
}

/** A model that is logged to MLflow is written to a folder too, which Tidegate judges and registers. */
export function patchLoggedModel({ call, flavor, object }: LoggedModel, to: string): CodePatch | undefined {
  const { file } = call;
  const statement = statementOf(call.node);
  if (statement === undefined || file.imports.get('mlflow') === undefined) return undefined;
  const indent = indentOf(statement, file.text);
  const carried = [...call.named].filter(([name]) => CARRIED.has(name));
  const more = carried.map(([name, value]) => `, ${name}=${sourceOf(value, file.text)}`).join('');
  const text = `\n${indent}shutil.rmtree(${JSON.stringify(to)}, ignore_errors=True)\n${indent}${flavor}.save_model(${object}, ${JSON.stringify(to)}${more})`;
  const insertions = [
    { at: lineEnd(file.text, statement.to), text },
    ...(file.imports.get('shutil') === undefined
      ? [{ at: importPlace(file.text), text: importLine('shutil', file.text) }]
      : []),
  ];
  return patchOf(file.path, file.text, insertions);
}

/** The test part as a table; with features and labels, X first and y third: X_train, X_test, y_train, y_test. */
function writtenTable(
  targets: readonly string[],
  { label, pandas }: { readonly label: string; readonly pandas: string },
): string | undefined {
  const [, test, , labels] = targets;
  if (test === undefined || !isName(test)) return undefined;
  if (targets.length === 2) return test;
  if (targets.length < 4 || labels === undefined || !isName(labels)) return undefined;
  const column = /^[A-Za-z_]\w*$/.test(label)
    ? `${label}=list(${labels})`
    : `**{${JSON.stringify(label)}: list(${labels})}`;
  return `${pandas}.DataFrame(${test}).assign(${column})`;
}

function isName(text: string): boolean {
  return /^[\w.]+$/.test(text) && text !== '_';
}

function pandasAlias({ imports }: PythonFile): string | undefined {
  return [...imports].find(([, full]) => full === 'pandas')?.[0];
}

function pandasOf(file: PythonFile): string {
  return pandasAlias(file) ?? 'pd';
}

function seedOf({ call }: MemorySplit): Insertion {
  const text = sourceOf(call.node, call.file.text);
  const inner = text.slice(0, -1).trimEnd();
  return {
    at: call.node.from + inner.length,
    text: inner.endsWith(',') || inner.endsWith('(') ? ` random_state=${SEED}` : `, random_state=${SEED}`,
  };
}

function statementOf(node: PythonNode): PythonNode | undefined {
  let at: PythonNode | null = node;
  while (at !== null && at.parent?.name !== 'Body' && at.parent?.name !== 'Script') at = at.parent;
  return at ?? undefined;
}

function indentOf(statement: PythonNode, text: string): string {
  const start = text.lastIndexOf('\n', statement.from - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, statement.from))?.[0] ?? '';
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** A module of the standard library, apart from packages of others. */
function importLine(module: string, text: string): string {
  const next = /^(?:import|from)\s+(\w+)/.exec(text.slice(importPlace(text)))?.[1] ?? '';
  return `import ${module}\n${STANDARD.has(next) ? '' : '\n'}`;
}

/** Before the first import of the file's own block of imports. */
function importPlace(text: string): number {
  return (
    /^(?:import|from)\s/m.exec(text.replaceAll(/^from __future__.*$/gm, (line) => ' '.repeat(line.length)))?.index ?? 0
  );
}

function inserted(text: string, insertions: readonly Insertion[]): string {
  return insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((result, { at, text: added }) => result.slice(0, at) + added + result.slice(at), text);
}
