import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../../scripts/python-environment.ts';
import { scoredModel } from '../../../testkit/scored-model.ts';
import { initIn, removeRepositories } from './adopted.ts';

afterAll(removeRepositories);

const csv = (header: string, row: (index: number) => string, rows = 60) =>
  `${header}\n${Array.from({ length: rows }, (_, index) => row(index)).join('\n')}\n`;

/** Code that trains on data/train.csv and writes the model by one line. */
const train = (write: string, { label = 'y', estimator = 'LogisticRegression', imports = '' } = {}) => `import joblib
import pandas as pd
from sklearn.linear_model import ${estimator}
${imports}

df = pd.read_csv("data/train.csv")
y = df["${label}"]
X = df.drop("${label}", axis=1)
model = ${estimator}().fit(X, y)
${write}
`;

const NUMBERS = csv('a,b,y', (index) => `${index},${index % 7},${index % 2}`);
const BASE = {
  'train.py': train('joblib.dump(model, "model.joblib")'),
  'data/train.csv': NUMBERS,
  'data/test.csv': NUMBERS,
  'requirements.txt': 'scikit-learn\n',
};

describe('a manager of packages that this machine lacks', () => {
  it('is no reason to say that the first pull request will fail', async () => {
    const lock = 'version = 1\nrequires-python = ">=3.11"\n';
    const project = '[tool.poetry]\nname = "team"\n[tool.poetry.dependencies]\npython = "^3.11"\n';
    const files = { ...BASE, 'poetry.lock': lock, 'pyproject.toml': project };
    const folder = path.dirname(process.execPath);
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const { output, exitCode } = await initIn(files, ['--yes'], { env, judges: true });
    expect(output).toContain('Nothing was judged: poetry is not installed on this machine.');
    expect(output).not.toContain('so will the first pull request');
    expect(exitCode, output).toBe(0);
  });
});

describe('a classifier without probabilities', () => {
  const words = csv('a,b,y', (index) => `${index},${index % 7},${['red', 'green', 'blue'][index % 3]}`);
  const linear = train('joblib.dump(model, "model.joblib")').replaceAll('LogisticRegression', 'LinearSVC');
  const svc = linear.replace('from sklearn.linear_model', 'from sklearn.svm');

  it.each([
    ['two classes', NUMBERS, ['accuracy', 'roc_auc']],
    ['several classes', words, ['accuracy']],
  ])('of %s is scored by its decisions, and judged by metrics that need none', async (_, table, metrics) => {
    const files = { ...BASE, 'train.py': svc, 'data/train.csv': table, 'data/test.csv': table };
    const { models, read, output, exitCode } = await initIn(files, ['--yes']);
    expect(exitCode, output).toBe(0);
    const { evaluate, gate } = scoredModel(models.team);
    expect(evaluate.scores).toBe('decision');
    expect(evaluate.metrics).toEqual(metrics);
    expect(gate.rules.map(({ metric }) => metric)).toEqual(['accuracy', 'accuracy']);
    expect(await read('predict.py')).toContain('decision_function');
    expect(output).toContain('gives no probabilities');
    // The judge has run here.
    expect(output).not.toContain('Traceback');
  });
});

describe('steps between the test set and the model', () => {
  const SPLIT = `import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("data/train.csv")
X = df[["a", "b"]]
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
`;
  const { 'data/test.csv': _, ...files } = BASE;
  const scaled = `${SPLIT}scaler = StandardScaler()
A = scaler.fit_transform(X_train)
model = LogisticRegression().fit(A, y_train)
joblib.dump(model, "model.joblib")
`;

  it('that the model does not do itself stop the program that scores, with their place', async () => {
    const { read, output } = await initIn({ ...files, 'train.py': scaled }, ['--yes']);
    expect(output).toContain('predict.py is not complete');
    expect(output).toContain('train.py:12: A = scaler.fit_transform(X_train)');
    const program = await read('predict.py');
    expect(program).toContain('#   train.py:12: A = scaler.fit_transform(X_train)');
    const [before, after] = (program ?? '').split('raise SystemExit(');
    expect(before).not.toContain('predict_proba');
    expect(after).toContain('predict_proba');
  });

  it('that are a part of the model by now make the program complete, once it is written again', async () => {
    const first = await initIn({ ...files, 'train.py': scaled }, ['--yes', '--no-judge']);
    const pipeline = scaled
      .replace(/^scaler = .*\n^A = .*\n/m, '')
      .replace('LogisticRegression().fit(A,', 'make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train,');
    await first.write('train.py', pipeline);
    const second = await first.again('--force', '--yes', '--no-judge');
    expect(second.exitCode, second.output).toBe(0);
    expect(await second.read('predict.py')).not.toContain('SystemExit');
    expect(await second.read('tidegate_predict.py')).toBeUndefined();
  });

  it('are told where the judge runs the model itself', async () => {
    const onnx = scaled.replace(/^joblib.*$/m, 'open("model.onnx", "wb").write(to_onnx(model, A).SerializeToString())');
    const { output } = await initIn({ ...files, 'train.py': onnx }, ['--yes', '--no-judge']);
    expect(output).toContain('Training changes the rows before the model sees them (train.py:12');
  });

  it('make numbers of classes: the test set has the numbers, and no class is asked for by its word', async () => {
    const compares = `${SPLIT.replace('y = df["y"]', 'y = (df["y"] == "yes").astype(int)')}model = LogisticRegression().fit(X_train, y_train)
joblib.dump(model, "model.joblib")
`;
    const table = csv('a,b,y', (index) => `${index},${index % 7},${index % 2 === 0 ? 'yes' : 'no'}`);
    const { models, read } = await initIn({ ...files, 'data/train.csv': table, 'train.py': compares }, [
      '--yes',
      '--no-judge',
    ]);
    expect(scoredModel(models.team).evaluate.classes).toBeUndefined();
    expect(await read('predict.py')).toContain('scores[:, 1]');
  });
});

describe('what a repository says, and what is written', () => {
  it('the columns of the test set are the features of an ONNX model with one input', async () => {
    const onnx = {
      ...BASE,
      'train.py': train('open("model.onnx", "wb").write(to_onnx(model, X).SerializeToString())'),
    };
    const { models } = await initIn(onnx);
    expect(models.team).toMatchObject({ artifact: 'model.onnx', data: { features: ['a', 'b'] } });
    expect(scoredModel(models.team).evaluate.predict).toBeUndefined();
  });

  it('labels that are words are listed, the positive one last', async () => {
    const table = csv('a,diagnosis', (index) => `${index},${index % 2 === 0 ? 'malignant' : 'benign'}`);
    const files = {
      ...BASE,
      'train.py': train('joblib.dump(model, "m.joblib")', { label: 'diagnosis' }),
      'data/test.csv': table,
    };
    const { models, read } = await initIn(files);
    expect(models.team).toMatchObject({ task: 'binary-classification', data: { label: 'diagnosis' } });
    expect(scoredModel(models.team).evaluate.classes).toEqual(['benign', 'malignant']);
    expect(await read('predict.py')).toContain('.index("malignant")');
  });

  it('of two words that say nothing, the rarer one is positive, and --positive says another', async () => {
    const table = csv('a,kind', (index) => `${index},${index % 5 < 2 ? 'left' : 'right'}`);
    const files = {
      ...BASE,
      'train.py': train('joblib.dump(model, "m.joblib")', { label: 'kind' }),
      'data/test.csv': table,
    };
    expect(scoredModel((await initIn(files)).models.team).evaluate.classes).toEqual(['right', 'left']);
    expect(scoredModel((await initIn(files, ['--positive', 'right'])).models.team).evaluate.classes).toEqual([
      'left',
      'right',
    ]);
    const even = {
      ...files,
      'data/test.csv': csv('a,kind', (index) => `${index},${index % 2 === 0 ? 'left' : 'right'}`),
    };
    expect((await initIn(even)).output).toContain('--positive says the other');
  });

  it('few whole numbers are a regression with a regressor, classes with a classifier, and --task says otherwise', async () => {
    const table = csv('a,quality', (index) => `${index},${3 + (index % 6)}`);
    const files = (estimator: string) => ({
      ...BASE,
      'train.py': train('joblib.dump(model, "m.joblib")', { label: 'quality', estimator }),
      'data/test.csv': table,
    });
    expect((await initIn(files('ElasticNet'))).models.team?.task).toBe('regression');
    expect((await initIn(files('LogisticRegression'))).models.team?.task).toBe('multiclass-classification');
    expect((await initIn(files('Unknown'))).output).toContain('few whole numbers');
    expect((await initIn(files('Unknown'), ['--task', 'regression'])).models.team?.task).toBe('regression');
  });

  it('without times there is no window of drift, and with them there is', async () => {
    expect((await initIn(BASE, ['--current', 'logs/*.csv'])).models.team?.drift?.window).toBeUndefined();
    const dated = {
      ...BASE,
      'data/test.csv': csv(
        'day,a,y',
        (index) => `2026-01-${String(1 + (index % 20)).padStart(2, '0')},${index},${index % 2}`,
      ),
    };
    const { models } = await initIn(dated, ['--current', 'logs/*.csv']);
    expect(models.team).toMatchObject({ data: { time: 'day' } });
    expect(JSON.stringify(models.team?.drift)).toContain(String(7 * 24 * 60 * 60 * 1000));
  });

  it('fewer than ten days are no groups', async () => {
    const dated = {
      ...BASE,
      'data/test.csv': csv('day,a,y', (index) => `2026-01-0${1 + (index % 4)},${index},${index % 2}`),
    };
    const { read, output } = await initIn(dated);
    expect(await read('tidegate.yaml')).toContain('group: none');
    expect(output).toContain('4 days');
  });

  it('without DVC there is no retrain workflow, and it says why', async () => {
    const { read, output, models } = await initIn(BASE, ['--current', 'logs/*.csv', '--update', 'python fetch.py']);
    expect(await read('.github/workflows/model-retrain.yml')).toBeUndefined();
    expect(models.team?.drift?.retrain).toBeUndefined();
    expect(output).toContain('--update needs DVC');
  });

  it.each([
    ['joblib.dump(model, "models/m.joblib")', 'models/m.joblib', 'joblib.load'],
    ['pickle.dump(model, open("m.pkl", "wb"))', 'm.pkl', 'pickle.load'],
    ['with open("m.pkl", "wb") as f:\n    pickle.dump(model, f)', 'm.pkl', 'pickle.load'],
    ['sio.dump(model, "m.skops")', 'm.skops', 'skops.io.load'],
    ['Path("m.pkl").write_bytes(pickle.dumps(model))', 'm.pkl', 'pickle.load'],
  ])('%s gets a program that scores it', async (write, artifact, load) => {
    const files = {
      ...BASE,
      'train.py': train(write, { imports: 'import pickle\nfrom pathlib import Path\nimport skops.io as sio' }),
    };
    const { models, read } = await initIn(files);
    expect(models.team?.artifact).toBe(artifact);
    expect(scoredModel(models.team).evaluate.predict).toBe(
      'python predict.py --model {artifact} --data {dataset} --out {predictions}',
    );
    expect(await read('predict.py')).toContain(load);
  });

  it('the folder of a model that no code makes is made by the command', async () => {
    const files = { ...BASE, 'train.py': train('joblib.dump(model, "models/m.joblib")') };
    expect((await initIn(files)).models.team?.train?.command).toBe('mkdir -p models && python train.py');
    const makes = { ...files, 'train.py': `import os\nos.makedirs("models", exist_ok=True)\n${files['train.py']}` };
    expect((await initIn(makes)).models.team?.train?.command).toBe('python train.py');
  });

  it('a test set that training reads too is said', async () => {
    const { output } = await initIn(BASE, ['--test', 'data/train.csv']);
    expect(output).toContain('Training reads data/train.csv too');
    expect((await initIn(BASE)).output).not.toContain('Training reads');
  });

  it('a model has the name that DVC, a tag or MLflow gives it', async () => {
    const dvc = {
      ...BASE,
      'dvc.yaml': 'stages: {}\nartifacts: { churn-model: { path: model.joblib, type: model } }\n',
    };
    expect(Object.keys((await initIn(dvc)).models)).toEqual(['churn-model']);
    expect(Object.keys((await initIn(BASE, [], { tags: ['churn@v1.2.0'] })).models)).toEqual(['churn']);
    const mlflow = { ...BASE, 'train.py': `import mlflow\nmlflow.set_experiment("Churn Model")\n${BASE['train.py']}` };
    expect(Object.keys((await initIn(mlflow)).models)).toEqual(['churn-model']);
    expect(Object.keys((await initIn(BASE, ['--model', 'mine'])).models)).toEqual(['mine']);
  });

  it('variables of DVC are filled', async () => {
    const files = {
      ...BASE,
      'params.yaml': 'base: { model_dir: out }\n',
      '.dvc/config': '',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of DVC.
      'dvc.yaml': 'stages:\n  train: { cmd: python train.py, outs: ["${base.model_dir}/model.joblib"] }\n',
    };
    expect((await initIn(files)).models.team).toMatchObject({
      artifact: 'out/model.joblib',
      train: { stages: ['train'] },
    });
  });

  it('the Python and the packages of the repository are those of the workflows', async () => {
    const { 'requirements.txt': _, ...files } = BASE;
    const { read, models } = await initIn({
      ...files,
      'uv.lock': '',
      'pyproject.toml': '[project]\nname = "x"\nrequires-python = ">=3.14"\n',
    });
    const workflow = await read('.github/workflows/model-ci.yml');
    expect(workflow).toContain('uv sync --frozen');
    expect(workflow).toContain('python-version: "3.14"');
    expect(models.team?.train?.command).toBe('uv run python train.py');
    expect(scoredModel(models.team).evaluate.predict).toMatch(/^uv run python predict\.py/);
  });

  it('other workflows that judge are named', async () => {
    const files = {
      ...BASE,
      '.github/workflows/cml.yml':
        'on: push\njobs: { a: { steps: [{ run: "python train.py && cml comment create report.md" }] } }\n',
    };
    expect((await initIn(files)).output).toContain('.github/workflows/cml.yml trains or judges too');
    expect(
      (
        await initIn({
          ...BASE,
          '.github/workflows/lint.yml': 'on: push\njobs: { a: { steps: [{ run: ruff check }] } }\n',
        })
      ).output,
    ).not.toContain('judges too');
  });
});

describe('manifests', () => {
  const deployment = (env: string) => `kind: Deployment
metadata: { name: api }
spec: { template: { spec: { containers: [{ name: api, image: "acme/api:1"${env} }] } } }
`;

  it('take the address of the model where a variable has it', async () => {
    const { models } = await initIn({
      ...BASE,
      'k8s/deployment.yaml': deployment(', env: [{ name: MODEL_URI, value: "s3://a/b" }]'),
    });
    expect(models.team?.environments).toMatchObject([
      {
        name: 'production',
        targets: [{ file: 'k8s/deployment.yaml', kind: 'Deployment', name: 'api', env: 'MODEL_URI', value: 'uri' }],
      },
    ]);
  });

  it('with the model in the image are named, and not written', async () => {
    const { models, output } = await initIn({ ...BASE, 'k8s/deployment.yaml': deployment('') });
    expect(models.team?.environments).toEqual([]);
    expect(output).toContain('k8s/deployment.yaml names an image that has the model in it');
  });

  it.each([
    [
      'InferenceService',
      'k8s/staging/m.yaml',
      'kind: InferenceService\nmetadata: { name: m }\n',
      { kind: 'InferenceService', name: 'm' },
    ],
    [
      'kustomization',
      'k8s/staging/kustomization.yaml',
      'images: [{ name: ghcr.io/acme/m }]\n',
      { image: 'ghcr.io/acme/m' },
    ],
    [
      'Helm values with an address',
      'chart/staging/values.yaml',
      'model: { uri: "s3://a/b" }\n',
      { path: 'model.uri', value: 'uri' },
    ],
    [
      'Helm values with an image',
      'chart/values-staging.yaml',
      'image: { repository: ghcr.io/acme/m, tag: v1 }\n',
      { path: 'image.tag', value: 'tag' },
    ],
    [
      'Argo CD Application',
      'argocd/staging.yaml',
      'kind: Application\nmetadata: { name: m }\nspec: { source: { kustomize: { images: ["ghcr.io/acme/m:v1"] } } }\n',
      { kind: 'Application', name: 'm', image: 'ghcr.io/acme/m' },
    ],
  ])('%s: found', async (_kind, file, text, target) => {
    const { models } = await initIn({ ...BASE, [file]: text });
    expect(models.team?.environments).toMatchObject([{ name: 'staging', targets: [{ file, ...target }] }]);
  });
});

describe('programs of the team that score', () => {
  const predict = (options: readonly string[], column = 'score') =>
    `import argparse\nparser = argparse.ArgumentParser()\n${options.map((one) => `parser.add_argument(${one})`).join('\n')}\nargs = parser.parse_args()\nprint("${column}")\n`;

  it('are used where their options fit, and not touched', async () => {
    const text = predict([
      '"--model-path", required=True',
      '"--input"',
      '"--output"',
      '"--verbose", action="store_true"',
    ]);
    const { models, read } = await initIn({ ...BASE, 'predict.py': text });
    expect(scoredModel(models.team).evaluate.predict).toBe(
      'python predict.py --model-path {artifact} --input {dataset} --output {predictions}',
    );
    expect(await read('predict.py')).toBe(text);
  });

  it.each([
    ['another option is required', predict(['"--model"', '"--data"', '"--out"', '"--key", required=True'])],
    ['no file is written', predict(['"--model"', '"--data"'])],
    ['no column of scores is written', predict(['"--model"', '"--data"', '"--out"'], 'label')],
    ['it is a server', 'from fastapi import FastAPI\n'],
  ])('are left alone where %s', async (_why, text) => {
    const { models, read } = await initIn({ ...BASE, 'predict.py': text });
    expect(scoredModel(models.team).evaluate.predict).toContain('tidegate_predict.py');
    expect(await read('predict.py')).toBe(text);
    expect(await read('tidegate_predict.py')).toContain('joblib.load');
  });
});

describe('what the command reads', () => {
  it('is written where the code says all of it', async () => {
    const { models } = await initIn({
      ...BASE,
      'features.py': 'X = 1\n',
      'other.py': '',
      'train.py': `import features\n${BASE['train.py']}`,
    });
    expect(models.team?.train?.deps).toEqual(['train.py', 'features.py', 'data/train.csv', 'requirements.txt']);
  });

  it.each([
    ['a path is not known', 'import sys\nextra = open(sys.argv[1])'],
    ['another program runs', 'import subprocess'],
    ['a folder is listed', 'import glob'],
    ['data come from elsewhere', 'import requests\nrequests.get("https://data.example")'],
  ])('is everything where %s', async (_why, line) => {
    const { models } = await initIn({ ...BASE, 'train.py': `${line}\n${BASE['train.py']}` });
    expect(models.team?.train?.deps).toBeUndefined();
  });
});

describe('a split in memory', () => {
  const files = {
    'train.py': `import pickle
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv("data/all.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="Churn"), df["Churn"], test_size=0.5)
clf = LogisticRegression().fit(X_train, y_train)
pickle.dump(clf, open("clf.pkl", "wb"))
`,
    'data/all.csv': csv('a,Churn', (index) => `${index},${index % 3 === 0 ? 1 : 0}`),
    'requirements.txt': '',
  };

  it('gets a seed and writes its test part, where a person says yes', async () => {
    const { models, read, output } = await initIn(files, ['--yes']);
    const text = await read('train.py');
    expect(text).toContain(
      'test_size=0.5, random_state=42)\npd.DataFrame(X_test).assign(Churn=list(y_test)).to_csv("data/test.csv", index=False)\n',
    );
    expect(models.team).toMatchObject({
      data: { label: 'Churn' },
      evaluate: { dataset: 'data/test.csv' },
      train: { command: 'python train.py' },
    });
    expect(models.team?.train?.deps).toBeUndefined();
    expect(output).toContain('+pd.DataFrame(X_test)');
  });

  it('is shown and left alone otherwise', async () => {
    const { read, output } = await initIn(files);
    expect(await read('train.py')).toBe(files['train.py']);
    expect(output).toContain('+pd.DataFrame(X_test)');
    expect(output).toContain('The code was not changed');
  });

  it('that cannot be changed is said with what to do', async () => {
    const { exitCode, output } = await initIn({
      ...files,
      'train.py': files['train.py']
        .replace('X_train, X_test, y_train, y_test = ', 'parts = ')
        .replace('fit(X_train, y_train)', 'fit(parts[0], parts[2])'),
    });
    expect(exitCode).toBe(1);
    expect(output).toContain('train.py splits in memory');
    expect(output).toContain('Write its test part to data/test.csv');
  });
});

describe('data that code loads from elsewhere', () => {
  const files = {
    'train.py': `import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

iris = load_iris()
X_train, X_test, y_train, y_test = train_test_split(iris.data, iris.target, test_size=0.2, random_state=1)
joblib.dump(LogisticRegression(max_iter=500).fit(X_train, y_train), "model.joblib")
`,
    'requirements.txt': '',
  };

  it('are seen by one run of training in a copy, where a person says yes', { timeout: 60_000 }, async () => {
    const { bin } = await ensurePythonEnvironment('recipes');
    const env = { PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };
    const { models, read, output } = await initIn(files, ['--yes'], { env });
    expect(models.team, output).toMatchObject({
      task: 'multiclass-classification',
      data: { label: 'target' },
      evaluate: { dataset: 'test.csv' },
    });
    expect(await read('train.py')).toContain('assign(target=list(y_test)).to_csv("test.csv", index=False)');
    expect(await read('test.csv')).toBeUndefined();
  });

  it('are not guessed otherwise: nothing is run, and it says what would be', async () => {
    const { exitCode, output, read } = await initIn(files);
    expect(exitCode).toBe(1);
    expect(output).toContain('with --yes, training is run once in a copy');
    expect(await read('tidegate.yaml')).toBeUndefined();
  });

  it('stay unknown where training fails', async () => {
    const { exitCode, output } = await initIn(
      { ...files, 'train.py': `raise SystemExit(1)\n${files['train.py']}` },
      ['--yes'],
      { env: { PATH: process.env.PATH ?? '' } },
    );
    expect(exitCode).toBe(1);
    expect(output).toContain('Training failed');
  });
});

it('options of click have defaults, as those of argparse have', async () => {
  const program = `import click
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression

@click.command()
@click.option("--data", "data_path", default="data/train.csv")
@click.option("--out", type=click.Path(), default="models/churn.joblib")
def main(data_path, out):
    df = pd.read_csv(data_path)
    model = LogisticRegression().fit(df[["a", "b"]], df["y"])
    joblib.dump(model, out)

if __name__ == "__main__":
    main()
`;
  const { models, output } = await initIn({ ...BASE, 'train.py': program }, ['--no-judge']);
  expect(models.team, output).toMatchObject({
    artifact: 'models/churn.joblib',
    train: { command: 'mkdir -p models && python train.py', deps: expect.arrayContaining(['data/train.csv']) },
  });
});

describe('inputs of training', () => {
  const depsIn = async (files: Readonly<Record<string, string>>, folder = '') => {
    const { models, output } = await initIn({ 'requirements.txt': '', ...files }, ['--no-judge'], { folder });
    const [model] = Object.values(models);
    expect(model?.train, output).toBeDefined();
    return model?.train?.deps;
  };
  const own = (more: string) => ({ ...BASE, 'train.py': `${more}\n${BASE['train.py']}` });

  it('have a package outside of the folder of the model, which several models share', async () => {
    const deps = await depsIn(
      {
        'common/__init__.py': '',
        'common/features.py': 'def make(df):\n    return df\n',
        'price/train.py': `from common.features import make\n${BASE['train.py']}`,
        'price/data/train.csv': NUMBERS,
        'price/data/test.csv': NUMBERS,
      },
      'price',
    );
    expect(deps).toEqual(expect.arrayContaining(['price/train.py', 'common/features.py', 'common/__init__.py']));
  });

  it.each([
    'import shared',
    'import sys\nsys.path.insert(0, "lib")',
    'extra = pd.read_pickle("extra.pkl")',
    'shared = __import__("shared")',
    'import runpy\nrunpy.run_path("lib/shared.py")',
    'import torch\nstart = torch.load("start.pt")',
    'from pathlib import Path\nnames = list(Path("names").iterdir())',
  ])('are all files where the code may read what it does not name: %j', async (line) => {
    expect(await depsIn({ ...own(line), 'lib/shared.py': '' })).toBeUndefined();
  });

  it('are what the code names, where it names everything', async () => {
    expect(await depsIn(own('import json'))).toEqual(['train.py', 'data/train.csv', 'requirements.txt']);
  });
});

describe('two models in one repository', () => {
  const part = (name: string) => ({
    [`${name}/train.py`]: BASE['train.py'],
    [`${name}/data/train.csv`]: NUMBERS,
    [`${name}/data/test.csv`]: NUMBERS,
  });
  const files = { ...part('churn'), ...part('price'), 'requirements.txt': '' };

  it('are added one after the other: the first stays as it is, and both share the workflows', async () => {
    const first = await initIn(files);
    expect(Object.keys(first.models)).toEqual(['churn']);
    const before = (await first.read('tidegate.yaml')) ?? '';
    const { output, models, read, exitCode } = await first.again();
    expect(exitCode, output).toBe(0);
    expect(Object.keys(models)).toEqual(['churn', 'price']);
    const text = await read('tidegate.yaml');
    expect(text?.startsWith(before)).toBe(true);
    expect(text?.match(/# the share of the most frequent class/g)).toHaveLength(2);
    expect(models.price).toMatchObject({
      artifact: 'price/model.joblib',
      train: { command: 'cd price && python train.py' },
      register: { workflow: 'model-release.yml', store: 's3://models/team-price' },
    });
    expect(await read('.github/workflows/model-ci-price.yml')).toBeUndefined();
    for (const file of ['model-ci.yml', 'model-release.yml']) {
      const workflow = await read(`.github/workflows/${file}`);
      expect(workflow).toContain('fromJSON(needs.plan.outputs.models)');
      expect(output).toContain(`+++ b/.github/workflows/${file}`);
    }
    expect(output).toContain('Require the check "tidegate"');
  });

  it('keep the steps by which the team sets up Python', async () => {
    const first = await initIn(files);
    const own = '        run: make packages';
    for (const file of ['model-ci.yml', 'model-release.yml']) {
      const text = (await first.read(`.github/workflows/${file}`)) ?? '';
      await first.write(`.github/workflows/${file}`, text.replace(/^ +run: python -m pip install .*$/m, own));
    }
    const { output, read, exitCode } = await first.again();
    expect(exitCode, output).toBe(0);
    expect(await read('.github/workflows/model-ci.yml')).toContain(own);
    expect(output).toContain("matrix.model == 'price'");
  });

  it('are not joined where the team changed a workflow, unless --force says so', async () => {
    const first = await initIn(files);
    const text = (await first.read('.github/workflows/model-ci.yml')) ?? '';
    await first.write('.github/workflows/model-ci.yml', text.replace('timeout-minutes: 60', 'timeout-minutes: 90'));
    await expect(first.again()).rejects.toThrow('.github/workflows/model-ci.yml already exists');
    expect(await first.read('tidegate.yaml')).not.toContain('price');
    expect(Object.keys((await first.again('--force', '--model', 'price')).models)).toEqual(['churn', 'price']);
  });

  it('--force writes one of them again, and the other stays', async () => {
    const both = await (await initIn(files)).again();
    const { models, read } = await both.again('--force', '--store', 's3://models/other');
    expect(Object.keys(models)).toEqual(['churn', 'price']);
    expect(models.churn?.register?.store).toBe('s3://models/other');
    expect(models.price?.register?.store).toBe('s3://models/team-price');
    expect(await read('.github/workflows/model-ci.yml')).toContain('fromJSON(needs.plan.outputs.models)');
  });

  it('have test sets and programs of their own where both run at the root', async () => {
    const ofRoot = (name: string) => ({
      [`${name}/train.py`]: `import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
df = pd.read_csv("${name}/train.csv")
X = df[["a", "b"]]
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
joblib.dump(model, "${name}/model.joblib")
`,
      [`${name}/train.csv`]: NUMBERS,
    });
    const first = await initIn({ ...ofRoot('churn'), ...ofRoot('price'), 'requirements.txt': '' }, [
      '--no-judge',
      '--yes',
    ]);
    const { models, output, exitCode } = await first.again('--no-judge', '--yes');
    expect(exitCode, output).toBe(0);
    const [churn, price] = [scoredModel(models.churn).evaluate, scoredModel(models.price).evaluate];
    expect([churn.dataset, price.dataset]).toEqual(['churn/test.csv', 'price/test.csv']);
    expect(await first.read('price/train.py')).toContain('to_csv("price/test.csv", index=False)');
    expect([churn.predict, price.predict].map((command) => command?.split(' ')[1])).toEqual([
      'predict_churn.py',
      'predict_price.py',
    ]);
  });

  it('do not share the program that was written for the first', async () => {
    const other = { 'b.csv': NUMBERS, 'other.py': train('joblib.dump(model, "other.joblib")') };
    const first = await initIn({ ...BASE, ...other }, ['--no-judge', '--artifact', 'model.joblib']);
    const options = ['--model', 'second', '--artifact', 'other.joblib', '--command', 'python other.py'];
    const { models } = await first.again('--no-judge', ...options);
    expect(scoredModel(models.second).evaluate.predict).toContain('tidegate_predict.py');
    expect(await first.read('tidegate_predict.py')).toContain('joblib.load');
  });

  it('are chosen by their folder', async () => {
    const { models } = await initIn(files, [], { folder: 'price' });
    expect(Object.keys(models)).toEqual(['price']);
  });

  it('a model that is there already is not written again', async () => {
    const first = await initIn(BASE);
    await expect(first.again()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('options', () => {
  it('--dry-run shows everything and writes nothing', async () => {
    const { output, read, exitCode } = await initIn(BASE, ['--dry-run']);
    expect(exitCode).toBe(0);
    expect(output).toContain('+  team:');
    expect(output).toContain('new file .github/workflows/model-ci.yml');
    expect(await read('tidegate.yaml')).toBeUndefined();
  });

  it('a missing test set is pulled where DVC has it, and only there', async () => {
    await expect(initIn(BASE, ['--test', 'data/other.csv'])).rejects.toMatchObject({
      fix: expect.not.stringContaining('dvc'),
    });
    await expect(initIn({ ...BASE, '.dvc/config': '' }, ['--test', 'data/other.csv'])).rejects.toMatchObject({
      fix: expect.stringContaining('dvc pull'),
    });
  });

  it.each(['Exited', 'quality', 'tag', 'species', 'Churn'])('the label %s is known by its name', async (label) => {
    const code = { 'train.py': 'import joblib\njoblib.dump(make(), "model.joblib")\n' };
    const { models } = await initIn({
      ...BASE,
      ...code,
      'data/test.csv': csv(`a,${label},z`, (index) => `${index},${index % 2},${index}`),
    });
    expect(scoredModel(models.team).data.label).toBe(label);
  });
});
