import { type PythonCall, partsOf, sourceOf } from './python-file.ts';
import type { PythonValues } from './python-values.ts';

/** A split of a table into train and test parts in memory. */
export interface MemorySplit {
  readonly call: PythonCall;
  /** Names that the parts get, in order: two for a table, four for features and labels; empty where they get none. */
  readonly targets: readonly string[];
  readonly isSeeded: boolean;
  /** Share of the rows in the test part, where it is written. */
  readonly testShare: number | undefined;
}

const TABLE_READER =
  /(?:^|\.)(?:read_csv|read_parquet|read_json|read_table|read_feather|scan_csv|scan_parquet|read_excel)$/;
const TABLE_WRITER = /^(?:to_csv|to_parquet|to_json|write_csv|write_parquet)$/;
const OTHER_READER = /^(?:open|builtins\.open|joblib\.load|numpy\.load|numpy\.loadtxt|numpy\.genfromtxt|pickle\.load)$/;
const PATH_METHOD = /^(?:read_text|read_bytes|open)$/;

/** True for a call that reads a table. */
export function readsTable({ name }: PythonCall): boolean {
  return TABLE_READER.test(name);
}

/** Paths of the tables that calls read, each once. */
export function readTables(calls: readonly PythonCall[], values: PythonValues): string[] {
  return pathsOf(calls.filter(readsTable), values);
}

/** Paths of the tables that calls write, each once. */
export function writtenTables(calls: readonly PythonCall[], values: PythonValues): string[] {
  return pathsOf(
    calls.filter(({ method }) => TABLE_WRITER.test(method)),
    values,
  );
}

function pathsOf(calls: readonly PythonCall[], values: PythonValues): string[] {
  const paths = calls.map((call) =>
    values.path(
      call.args[0] ?? call.named.get('filepath_or_buffer') ?? call.named.get('path_or_buf') ?? call.named.get('path'),
      call.file,
    ),
  );
  return [...new Set(paths.filter((path) => path !== undefined))];
}

/** Everything that is opened to be read: the paths that are known, and the source of the calls whose path is not. */
export function readPaths(calls: readonly PythonCall[], values: PythonValues) {
  const known = new Set<string>();
  const unknown: string[] = [];
  for (const call of calls) {
    const isPathMethod = PATH_METHOD.test(call.method) && !/^(?:builtins\.)?open$/.test(call.name);
    if (!readsTable(call) && !OTHER_READER.test(call.name) && !isPathMethod) continue;
    const mode = call.args[isPathMethod ? 0 : 1] ?? call.named.get('mode');
    if (call.method === 'open' && /[wax]/.test(values.text(mode, call.file) ?? '')) continue;
    if (call.name === 'pickle.load') continue;
    const path = values.path(isPathMethod ? (call.node.firstChild?.firstChild ?? undefined) : call.args[0], call.file);
    if (path === undefined) unknown.push(sourceOf(call.node, call.file.text).slice(0, 80));
    else known.add(path);
  }
  return { known: [...known], unknown };
}

/** The splits of tables in memory. */
export function memorySplits(calls: readonly PythonCall[], values: PythonValues): MemorySplit[] {
  return calls.filter(({ method }) => method === 'train_test_split').map((call) => splitOf(call, values));
}

function splitOf(call: PythonCall, values: PythonValues): MemorySplit {
  const statement = call.node.parent?.name === 'AssignStatement' ? call.node.parent : null;
  const sign = statement?.getChild('AssignOp');
  const before =
    statement === null || sign === null || sign === undefined
      ? []
      : partsOf(statement).filter((part) => part.to <= sign.from);
  const tuple = before.length === 1 && before[0]?.name === 'TupleExpression' ? partsOf(before[0]) : before;
  const share = values.value(call.named.get('test_size'), call.file);
  return {
    call,
    targets: tuple.map((part) => sourceOf(part, call.file.text)),
    isSeeded: call.named.has('random_state') || values.value(call.named.get('shuffle'), call.file) === false,
    testShare: typeof share === 'number' && share > 0 && share < 1 ? share : undefined,
  };
}
