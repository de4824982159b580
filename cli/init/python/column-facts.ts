import { entriesWithin } from '../plain-fields.ts';
import type { ConfigFile } from './configured-value.ts';
import { type PythonCall, type PythonFile, type PythonNode, partsOf } from './python-file.ts';
import type { PythonValues } from './python-values.ts';
import { readsTable } from './table-facts.ts';

/** Chosen. */
const CONFIG_LEVELS = 6;
const LABEL_VARIABLE =
  /^(?:self\.)?(?:y|target|targets|label|labels|y_(?:train|test|true|all|raw|full)|(?:train|test)_(?:y|labels?|targets?))$/;
const LABEL_NAME = /^(?:self\.)?(?:\w+_)?(?:target|label)(?:_?(?:col(?:umn)?|name|var(?:iable)?|field))?$/i;
const FEATURES_NAME =
  /^(?:self\.)?(?:(?:all|model|input|selected|train|training|used)_)?(?:features|feature_(?:cols|columns|names)|input_columns|model_columns)$/i;
const FEATURES_VARIABLE = /^(?:self\.)?(?:X|x|X_(?:train|all|full)|features|inputs)$/;

/** Names of one column in an expression, as in `df["quality"].astype(int)`. */
function columnsWithin(node: PythonNode, file: PythonFile, values: PythonValues): (string | readonly string[])[] {
  return file.subscripts
    .filter(({ from, to }) => from >= node.from && to <= node.to)
    .flatMap((subscript): (string | readonly string[])[] => {
      const index = partsOf(subscript)[1];
      const value = index === undefined ? undefined : values.value(index, file);
      if (typeof value === 'string') return [value];
      const texts = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
      return texts.length > 0 ? [texts] : [];
    });
}

/** Columns that may be the label, likeliest first. */
export function labelsOf(files: readonly PythonFile[], values: PythonValues, configs: readonly ConfigFile[]): string[] {
  const votes = new Map<string, number>();
  const vote = (column: string | undefined, weight: number) => {
    if (column !== undefined && column !== '') votes.set(column, (votes.get(column) ?? 0) + weight);
  };
  for (const file of files) {
    for (const { name, value } of file.assignments) {
      if (LABEL_VARIABLE.test(name))
        for (const column of columnsWithin(value, file, values))
          vote(typeof column === 'string' ? column : column.length === 1 ? column[0] : undefined, 3);
      if (LABEL_NAME.test(name)) vote(values.text(value, file), 2);
    }
    for (const call of file.calls) {
      if (call.method === 'pop') vote(values.text(call.args[0], file), 2);
      if (call.method === 'drop') {
        const dropped = values.texts(call.named.get('columns') ?? call.named.get('labels') ?? call.args[0], file);
        if (dropped?.length === 1) vote(dropped[0], 1);
      }
      const given = call.args[1];
      if (call.method === 'fit' && given !== undefined)
        for (const column of columnsWithin(given, file, values))
          vote(typeof column === 'string' ? column : undefined, 3);
    }
  }
  for (const [key, value] of configs.flatMap(({ value: one }) => [...entriesWithin(one, CONFIG_LEVELS)])) {
    if (!LABEL_NAME.test(key)) continue;
    if (typeof value === 'string') vote(value, 2);
    const named: unknown = value !== null && typeof value === 'object' ? Reflect.get(value, 'name') : undefined;
    if (typeof named === 'string') vote(named, 2);
  }
  return [...votes].sort((a, b) => b[1] - a[1]).map(([column]) => column);
}

/** Columns that the features are taken from; undefined where code names none. */
export function featuresOf(
  files: readonly PythonFile[],
  values: PythonValues,
  configs: readonly ConfigFile[],
): readonly string[] | undefined {
  for (const file of files) {
    for (const { name, value } of file.assignments) {
      if (FEATURES_NAME.test(name)) {
        const texts = values.value(value, file);
        if (Array.isArray(texts) && texts.length > 0 && texts.every((one) => typeof one === 'string')) return texts;
      }
      if (!FEATURES_VARIABLE.test(name)) continue;
      const list = columnsWithin(value, file, values).find((column) => typeof column !== 'string');
      if (Array.isArray(list)) return list;
    }
  }
  for (const [key, value] of configs.flatMap(({ value: one }) => [...entriesWithin(one, CONFIG_LEVELS)])) {
    if (!FEATURES_NAME.test(key) || !Array.isArray(value) || value.length === 0) continue;
    const texts = value.filter((one) => typeof one === 'string');
    if (texts.length === value.length) return texts;
  }
  return undefined;
}

/** `X = df["text"]`: a column, not a table of one. */
export function inputColumnOf(files: readonly PythonFile[], values: PythonValues): string | undefined {
  for (const file of files) {
    for (const { name, value } of file.assignments) {
      if (!FEATURES_VARIABLE.test(name)) continue;
      const [column] = columnsWithin(value, file, values);
      if (value.name === 'MemberExpression' && typeof column === 'string') return column;
    }
    for (const call of file.calls) {
      const given = call.args[0];
      if (call.method !== 'fit' || given?.name !== 'MemberExpression') continue;
      const [column] = columnsWithin(given, file, values);
      if (typeof column === 'string') return column;
    }
  }
  return undefined;
}

/** Columns that code reads as times. */
export function timesOf(calls: readonly PythonCall[], values: PythonValues): string[] {
  return calls.flatMap((call) => {
    if (readsTable(call)) return values.texts(call.named.get('parse_dates'), call.file) ?? [];
    const given = call.args[0];
    if (call.name !== 'pandas.to_datetime' || given === undefined) return [];
    return columnsWithin(given, call.file, values).filter((column) => typeof column === 'string');
  });
}
