import { describe, expect, it } from 'vitest';
import { changedInputs } from '../../../../cli/init/python/changed-inputs.ts';
import { readPythonFile } from '../../../../cli/init/python/python-file.ts';

const HEAD = 'import numpy as np\nimport pandas as pd\n';
const SPLIT = `df = pd.read_csv("data.csv")
X = df[["a", "b"]]
y = df["churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
`;

/** The changes that are found in `train.py`; its split, if it has one, makes the test set. */
function changesIn(train: string, others: Readonly<Record<string, string>> = {}) {
  const files = Object.entries({ 'train.py': `${HEAD}${train}`, ...others }).map(([path, text]) =>
    readPythonFile(path, text),
  );
  const maker = files.flatMap(({ calls }) => calls).find(({ method }) => method === 'train_test_split');
  return changedInputs({ files, maker, label: 'churn' }).map(({ path, text }) => `${path}: ${text}`);
}

describe('changedInputs', () => {
  it.each([
    {
      name: 'a scaler that is not a part of the model',
      train: `${SPLIT}X_train = scaler.fit_transform(X_train)\nmodel.fit(X_train, y_train)\n`,
      found: ['train.py: X_train = scaler.fit_transform(X_train)'],
    },
    {
      name: 'a scaler whose result is given to the model at once',
      train: `${SPLIT}model = LogisticRegression().fit(StandardScaler().fit_transform(X_train), y_train)\n`,
      found: ['train.py: model = LogisticRegression().fit(StandardScaler().fit_transform(X_train), y_train)'],
    },
    {
      name: 'a logarithm of the target',
      train: `${SPLIT}model.fit(X_train, np.log1p(y_train))\n`,
      found: ['train.py: model.fit(X_train, np.log1p(y_train))'],
    },
    {
      name: 'a logarithm of the target, under its own name',
      train: `${SPLIT}y_train = np.log1p(y_train)\nmodel.fit(X_train, y_train)\n`,
      found: ['train.py: y_train = np.log1p(y_train)'],
    },
    {
      name: 'a scaler of the target',
      train: `${SPLIT}sc_y = StandardScaler()\ny_train = sc_y.fit_transform(y_train)\nmodel.fit(X_train, y_train)\n`,
      found: ['train.py: y_train = sc_y.fit_transform(y_train)'],
    },
    {
      name: 'an interaction after the split',
      train: `${SPLIT}X_train["c"] = X_train["a"] * X_train["b"]\nmodel.fit(X_train, y_train)\n`,
      found: ['train.py: X_train["c"] = X_train["a"] * X_train["b"]'],
    },
    {
      name: 'missing values that are filled in place after the split',
      train: `${SPLIT}X_train.fillna(0, inplace=True)\nmodel.fit(X_train, y_train)\n`,
      found: ['train.py: X_train.fillna(0, inplace=True)'],
    },
    {
      name: 'division of all inputs by a number',
      train: `${SPLIT}X_train = X_train / 255.0\nmodel.fit(X_train, y_train)\n`,
      found: ['train.py: X_train = X_train / 255.0'],
    },
    {
      name: 'missing values that are filled where a table of its own is read',
      train: 'train = pd.read_csv("train.csv").fillna("-")\nmodel.fit(train[["a"]], train["churn"])\n',
      found: ['train.py: train = pd.read_csv("train.csv").fillna("-")'],
    },
    {
      name: 'a function that prepares a table of its own',
      train: 'train = clean(pd.read_csv("train.csv"))\nmodel.fit(train[["a"]], train["churn"])\n',
      found: ['train.py: train = clean(pd.read_csv("train.csv"))'],
    },
    {
      name: 'a column of a table of its own that is calculated',
      train:
        'train = pd.read_csv("train.csv")\ntrain["a"] = np.log(train["a"])\nmodel.fit(train[["a"]], train["churn"])\n',
      found: ['train.py: train["a"] = np.log(train["a"])'],
    },
    {
      name: 'a matrix of XGBoost with scaled inputs',
      train: `${SPLIT}Z = scale(X_train)\ndtrain = xgb.DMatrix(Z, label=y_train)\nmodel = xgb.train({}, dtrain)\n`,
      found: ['train.py: Z = scale(X_train)'],
    },
  ])('finds $name', ({ train, found }) => {
    expect(changesIn(train)).toEqual(found);
  });

  it('finds a function of another module that is called after the split', () => {
    const prepare = 'def prepare(a, b):\n    return scaler.fit_transform(a), scaler.transform(b)\n';
    const train = `from prepare import prepare\n${SPLIT}A, B = prepare(X_train, X_test)\nmodel.fit(A, y_train)\n`;
    expect(changesIn(train, { 'prepare.py': prepare })).toEqual([
      'train.py: A, B = prepare(X_train, X_test)',
      'prepare.py: return scaler.fit_transform(a), scaler.transform(b)',
    ]);
  });

  it.each([
    { name: 'a model of the rows as they are', train: `${SPLIT}model.fit(X_train, y_train)\n` },
    {
      name: 'a pipeline, whose steps are a part of the model',
      train: `${SPLIT}model = make_pipeline(StandardScaler(), Ridge())\nmodel.fit(X_train, y_train)\n`,
    },
    {
      name: 'what is done before the split, which the test set has too',
      train: `${SPLIT.replace('y = df', 'X["a"] = np.log(X["a"])\nX = scaler.fit_transform(X)\ny = df')}model.fit(X_train, y_train)\n`,
    },
    {
      name: 'a selection of columns and another form of the same numbers',
      train: `${SPLIT}A = X_train.drop(columns=["b"]).to_numpy()\nmodel.fit(np.asarray(A), list(y_train))\n`,
    },
    {
      name: 'an encoding of the label',
      train: `${SPLIT}le = LabelEncoder()\ny_train = le.fit_transform(y_train)\nmodel.fit(X_train, y_train)\n`,
    },
    {
      name: 'classes of a label by a mapping',
      train:
        'train = pd.read_csv("train.csv")\ntrain["churn"] = train["churn"].map({"no": 0, "yes": 1})\nmodel.fit(train[["a"]], train["churn"])\n',
    },
    {
      name: 'a date that is read as one',
      train: 'df = pd.read_csv("d.csv")\ndf["t"] = pd.to_datetime(df["t"])\nmodel.fit(df[["a"]], df["churn"])\n',
    },
    {
      name: 'rows that are drawn again',
      train: `${SPLIT}A, b = SMOTE().fit_resample(X_train, y_train)\nmodel.fit(A, b)\n`,
    },
  ])('finds nothing in $name', ({ train }) => {
    expect(changesIn(train)).toEqual([]);
  });

  it('finds nothing in a function that is called before the split alone', () => {
    const features = 'def build(df):\n    df[["a"]] = StandardScaler().fit_transform(df[["a"]])\n    return df\n';
    const train = `from features import build\n${SPLIT.replace('X = df', 'df = build(df)\nX = df')}model.fit(X_train, y_train)\n`;
    expect(changesIn(train, { 'features.py': features })).toEqual([]);
  });
});
