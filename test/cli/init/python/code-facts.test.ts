import { describe, expect, it } from 'vitest';
import { readCodeFacts } from '../../../../cli/init/python/code-facts.ts';
import type { ConfigFile } from '../../../../cli/init/python/configured-value.ts';
import { readPythonFile } from '../../../../cli/init/python/python-file.ts';
import { PythonValues } from '../../../../cli/init/python/python-values.ts';
import { reachedFrom } from '../../../../cli/init/python/reached-files.ts';

function factsOf(files: Readonly<Record<string, string>> | string, configs: readonly ConfigFile[] = []) {
  const python = Object.entries(typeof files === 'string' ? { 'train.py': files } : files).map(([path, text]) =>
    readPythonFile(path, text),
  );
  return readCodeFacts(python, new PythonValues(python, configs), configs);
}

const pathsOf = (files: Parameters<typeof factsOf>[0], configs: readonly ConfigFile[] = []) =>
  factsOf(files, configs).models.map(({ path }) => path);

describe('the paths of models', () => {
  const CONFIG: readonly ConfigFile[] = [
    {
      path: 'config.yaml',
      value: { model: { path: 'out/m.pkl' }, trainer: { settings: { model_path: 'deep/m.pkl' } } },
    },
  ];
  const dump = (path: string, before = '') =>
    `import joblib, os\nfrom pathlib import Path\n${before}\njoblib.dump(model, ${path})\n`;

  it.each([
    ['a text', dump('"m.pkl"'), 'm.pkl'],
    ['a keyword', 'import joblib\njoblib.dump(value=model, filename="m.pkl")\n', 'm.pkl'],
    ['another name of the function', 'from joblib import dump as save\nsave(model, "m.pkl")\n', 'm.pkl'],
    ['a name', dump('PATH', 'PATH = "out/m.pkl"'), 'out/m.pkl'],
    ['joined parts', dump('os.path.join(OUT, "m.pkl")', 'OUT = "out"'), 'out/m.pkl'],
    ['a path of pathlib', dump('Path("out") / "m.pkl"'), 'out/m.pkl'],
    ['a formatted text', dump('f"{OUT}/m-{VERSION}.pkl"', 'OUT = "out"\nVERSION = 2'), 'out/m-2.pkl'],
    ['the folder of the file', dump('Path(__file__).resolve().parent / "m.pkl"'), 'm.pkl'],
    ['a key of a configuration file', dump('config["model"]["path"]', 'config = load()'), 'out/m.pkl'],
    ['a part of a configuration file', dump('part["path"]', 'config = load()\npart = config["model"]'), 'out/m.pkl'],
    ['an attribute of a configuration', dump('cfg.model.path', 'cfg = load()'), 'out/m.pkl'],
    ['a key that is deeper', dump('settings["model_path"]', 'settings = load()'), 'deep/m.pkl'],
    [
      'an option',
      dump('args.out', 'parser.add_argument("--out", default="cli/m.pkl")\nargs = parser.parse_args()'),
      'cli/m.pkl',
    ],
    ['a variable of the environment with a default', dump('os.environ.get("OUT", "env/m.pkl")'), 'env/m.pkl'],
    [
      'a parameter with a default',
      'import joblib\ndef save(model, path="d/m.pkl"):\n    joblib.dump(model, path)\n',
      'd/m.pkl',
    ],
    [
      'a parameter of a call',
      'import joblib\ndef save(model, path):\n    joblib.dump(model, path)\nsave(clf, "call/m.pkl")\n',
      'call/m.pkl',
    ],
    [
      'an attribute of self',
      'import joblib\nclass T:\n    def __init__(self):\n        self.path = "self/m.pkl"\n    def save(self):\n        joblib.dump(self.model, self.path)\n',
      'self/m.pkl',
    ],
  ])('are read from %s', (_name, text, path) => {
    expect(pathsOf(text, CONFIG)).toEqual([path]);
  });

  it('are read from another module', () => {
    expect(
      pathsOf({
        'train.py': 'import joblib\nfrom app.settings import OUT\njoblib.dump(model, OUT)\n',
        'app/settings.py': 'OUT = "s/m.pkl"\n',
      }),
    ).toEqual(['s/m.pkl']);
  });

  it.each([
    ['the path is an argument of the program', dump('sys.argv[1]')],
    ['the path is elsewhere', dump('"/models/m.pkl"')],
    ['the path is above the repository', dump('"../m.pkl"')],
    ['the path is an address', dump('"s3://bucket/m.pkl"')],
    ['the path has a time in it', dump('f"m-{time.time()}.pkl"')],
    ['the file is read', 'import joblib\nmodel = joblib.load("m.pkl")\n'],
  ])('are not there where %s', (_name, text) => {
    expect(pathsOf(text)).toEqual([]);
  });

  it('are those of the model before those of its parts', () => {
    const text =
      'import joblib\njoblib.dump(scaler, "scaler.pkl")\njoblib.dump(list(X.columns), "columns.pkl")\njoblib.dump(best, "best.pkl")\n';
    expect(pathsOf(text)[0]).toBe('best.pkl');
  });

  it.each([
    ['xgboost', 'import xgboost\nmodel.save_model("m.json")'],
    ['lightgbm', 'import lightgbm as lgb\nbooster.save_model("m.txt")'],
    ['catboost', 'from catboost import CatBoostClassifier\nmodel.save_model("m.cbm")'],
    ['torch', 'import torch\ntorch.save(net.state_dict(), "m.pt")'],
    ['keras', 'from tensorflow import keras\nmodel.save("m.keras")'],
    ['huggingface', 'from transformers import AutoModel\nmodel.save_pretrained("out")'],
    ['mlflow', 'import mlflow\nmlflow.sklearn.save_model(model, "out")'],
    ['skops', 'import skops.io as sio\nsio.dump(model, "m.skops")'],
    ['onnx', 'import torch\ntorch.onnx.export(net, x, "m.onnx")'],
    ['onnx', 'from pathlib import Path\nPath("m.onnx").write_bytes(onx.SerializeToString())'],
  ])('have the format %s by what writes them', (format, text) => {
    expect(factsOf(text).models).toMatchObject([{ format }]);
  });
});

describe('labels, features and tasks', () => {
  it.each([
    ['y = df["quality"]', 'quality'],
    ['y_train = train.pop("quality")', 'quality'],
    ['TARGET = "quality"\ny = df[TARGET].values', 'quality'],
    ['model.fit(df.drop(columns=["quality"]), df["quality"])', 'quality'],
    ['X = df.drop("quality", axis=1)', 'quality'],
  ])('%s names the label', (text, label) => {
    expect(factsOf(text).labels[0]).toBe(label);
  });

  it('a configuration file names the label and the features', () => {
    const value = { data: { target_column: 'cnt', features: ['a', 'b'] } };
    expect(factsOf('', [{ path: 'config.yaml', value }])).toMatchObject({ labels: ['cnt'], features: ['a', 'b'] });
  });

  it.each([
    ['from sklearn.linear_model import LogisticRegression\nLogisticRegression()', 'classification'],
    ['from sklearn.linear_model import LinearRegression\nLinearRegression()', 'regression'],
    ['mean_squared_error(a, b)', 'regression'],
    ['xgb.train({"objective": "reg:squarederror"}, d)\nroc_auc_score(a, b)', 'classification'],
    ['lgb.LGBMModel(objective="binary")', 'classification'],
    ['print("regression")', undefined],
  ])('%s is a %s', (text, task) => {
    expect(factsOf(text).task).toBe(task);
  });

  it('a mapping of labels gives their order, and that of a feature does not', () => {
    expect(factsOf('df["label"] = df["label"].map({"No": 0, "Yes": 1})')).toMatchObject({
      labelOrder: ['No', 'Yes'],
      encodesLabels: true,
    });
    expect(factsOf('df["sex"] = df["sex"].map({"male": 0, "female": 1})')).toMatchObject({
      labelOrder: undefined,
      encodesLabels: false,
    });
  });

  it('a column that the model takes as it is, and times', () => {
    expect(factsOf('X = df["text"]\nt = pd.to_datetime(df["at"])').inputColumn).toBe('text');
    expect(
      factsOf('import pandas as pd\nt = pd.to_datetime(df["at"])\npd.read_csv("a.csv", parse_dates=["day"])').times,
    ).toEqual(['at', 'day']);
  });
});

describe('reachedFrom', () => {
  it('follows imports, absolute and relative, and no other file', () => {
    const files = Object.entries({
      'src/app/train.py': 'from .data import load\nfrom app import settings\nimport numpy\n',
      'src/app/data.py': 'from app.io.read import rows\n',
      'src/app/settings.py': '',
      'src/app/io/read.py': '',
      'src/app/other.py': '',
    }).map(([path, text]) => readPythonFile(path, text));
    expect([...reachedFrom('src/app/train.py', files)].sort()).toEqual([
      'src/app/data.py',
      'src/app/io/read.py',
      'src/app/settings.py',
      'src/app/train.py',
    ]);
  });
});

describe('the meaning of scores', () => {
  it.each([
    ['LinearSVC()', 'decision'],
    ['make_pipeline(TfidfVectorizer(), LinearSVC())', 'decision'],
    ['RidgeClassifierCV()', 'decision'],
    ['OneVsRestClassifier(LinearSVC())', 'decision'],
    ['OneVsOneClassifier(LinearSVC())', 'decision'],
    ['OneVsRestClassifier(LogisticRegression())', 'probability'],
    ['GridSearchCV(LinearSVC(), grid)', 'decision'],
    ['SVC(kernel="rbf")', 'decision'],
    ['SVC(probability=False)', 'decision'],
    ['SVC(probability=True)', 'probability'],
    ['SVC(probability=options.probability)', 'probability'],
    ['SGDClassifier()', 'decision'],
    ['SGDClassifier(loss="hinge")', 'decision'],
    ['SGDClassifier(loss="log_loss")', 'probability'],
    ['SGDClassifier(loss=LOSS)', 'probability'],
    ['CalibratedClassifierCV(LinearSVC())', 'probability'],
    ['LogisticRegression()', 'probability'],
    ['VotingClassifier([("a", LinearSVC()), ("b", RandomForestClassifier())])', 'probability'],
    ['SVR()', 'probability'],
    ['', 'probability'],
  ])('of %s are %s', (model, meaning) => {
    expect(factsOf(`model = ${model === '' ? 'load()' : model}\nmodel.fit(X, y)\n`).scores).toBe(meaning);
  });
});
