import { entriesWithin } from '../plain-fields.ts';
import { type PythonCall, type PythonFile, type PythonNode, partsOf, sourceOf } from './python-file.ts';
import type { ConfigFile, PythonValues } from './python-values.ts';
import { type LoggedModel, readLoggedModels, readWrittenModels, type WrittenModel } from './written-models.ts';

/** A split of a table into train and test parts in memory. */
export interface MemorySplit {
  readonly call: PythonCall;
  /** Names that the parts get, in order: two for a table, four for features and labels; empty where they get none. */
  readonly targets: readonly string[];
  readonly isSeeded: boolean;
  /** Share of the rows in the test part, where it is written. */
  readonly testShare: number | undefined;
}

/** Facts of a repository's code about its model; every part is a guess that the data confirm or not. */
export interface CodeFacts {
  readonly models: readonly WrittenModel[];
  readonly logged: readonly LoggedModel[];
  /** Tables that are read, and tables that are written: relative paths. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly splits: readonly MemorySplit[];
  /** Columns that may be the label, likeliest first. */
  readonly labels: readonly string[];
  /** Columns that the features are taken from, where code names them. */
  readonly features: readonly string[] | undefined;
  /** The one column that the model takes as it is: a text. */
  readonly inputColumn: string | undefined;
  readonly times: readonly string[];
  /** The label's values by the numbers that code gives them. */
  readonly labelOrder: readonly string[] | undefined;
  readonly positive: string | undefined;
  /** `LabelEncoder` or a mapping makes numbers of labels. */
  readonly encodesLabels: boolean;
  readonly task: 'classification' | 'regression' | undefined;
  /** Names of models and experiments in MLflow. */
  readonly names: readonly string[];
  /** Paths that the code reads and that are not known, as it is written. */
  readonly unknownReads: readonly string[];
  /** All paths that the code reads. */
  readonly readPaths: readonly string[];
}

/** Chosen. */
const CONFIG_LEVELS = 6;
const LABEL_VARIABLE =
  /^(?:self\.)?(?:y|target|targets|label|labels|y_(?:train|test|true|all|raw|full)|(?:train|test)_(?:y|labels?|targets?))$/;
const LABEL_NAME = /^(?:self\.)?(?:\w+_)?(?:target|label)(?:_?(?:col(?:umn)?|name|var(?:iable)?|field))?$/i;
const FEATURES_NAME =
  /^(?:self\.)?(?:(?:all|model|input|selected|train|training|used)_)?(?:features|feature_(?:cols|columns|names)|input_columns|model_columns)$/i;
const FEATURES_VARIABLE = /^(?:self\.)?(?:X|x|X_(?:train|all|full)|features|inputs)$/;
const REGRESSION =
  /(?:Regressor|SVR|Ridge|Lasso|ElasticNet|LinearRegression|RidgeCV|LassoCV|MSELoss|L1Loss|mean_squared_error|mean_absolute_error|root_mean_squared_error|r2_score|mean_absolute_percentage_error)$/;
const CLASSIFICATION =
  /(?:Classifier|LogisticRegression|SVC|(?:Gaussian|Multinomial|Bernoulli|Complement)NB|LinearDiscriminantAnalysis|CrossEntropyLoss|BCELoss|BCEWithLogitsLoss|accuracy_score|f1_score|roc_auc_score|log_loss|classification_report|confusion_matrix|precision_score|recall_score)$/;
const TABLE_READER =
  /(?:^|\.)(?:read_csv|read_parquet|read_json|read_table|read_feather|scan_csv|scan_parquet|read_excel)$/;
const TABLE_WRITER = /^(?:to_csv|to_parquet|to_json|write_csv|write_parquet)$/;
const OTHER_READER = /^(?:open|builtins\.open|joblib\.load|numpy\.load|numpy\.loadtxt|numpy\.genfromtxt|pickle\.load)$/;

/** Reads facts from the code that trains. */
export function readCodeFacts(
  files: readonly PythonFile[],
  values: PythonValues,
  configs: readonly ConfigFile[],
): CodeFacts {
  const calls = files.flatMap((file) => file.calls);
  const { known, unknown } = readPaths(calls, values);
  return {
    models: readWrittenModels(files, values),
    logged: readLoggedModels(files),
    reads: pathsOf(
      calls.filter(({ name }) => TABLE_READER.test(name)),
      values,
    ),
    writes: pathsOf(
      calls.filter(({ method }) => TABLE_WRITER.test(method)),
      values,
    ),
    splits: calls.filter(({ method }) => method === 'train_test_split').map((call) => splitOf(call, values)),
    labels: labelsOf(files, values, configs),
    features: featuresOf(files, values, configs),
    inputColumn: inputColumnOf(files, values),
    times: timesOf(calls, values),
    labelOrder: labelOrderOf(files),
    positive: positiveOf(calls, values),
    encodesLabels: calls.some(({ method }) => method === 'LabelEncoder') || labelOrderOf(files) !== undefined,
    task: taskOf(calls),
    names: namesOf(calls, values),
    unknownReads: unknown,
    readPaths: known,
  };
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

/** Everything that is opened to be read. */
function readPaths(calls: readonly PythonCall[], values: PythonValues) {
  const known = new Set<string>();
  const unknown: string[] = [];
  for (const call of calls) {
    const reads =
      TABLE_READER.test(call.name) ||
      OTHER_READER.test(call.name) ||
      /^(?:read_text|read_bytes|open)$/.test(call.method);
    const mode =
      call.args[call.method === 'open' && !/^(?:builtins\.)?open$/.test(call.name) ? 0 : 1] ?? call.named.get('mode');
    if (!reads || (call.method === 'open' && /[wax]/.test(values.text(mode, call.file) ?? ''))) continue;
    if (call.name === 'pickle.load') continue;
    const isMethod = /^(?:read_text|read_bytes|open)$/.test(call.method) && !/^(?:builtins\.)?open$/.test(call.name);
    const path = values.path(isMethod ? (call.node.firstChild?.firstChild ?? undefined) : call.args[0], call.file);
    if (path === undefined) unknown.push(sourceOf(call.node, call.file.text).slice(0, 80));
    else known.add(path);
  }
  return { known: [...known], unknown };
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

function labelsOf(files: readonly PythonFile[], values: PythonValues, configs: readonly ConfigFile[]): string[] {
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

function featuresOf(
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
function inputColumnOf(files: readonly PythonFile[], values: PythonValues): string | undefined {
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

function timesOf(calls: readonly PythonCall[], values: PythonValues): string[] {
  return calls.flatMap((call) => {
    if (TABLE_READER.test(call.name)) return values.texts(call.named.get('parse_dates'), call.file) ?? [];
    const given = call.args[0];
    if (call.name !== 'pandas.to_datetime' || given === undefined) return [];
    return columnsWithin(given, call.file, values).filter((column) => typeof column === 'string');
  });
}

/** `{"No": 0, "Yes": 1}`, where the numbers begin at 0 and each is there once. */
function labelOrderOf(files: readonly PythonFile[]): readonly string[] | undefined {
  for (const { text, calls, file } of files.flatMap((one) =>
    one.calls.map((call) => ({ text: one.text, calls: call, file: one })),
  )) {
    const given = calls.args[0];
    if (!/^(?:map|replace)$/.test(calls.method) || given === undefined) continue;
    const owner = calls.node.firstChild?.firstChild;
    const assigned = calls.node.parent?.name === 'AssignStatement' ? sourceOf(calls.node.parent, text) : '';
    if (
      !/target|label|\by\b/i.test(
        `${owner === null || owner === undefined ? '' : sourceOf(owner, text)} ${assigned.split('=')[0]}`,
      )
    )
      continue;
    const dictionary =
      given.name === 'VariableName'
        ? file.assignments.findLast(({ name }) => name === sourceOf(given, text))?.value
        : given;
    const entries =
      dictionary === undefined ? [] : [...sourceOf(dictionary, text).matchAll(/["']([^"'\n]+)["']\s*:\s*(\d+)/g)];
    const order = entries
      .map(([, name = '', number]) => ({ name, number: Number(number) }))
      .sort((a, b) => a.number - b.number);
    if (order.length > 1 && order.every(({ number }, index) => number === index)) return order.map(({ name }) => name);
  }
  return undefined;
}

function positiveOf(calls: readonly PythonCall[], values: PythonValues): string | undefined {
  for (const call of calls) {
    const value = values.value(call.named.get('pos_label'), call.file);
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return undefined;
}

function taskOf(calls: readonly PythonCall[]): CodeFacts['task'] {
  const objective = calls.map(({ named, file }) => {
    const node = named.get('objective') ?? named.get('loss');
    return node === undefined ? '' : sourceOf(node, file.text);
  });
  const regression =
    calls.filter(({ method }) => REGRESSION.test(method)).length +
    objective.filter((one) => /reg:|regression|mse|mae|squared/i.test(one)).length;
  const classification =
    calls.filter(({ method }) => CLASSIFICATION.test(method)).length +
    objective.filter((one) => /binary|multi|cross|logistic/i.test(one)).length;
  if (regression === classification) return undefined;
  return regression > classification ? 'regression' : 'classification';
}

function namesOf(calls: readonly PythonCall[], values: PythonValues): string[] {
  const found = calls.flatMap((call) => {
    const named = call.named.get('registered_model_name');
    if (named !== undefined) return [values.text(named, call.file)];
    if (call.name === 'mlflow.register_model') return [values.text(call.args[1] ?? call.named.get('name'), call.file)];
    return call.name === 'mlflow.set_experiment'
      ? [values.text(call.args[0] ?? call.named.get('experiment_name'), call.file)]
      : [];
  });
  return [...new Set(found.filter((name) => name !== undefined))];
}
