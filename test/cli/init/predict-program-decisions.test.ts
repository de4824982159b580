import { beforeAll, describe, expect, it } from 'vitest';
import { predictProgram } from '../../../cli/init/predict-program.ts';
import { NEEDS, runCases } from './predict-cases.ts';

/** Trains each model, runs the program, and compares its scores with what scikit-learn itself decides. */
const DRIVER = `
import json, runpy, sys
import joblib, numpy as np, pandas as pd
from scipy.stats import rankdata
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import Perceptron, RidgeClassifier, SGDClassifier
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
cases = json.load(open("cases.json"))
found = []
for case in cases:
    table = (load_iris if case["classes"] == 3 else load_breast_cancer)(as_frame=True).frame.rename(columns={"target": "y"})
    table["y"] = table["y"].map({0: "zero", 1: "one", 2: "two"})
    table.to_csv("data.csv", index=False)
    X, y = table.drop(columns="y"), table["y"]
    model = make_pipeline(StandardScaler(), eval(case["model"])).fit(X, y)
    joblib.dump(model, "model")
    open("predict.py", "w").write(case["program"])
    sys.argv = ["predict.py", "--model", "model", "--data", "data.csv", "--out", "scores.csv"]
    runpy.run_path("predict.py", run_name="__main__")
    scores = pd.read_csv("scores.csv")
    values, decided = scores.to_numpy(), model.predict(X)
    result = {"inside": bool(values.min() >= 0 and values.max() <= 1), "rows": len(values) == len(table)}
    if case["classes"] == 3:
        result["columns"] = list(scores.columns) == [f"score_{c}" for c in model.classes_]
        result["decides"] = bool((model.classes_[values.argmax(axis=1)] == decided).all())
        result["sums"] = bool(np.allclose(values.sum(axis=1), 1))
    else:
        decisions = model.decision_function(X) * (1 if model.classes_[1] == "one" else -1)
        result["order"] = bool((rankdata(values[:, 0]) == rankdata(decisions)).all())
        result["decides"] = bool(((values[:, 0] >= 0.5) == (decided == "one")).all())
    found.append(result)
json.dump(found, open("found.json", "w"))
`;

const MODELS = [
  'LinearSVC(random_state=0)',
  'LinearSVC(C=1e6, random_state=0)',
  'RidgeClassifier()',
  'SGDClassifier(random_state=0)',
  'Perceptron(random_state=0)',
  'SVC()',
  'OneVsRestClassifier(LinearSVC(random_state=0))',
  'OneVsOneClassifier(LinearSVC(random_state=0))',
] as const;
const CASES = MODELS.flatMap((model) => [2, 3].map((classes) => ({ model, classes })));

const results = new Map<string, unknown>();
const nameOf = ({ model, classes }: (typeof CASES)[number]) => `${model} of ${classes} classes`;

beforeAll(async () => {
  const cases = CASES.map(({ model, classes }) => {
    const isBinary = classes === 2;
    const task = isBinary ? 'binary-classification' : 'multiclass-classification';
    const positive = isBinary ? 'one' : undefined;
    return {
      model,
      classes,
      program: predictProgram({ ...NEEDS, format: 'joblib', scores: 'decision', task, positive }),
    };
  });
  const found = await runCases(DRIVER, cases);
  for (const [index, one] of CASES.entries()) results.set(nameOf(one), found[index]);
}, 180_000);

describe('the program of a model without probabilities', () => {
  it.each(CASES)('orders and decides as scikit-learn does: $model, $classes classes', (one) => {
    const common = { inside: true, rows: true, decides: true };
    const expected = one.classes === 2 ? { ...common, order: true } : { ...common, columns: true, sums: true };
    expect(results.get(nameOf(one))).toStrictEqual(expected);
  });
});
