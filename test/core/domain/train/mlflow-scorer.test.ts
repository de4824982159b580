import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MLFLOW_SCORER } from '../../../../core/domain/train/mlflow-scorer.ts';
import type { MlflowSettings } from '../../../../core/domain/train/predict-command.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

// Models of real libraries, saved as a team saves them, with what each predicts next to it.
const MAKE = `
import mlflow, numpy, pandas, xgboost
from sklearn.linear_model import LinearRegression, LogisticRegression
random = numpy.random.default_rng(1)
table = pandas.DataFrame({"a b": random.normal(size=60), "c": random.integers(0, 9, 60)})
score = table["a b"] + table["c"] / 9
table["word"] = numpy.where(score > 0.5, "yes", "no")
table["class"] = numpy.select([score < 0, score < 0.6], [0, 1], 2)
table["amount"] = score * 3
table["flag"] = (table["word"] == "yes").astype(int)
table.to_csv("data.csv", index=False)
table.to_parquet("data.parquet")
table.to_json("data.jsonl", orient="records", lines=True)
X = table[["a b", "c"]]
sign = mlflow.models.infer_signature(X)
words = LogisticRegression().fit(X, table["word"])
mlflow.sklearn.save_model(words, "words", signature=sign, serialization_format="pickle")
classes = LogisticRegression().fit(X, table["class"])
mlflow.sklearn.save_model(classes, "classes", serialization_format="pickle")
amount = LinearRegression().fit(X, table["amount"])
mlflow.sklearn.save_model(amount, "amount", signature=sign, serialization_format="pickle")
boosted = xgboost.XGBClassifier(n_estimators=5).fit(X, (table["word"] == "yes").astype(int))
mlflow.xgboost.save_model(boosted, "boosted", signature=sign)
class Own(mlflow.pyfunc.PythonModel):
    def __init__(self, share): self.share = share
    def predict(self, context, model_input, params=None):
        shares = words.predict_proba(model_input)[:, 1]
        return shares if self.share else (shares > 0.5).astype(float)
mlflow.pyfunc.save_model("shares", python_model=Own(True), signature=sign)
class Turned(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        shares = words.predict_proba(model_input)
        return pandas.DataFrame({"yes": shares[:, 1], "no": shares[:, 0]})
    def predict_proba(self, X): return numpy.full((len(X), 2), 0.5)
mlflow.pyfunc.save_model("turned", python_model=Turned(), signature=sign)
class Bare(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None): return words.predict_proba(model_input)[:, ::-1]
mlflow.pyfunc.save_model("bare", python_model=Bare(), signature=sign)
class Band(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        value = amount.predict(model_input)
        return pandas.DataFrame({"lower": value - 1, "prediction": value, "upper": value + 1})
mlflow.pyfunc.save_model("band", python_model=Band(), signature=sign)
mlflow.pyfunc.save_model("decisions", python_model=Own(False), signature=sign)
import json
expected = {
    "words": words.predict_proba(X)[:, 1], "amount": amount.predict(X), "boosted": boosted.predict_proba(X)[:, 1],
    **{f"classes_{i}": column for i, column in enumerate(classes.predict_proba(X).T)},
}
json.dump({name: [float(value) for value in values] for name, values in expected.items()}, open("expected.json", "w"))
`;

let folder: string;
let python: string;
let expected: Readonly<Record<string, readonly number[]>>;

const run = (args: readonly string[]) =>
  runProgram(python, [...args], {
    cwd: folder,
    env: { ...hostEnvironment(), HOME: folder, MLFLOW_DISABLE_TELEMETRY: 'true' },
  });

beforeAll(async () => {
  python = (await ensurePythonEnvironment('recipes')).python;
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-mlflow-'));
  await writeFile(path.join(folder, 'score.py'), MLFLOW_SCORER);
  await writeFile(path.join(folder, 'make.py'), MAKE);
  const made = await run(['make.py']);
  expect(made.exitCode, made.stderr).toBe(0);
  expected = JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const SETTINGS: MlflowSettings = {
  task: 'binary-classification',
  label: 'word',
  features: undefined,
  exclude: ['class', 'amount'],
  classes: undefined,
};

async function score(model: string, settings: Partial<MlflowSettings>, dataset = 'data.csv') {
  const done = await run(['score.py', model, dataset, 'out.csv', JSON.stringify({ ...SETTINGS, ...settings })]);
  if (done.exitCode !== 0) return { exitCode: done.exitCode, stderr: done.stderr, columns: {} };
  const [head = '', ...lines] = (await readFile(path.join(folder, 'out.csv'), 'utf8')).trim().split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  const columns = Object.fromEntries(
    head.split(',').map((name, at) => [name, rows.map((row) => row[at] ?? Number.NaN)]),
  );
  return { exitCode: 0, stderr: '', columns };
}

function expectClose(values: readonly number[] | undefined, wanted: readonly number[] | undefined): void {
  expect(values).toHaveLength(wanted?.length ?? -1);
  for (const [at, value] of wanted?.entries() ?? []) expect(values?.[at]).toBeCloseTo(value, 6);
}

describe('MLFLOW_SCORER', () => {
  it.each(['data.csv', 'data.parquet', 'data.jsonl'])(
    'gives probabilities of the second class, from %s',
    async (data) => {
      const { columns, stderr } = await score('words', {}, data);
      expect(Object.keys(columns), stderr).toEqual(['score']);
      expectClose(columns.score, expected.words);
    },
  );

  it('follows the order of evaluate.classes', async () => {
    const { columns } = await score('words', { classes: ['yes', 'no'] });
    expectClose(
      columns.score,
      expected.words?.map((share) => 1 - share),
    );
  });

  it('gives a column for each of several classes, by name', async () => {
    const { columns } = await score('classes', {
      task: 'multiclass-classification',
      label: 'class',
      features: ['a b', 'c'],
      classes: [2, 0, 1],
    });
    expect(Object.keys(columns)).toEqual(['score_2', 'score_0', 'score_1']);
    for (const name of [0, 1, 2]) expectClose(columns[`score_${name}`], expected[`classes_${name}`]);
  });

  it('gives numbers of a regression, and probabilities of boosted trees', async () => {
    expectClose((await score('amount', { task: 'regression' })).columns.prediction, expected.amount);
    expectClose((await score('boosted', { label: 'flag' })).columns.score, expected.boosted);
  });

  it('takes shares of a model of its own for what they are', async () => {
    const { columns, stderr } = await score('shares', {});
    expect(stderr).toBe('');
    expectClose(columns.score, expected.words);
  });

  it("goes by the names of columns, and by a model's own predict", async () => {
    expectClose((await score('turned', {})).columns.score, expected.words);
    expectClose((await score('band', { task: 'regression' })).columns.prediction, expected.amount);
  });

  it.each<[string, string, Partial<MlflowSettings>, RegExp]>([
    ['probabilities of which no one says the classes', 'bare', {}, /set evaluate\.classes/],
    ['classes that are not those of the label', 'words', { label: 'class' }, /set evaluate\.classes/],
    ['decisions are no probabilities', 'decisions', {}, /gives classes, not probabilities.*predict_proba/],
    ['classes that the model does not know', 'words', { classes: ['yes', 'maybe'] }, /set evaluate\.classes/],
    ['columns that the dataset does not have', 'words', { features: ['a b', 'd'] }, /has no column d/],
  ])('refuses: %s', async (_, model, settings, message) => {
    const { exitCode, stderr } = await score(model, settings);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(message);
  });
});
