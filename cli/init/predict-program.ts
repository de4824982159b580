import type { ScoreMeaning } from '../../core/domain/metrics/metric.ts';
import type { FoundTask } from './dataset-facts.ts';
import type { ChangedInput } from './python/changed-inputs.ts';
import type { ModelFormat } from './python/written-models.ts';

/** Facts that a program that scores a model needs. */
export interface PredictionNeeds {
  readonly format: ModelFormat;
  /** The expression that training wrote, such as `model` or `{"model": model, "scaler": scaler}`. */
  readonly object: string;
  readonly task: FoundTask;
  readonly scores: ScoreMeaning;
  readonly label: string;
  /** Columns that are neither the label nor a feature. */
  readonly others: readonly string[];
  /** The one column that the model takes as it is. */
  readonly inputColumn: string | undefined;
  /** Feature columns, where code names them. */
  readonly features: readonly string[] | undefined;
  /** The label's values by the numbers that training gave them; undefined: the model knows the values themselves. */
  readonly encodedClasses: readonly string[] | undefined;
  /** Of two classes that are words, the one whose probability is asked for. */
  readonly positive: string | undefined;
  /** The evaluation data. */
  readonly dataset: string;
  /** Steps of training between the test set and the model, which this program does not know how to do. */
  readonly changes: readonly ChangedInput[];
  /** Of PyTorch, where only weights are saved: `from train import Net` and `Net(4)`. */
  readonly network: { readonly imports: string; readonly construction: string } | undefined;
}

/** Begins every program. */
const TITLE = '"""Scores a model for Tidegate:';
/** Begins the message of a program that does not do yet what training does with the rows. */
const INCOMPLETE = 'this program is not complete:';

/** True for the text of a program that stops with that message. */
export function isIncompleteProgram(text: string): boolean {
  return text.includes(INCOMPLETE);
}

/** True for the text of a program that init wrote. */
export function isWrittenProgram(text: string): boolean {
  return text.startsWith(TITLE);
}

/** Formats that a program is written for; the judge runs ONNX itself, and MLflow's own folder is scored by MLflow. */
export type ScoredFormat = Exclude<ModelFormat, 'onnx' | 'mlflow'>;

interface Recipe {
  readonly imports: readonly string[];
  readonly load: readonly string[];
  /** The inputs, if not those of scikit-learn. */
  readonly inputs?: string;
  /** Scores of all classes as columns, or the predicted numbers. */
  readonly scores: (needs: PredictionNeeds) => readonly string[];
  /** The names of the columns of scores; undefined: 0, 1, …. */
  readonly classes?: string;
}

const head = (
  standard: readonly string[],
  packages: readonly string[],
) => `${TITLE} python predict.py --model MODEL --data TABLE --out PREDICTIONS."""

${standard.join('\n')}

${packages.join('\n')}

parser = argparse.ArgumentParser()
for name in ("model", "data", "out"):
    parser.add_argument(f"--{name}", required=True)
args = parser.parse_args()
`;

const SCIKIT = ({ task, scores }: PredictionNeeds) => {
  if (task === 'regression') return ['predictions = model.predict(inputs)'];
  return scores === 'probability' ? ['scores = model.predict_proba(inputs)'] : DECISIONS[task];
};

/** Values from 0 to 1 in the order of a decision function. The logistic function would make 1 of all that is beyond 37. */
const DECISIONS: Readonly<Record<'binary-classification' | 'multiclass-classification', readonly string[]>> = {
  'binary-classification': [
    '# No probabilities: values in the order of the decisions, 0.5 where the class changes.',
    'decisions = model.decision_function(inputs)',
    'second = (1 + decisions / (1 + np.abs(decisions))) / 2',
    'scores = np.column_stack([1 - second, second])',
  ],
  'multiclass-classification': [
    '# No probabilities: the greatest value is that of the class that the model decides for.',
    'decisions = model.decision_function(inputs)',
    'scores = np.exp(decisions - decisions.max(axis=1, keepdims=True))',
    'scores = scores / scores.sum(axis=1, keepdims=True)',
    'decided = np.searchsorted(model.classes_, model.predict(inputs))',
    'others = scores.argmax(axis=1) != decided',
    'scores[others] = np.eye(len(model.classes_))[decided[others]]',
  ],
};

const RECIPES: Readonly<Record<ScoredFormat, Recipe>> = {
  joblib: {
    imports: ['import joblib'],
    load: ['model = joblib.load(args.model)'],
    scores: SCIKIT,
    classes: 'model.classes_',
  },
  pickle: {
    imports: ['import pickle'],
    load: ['with open(args.model, "rb") as file:', '    model = pickle.load(file)'],
    scores: SCIKIT,
    classes: 'model.classes_',
  },
  skops: {
    imports: ['import skops.io'],
    load: ['model = skops.io.load(args.model, trusted=skops.io.get_untrusted_types(file=args.model))'],
    scores: SCIKIT,
    classes: 'model.classes_',
  },
  xgboost: {
    imports: ['import numpy as np', 'import xgboost'],
    load: ['model = xgboost.Booster(model_file=args.model)'],
    inputs: 'table[model.feature_names] if model.feature_names else OTHERS',
    scores: ({ task }) => [
      'best = model.attr("best_iteration")',
      'used = (0, 0 if best is None else int(best) + 1)',
      'matrix = xgboost.DMatrix(inputs)',
      task === 'regression'
        ? 'predictions = model.predict(matrix, iteration_range=used)'
        : 'scores = model.predict(matrix, iteration_range=used)',
      ...(task === 'binary-classification' ? ['scores = np.column_stack([1 - scores, scores])'] : []),
    ],
  },
  lightgbm: {
    imports: ['import lightgbm', 'import numpy as np'],
    load: ['model = lightgbm.Booster(model_file=args.model)'],
    // LightGBM writes a space in a name as an underscore.
    inputs: 'table.rename(columns=lambda name: name.replace(" ", "_"))[model.feature_name()]',
    scores: ({ task }) => [
      task === 'regression' ? 'predictions = model.predict(inputs)' : 'scores = model.predict(inputs)',
      ...(task === 'binary-classification' ? ['scores = np.column_stack([1 - scores, scores])'] : []),
    ],
  },
  catboost: {
    imports: ['import catboost'],
    load: [],
    inputs: 'table[model.feature_names_] if set(model.feature_names_) <= set(table.columns) else OTHERS',
    scores: SCIKIT,
    classes: 'model.classes_',
  },
  torch: {
    imports: ['import torch'],
    load: [],
    inputs: 'OTHERS',
    scores: ({ task }) => [
      'with torch.no_grad():',
      '    outputs = model(torch.tensor(inputs.to_numpy(dtype="float32")))',
      ...(task === 'regression'
        ? ['predictions = outputs.reshape(len(table), -1)[:, 0].numpy()']
        : task === 'binary-classification'
          ? [
              'outputs = outputs.reshape(len(table), -1)',
              'if outputs.shape[1] == 2:',
              '    scores = outputs.softmax(dim=1).numpy()',
              'else:',
              '    positive = outputs[:, 0] if bool(((outputs >= 0) & (outputs <= 1)).all()) else outputs[:, 0].sigmoid()',
              '    scores = torch.stack([1 - positive, positive], dim=1).numpy()',
            ]
          : ['scores = outputs.softmax(dim=1).numpy()']),
    ],
  },
  keras: {
    imports: ['import keras', 'import numpy as np'],
    load: ['model = keras.models.load_model(args.model)'],
    inputs: 'OTHERS',
    scores: ({ task }) => [
      'outputs = np.asarray(model.predict(inputs.to_numpy(dtype="float32"), verbose=0)).reshape(len(table), -1)',
      task === 'regression'
        ? 'predictions = outputs[:, 0]'
        : 'scores = outputs if outputs.shape[1] > 1 else np.column_stack([1 - outputs[:, 0], outputs[:, 0]])',
    ],
  },
  huggingface: {
    imports: ['from transformers import pipeline'],
    load: ['classify = pipeline("text-classification", model=args.model, top_k=None, truncation=True)'],
    inputs: 'TEXT',
    scores: () => [
      'names = list(classify.model.config.id2label.values())',
      'found = [{one["label"]: one["score"] for one in row} for row in classify(list(inputs))]',
      'scores = pd.DataFrame(found)[names].to_numpy()',
    ],
    classes: 'names',
  },
};

/** True for a format whose program can score by the decision function of a model without probabilities. */
export function scoresByDecision(format: ModelFormat | undefined): boolean {
  return format === 'joblib' || format === 'pickle' || format === 'skops';
}

/** True for a format that a program can be written for. */
export function isScoredFormat(format: ModelFormat): format is ScoredFormat {
  return Object.hasOwn(RECIPES, format);
}

/** The text of a program `predict.py` that scores a model of this format as `evaluate.predict` needs it. */
export function predictProgram(needs: PredictionNeeds & { readonly format: ScoredFormat }): string {
  const recipe = RECIPES[needs.format];
  const packages = [
    ...recipe.imports,
    ...(needs.scores === 'decision' ? ['import numpy as np'] : []),
    ...(needs.network === undefined ? [] : [needs.network.imports]),
    'import pandas as pd',
  ];
  const inputs = inputsOf(needs, recipe);
  const lines = [
    ...loadLines(needs, recipe),
    `table = ${readerOf(needs.dataset)}`,
    ...inputs,
    ...stopLines(needs),
    ...recipe.scores(needs),
    `${resultOf(needs, recipe)}.to_csv(args.out, index=False)`,
  ];
  const isStandard = (line: string) => line === 'import pickle';
  const standard = ['import argparse', ...packages.filter(isStandard)];
  const others = packages.filter((line) => !isStandard(line)).sort();
  return `${head(standard, others)}\n${lines.join('\n')}\n`;
}

/** A model that is given other inputs than in training has scores, and they are wrong: no score is better than these. */
function stopLines({ changes }: PredictionNeeds): readonly string[] {
  const [first] = changes;
  if (first === undefined) return [];
  const place = (one: ChangedInput) => `${one.path.replaceAll(/\s+/g, ' ')}:${one.line}`;
  const why = `${INCOMPLETE} ${place(first)} changes the rows before the model sees them, and this program does not do that yet`;
  return [
    '# Training does this with the rows before the model sees them:',
    ...changes.map((one) => `#   ${place(one)}: ${one.text}`),
    '# Do the same with the inputs (or the predictions) here, by what training saved for it, and remove the next line.',
    `raise SystemExit(${JSON.stringify(why)})`,
  ];
}

function loadLines({ format, object, task, network }: PredictionNeeds, { load }: Recipe): readonly string[] {
  if (format === 'catboost') {
    const model = task === 'regression' ? 'catboost.CatBoostRegressor()' : 'catboost.CatBoostClassifier()';
    return [`model = ${model}.load_model(args.model)`];
  }
  if (format === 'torch') {
    if (network === undefined) return ['model = torch.load(args.model, weights_only=False).train(False)'];
    return [`model = ${network.construction}`, 'model.load_state_dict(torch.load(args.model))', 'model.train(False)'];
  }
  const key = keyOf(object);
  return key === undefined ? load : [...load, `model = model[${JSON.stringify(key)}]`];
}

/** The key of the model, where a dictionary was written. */
function keyOf(object: string): string | undefined {
  if (!object.startsWith('{')) return undefined;
  const keys = [...object.matchAll(/["'](\w+)["']\s*:/g)].map(([, key]) => key ?? '');
  return keys.find((key) => /model|pipe|clf|estimator/i.test(key)) ?? keys[0];
}

function readerOf(dataset: string): string {
  if (/\.parquet$/i.test(dataset)) return 'pd.read_parquet(args.data)';
  if (/\.(?:jsonl|ndjson)$/i.test(dataset)) return 'pd.read_json(args.data, lines=True)';
  return /\.tsv$/i.test(dataset) ? 'pd.read_csv(args.data, sep="\\t")' : 'pd.read_csv(args.data)';
}

function inputsOf({ inputColumn, features, label, others }: PredictionNeeds, recipe: Recipe): readonly string[] {
  const left = `table.drop(columns=${list([label, ...others])})`;
  if (inputColumn !== undefined) return [`inputs = table[${JSON.stringify(inputColumn)}]`];
  if (recipe.inputs !== undefined) {
    const named = features === undefined ? left : `table[${list(features)}]`;
    return [`inputs = ${recipe.inputs.replace('OTHERS', named).replace('TEXT', `${left}.iloc[:, 0]`)}`];
  }
  if (features !== undefined) return [`inputs = table[${list(features)}]`];
  return [`inputs = ${left}`, 'inputs = inputs[list(getattr(model, "feature_names_in_", inputs.columns))]'];
}

function resultOf({ task, encodedClasses, positive }: PredictionNeeds, { classes }: Recipe): string {
  if (task === 'regression') return 'pd.DataFrame({"prediction": predictions})';
  if (task === 'binary-classification') {
    const isKnown = positive !== undefined && encodedClasses === undefined && classes !== undefined;
    const column = isKnown ? `list(${classes}).index(${JSON.stringify(positive)})` : '1';
    return `pd.DataFrame({"score": scores[:, ${column}]})`;
  }
  const names = encodedClasses === undefined ? (classes ?? 'range(scores.shape[1])') : list(encodedClasses);
  return `pd.DataFrame(scores, columns=[f"score_{name}" for name in ${names}])`;
}

function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(', ')}]`;
}
