import { beforeAll, describe, expect, it } from 'vitest';
import type { FoundTask } from '../../../cli/init/dataset-facts.ts';
import { predictProgram, type ScoredFormat } from '../../../cli/init/predict-program.ts';
import { NEEDS, runCases } from './predict-cases.ts';

/** Trains on three columns, writes data.csv, model and the library's own scores, as `expected.csv`. */
const SETUP = `
import numpy as np, pandas as pd, sys
from sklearn.datasets import load_iris, load_breast_cancer, load_diabetes
table = {"binary-classification": load_breast_cancer, "multiclass-classification": load_iris, "regression": load_diabetes}[task](as_frame=True).frame
table = table[[*table.columns[:3], "target"]].rename(columns={"target": "y"})
if words:
    table["y"] = table["y"].map({0: "zero", 1: "one", 2: "two"})
table.to_csv("data.csv", index=False)
X, y = table.drop(columns="y"), table["y"]
classifies = task != "regression"
def expect(scores, classes=None):
    if not classifies:
        pd.DataFrame({"prediction": scores}).to_csv("expected.csv", index=False)
    elif task == "binary-classification":
        pd.DataFrame({"score": scores}).to_csv("expected.csv", index=False)
    else:
        pd.DataFrame(scores, columns=[f"score_{c}" for c in classes]).to_csv("expected.csv", index=False)
def scikit(model):
    if not classifies:
        return expect(model.predict(X))
    p = model.predict_proba(X)
    if task == "binary-classification":
        return expect(p[:, list(model.classes_).index("one" if words else 1)])
    expect(p, model.classes_)
`;

const FOREST = `
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
model = (RandomForestClassifier if classifies else RandomForestRegressor)(5, random_state=0).fit(X, y)
scikit(model)
`;

const TRAINING: Readonly<Record<string, string>> = {
  joblib: `${FOREST}import joblib; joblib.dump(model, "model")`,
  pickle: `${FOREST}import pickle; pickle.dump(model, open("model", "wb"))`,
  skops: `${FOREST}import skops.io; skops.io.dump(model, "model")`,
  xgboost: `
import xgboost
model = (xgboost.XGBClassifier if classifies else xgboost.XGBRegressor)(n_estimators=5, n_jobs=1).fit(X, y)
scikit(model)
model.save_model("model.json")
import os; os.rename("model.json", "model")`,
  lightgbm: `
import lightgbm
model = (lightgbm.LGBMClassifier if classifies else lightgbm.LGBMRegressor)(n_estimators=5, n_jobs=1, verbosity=-1).fit(X, y)
scikit(model)
model.booster_.save_model("model")`,
  catboost: `
import catboost
model = (catboost.CatBoostClassifier if classifies else catboost.CatBoostRegressor)(iterations=5, verbose=0, thread_count=1, allow_writing_files=False).fit(X, y)
scikit(model)
model.save_model("model")`,
};
const TASKS: readonly FoundTask[] = ['binary-classification', 'multiclass-classification', 'regression'];
const LIBRARIES: readonly ScoredFormat[] = ['joblib', 'pickle', 'skops', 'xgboost', 'lightgbm', 'catboost'];
/** These take no labels that are words. */
const NUMBERS_ONLY = ['xgboost', 'lightgbm'];

interface Case {
  readonly format: ScoredFormat;
  readonly task: FoundTask;
  /** The labels are words. */
  readonly words: boolean;
}

const CASES: readonly Case[] = LIBRARIES.flatMap((format) =>
  TASKS.flatMap((task) =>
    [false, true]
      .filter((words) => !words || (task !== 'regression' && !NUMBERS_ONLY.includes(format)))
      .map((words) => ({ format, task, words })),
  ),
);

/** Trains and scores each case, all in one process: importing the libraries takes longer than the rest. */
const DRIVER = `
import json, os, runpy, shutil, sys
cases = json.load(open("cases.json"))
found = []
for case in cases:
    for name in ("model", "scores.csv", "expected.csv"):
        shutil.rmtree(name) if os.path.isdir(name) else os.path.exists(name) and os.remove(name)
    exec(case["train"], {"task": case["task"], "words": case["words"], "__name__": "__main__"})
    open("predict.py", "w").write(case["predict"])
    sys.argv = ["predict.py", "--model", "model", "--data", "data.csv", "--out", "scores.csv"]
    runpy.run_path("predict.py", run_name="__main__")
    import pandas as pd
    scores, expected = pd.read_csv("scores.csv"), pd.read_csv("expected.csv")
    same = list(scores.columns) == list(expected.columns) and len(scores) == len(expected)
    # Single precision of XGBoost, as text.
    found.append(float((scores - expected).abs().max().max() / max(1, expected.abs().max().max())) if same else str(scores.columns))
json.dump(found, open("found.json", "w"))
`;

const differences = new Map<Case, unknown>();

beforeAll(async () => {
  const cases = CASES.map(({ format, task, words }) => ({
    task,
    words,
    train: `${SETUP}${TRAINING[format]}\n`,
    predict: predictProgram({ ...NEEDS, format, task, positive: words ? 'one' : undefined }),
  }));
  const found = await runCases(DRIVER, cases);
  for (const [index, one] of CASES.entries()) differences.set(one, found[index]);
}, 180_000);

describe('the scores of the program are those of the library itself', () => {
  it.each(CASES.map((one) => [one.format, one.task, one.words ? 'words' : 'numbers', one] as const))(
    'in %s: %s, labels that are %s',
    (_format, _task, _labels, one) => {
      const difference = differences.get(one);
      expect(difference).toBeTypeOf('number');
      expect(difference).toBeLessThan(1e-6);
    },
  );

  it.skip.each(['torch', 'keras', 'huggingface'])(
    'in %s: its framework alone is a download of more than 500 MB',
    () => undefined,
  );
});

describe('predictProgram', () => {
  it('takes the model out of a dictionary', () => {
    const text = predictProgram({
      ...NEEDS,
      format: 'joblib',
      task: 'regression',
      object: '{"scaler": scaler, "model": clf}',
    });
    expect(text).toContain('model = model["model"]');
  });

  it('names the columns of encoded labels by the words of the dataset', () => {
    const text = predictProgram({
      ...NEEDS,
      format: 'joblib',
      task: 'multiclass-classification',
      encodedClasses: ['a', 'b', 'c'],
    });
    expect(text).toContain('for name in ["a", "b", "c"]');
  });

  it('builds a network whose weights alone were saved', () => {
    const network = { imports: 'from train import Net', construction: 'Net(4, 3)' };
    const text = predictProgram({ ...NEEDS, format: 'torch', task: 'multiclass-classification', network });
    expect(text).toContain('from train import Net\n');
    expect(text).toContain('model = Net(4, 3)\nmodel.load_state_dict(torch.load(args.model))\n');
  });
});
