import type { ScoreMeaning } from '../../../core/domain/metrics/metric.ts';
import { featuresOf, inputColumnOf, labelsOf, timesOf } from './column-facts.ts';
import type { ConfigFile } from './configured-value.ts';
import { type PythonCall, type PythonFile, sourceOf } from './python-file.ts';
import type { PythonValues } from './python-values.ts';
import { scoreMeaningOf } from './score-meaning.ts';
import { type MemorySplit, memorySplits, readPaths, readTables, writtenTables } from './table-facts.ts';
import { type LoggedModel, readLoggedModels, readWrittenModels, type WrittenModel } from './written-models.ts';

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
  /** `LabelEncoder`, a mapping or a comparison makes numbers of labels. */
  readonly encodesLabels: boolean;
  readonly task: 'classification' | 'regression' | undefined;
  readonly scores: ScoreMeaning;
  /** Names of models and experiments in MLflow. */
  readonly names: readonly string[];
  /** Paths that the code reads and that are not known, as it is written. */
  readonly unknownReads: readonly string[];
  /** All paths that the code reads. */
  readonly readPaths: readonly string[];
}

const REGRESSION =
  /(?:Regressor|SVR|Ridge|Lasso|ElasticNet|LinearRegression|RidgeCV|LassoCV|MSELoss|L1Loss|mean_squared_error|mean_absolute_error|root_mean_squared_error|r2_score|mean_absolute_percentage_error)$/;
const CLASSIFICATION =
  /(?:Classifier|LogisticRegression|SVC|(?:Gaussian|Multinomial|Bernoulli|Complement)NB|LinearDiscriminantAnalysis|Perceptron|RidgeClassifierCV|CrossEntropyLoss|BCELoss|BCEWithLogitsLoss|accuracy_score|f1_score|roc_auc_score|log_loss|classification_report|confusion_matrix|precision_score|recall_score)$/;

/** Reads facts from the code that trains. */
export function readCodeFacts(
  files: readonly PythonFile[],
  values: PythonValues,
  configs: readonly ConfigFile[],
): CodeFacts {
  const calls = files.flatMap((file) => file.calls);
  const { known, unknown } = readPaths(calls, values);
  const labelOrder = labelOrderOf(calls);
  const labels = labelsOf(files, values, configs);
  return {
    models: readWrittenModels(files, values),
    logged: readLoggedModels(files),
    reads: readTables(calls, values),
    writes: writtenTables(calls, values),
    splits: memorySplits(calls, values),
    labels,
    features: featuresOf(files, values, configs),
    inputColumn: inputColumnOf(files, values),
    times: timesOf(calls, values),
    labelOrder,
    positive: positiveOf(calls, values),
    encodesLabels:
      calls.some(({ method }) => method === 'LabelEncoder') ||
      labelOrder !== undefined ||
      comparesLabels(files, labels),
    task: taskOf(calls),
    scores: scoreMeaningOf(calls),
    names: namesOf(calls, values),
    unknownReads: unknown,
    readPaths: known,
  };
}

/** `{"No": 0, "Yes": 1}`, where the numbers begin at 0 and each is there once. */
function labelOrderOf(calls: readonly PythonCall[]): readonly string[] | undefined {
  for (const call of calls) {
    const given = call.args[0];
    if (!/^(?:map|replace)$/.test(call.method) || given === undefined || !isOfLabel(call)) continue;
    const { text, assignments } = call.file;
    const dictionary =
      given.name === 'VariableName' ? assignments.findLast(({ name }) => name === sourceOf(given, text))?.value : given;
    const entries =
      dictionary === undefined ? [] : [...sourceOf(dictionary, text).matchAll(/["']([^"'\n]+)["']\s*:\s*(\d+)/g)];
    const order = entries
      .map(([, name = '', number]) => ({ name, number: Number(number) }))
      .sort((a, b) => a.number - b.number);
    if (order.length > 1 && order.every(({ number }, index) => number === index)) return order.map(({ name }) => name);
  }
  return undefined;
}

/** `df["income"] = (df["income"] == ">50K").astype(int)`. */
function comparesLabels(files: readonly PythonFile[], labels: readonly string[]): boolean {
  const columns = labels.flatMap((label) => [`["${label}"]`, `['${label}']`]);
  return files.some(({ assignments, text }) =>
    assignments.some(
      ({ name, value }) =>
        (/^(?:self\.)?(?:y|target|label)s?(?:_\w+)?$/i.test(name) || columns.some((column) => name.endsWith(column))) &&
        /[=!]=\s*["'][^"'\n]+["']/.test(sourceOf(value, text)),
    ),
  );
}

/** True where the owner of a method, or the name that its result gets, says that it is the label. */
function isOfLabel({ node, file: { text } }: PythonCall): boolean {
  const owner = node.firstChild?.firstChild;
  const assigned = node.parent?.name === 'AssignStatement' ? sourceOf(node.parent, text) : '';
  const called = owner === null || owner === undefined ? '' : sourceOf(owner, text);
  return /target|label|\by\b/i.test(`${called} ${assigned.split('=')[0]}`);
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
