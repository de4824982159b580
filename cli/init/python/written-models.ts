import type { PythonCall, PythonFile, PythonNode } from './python-file.ts';
import { sourceOf } from './python-file.ts';
import type { PythonValues } from './python-values.ts';

/** The way in which a model is written to a file or a folder. */
export type ModelFormat =
  | 'joblib'
  | 'pickle'
  | 'skops'
  | 'xgboost'
  | 'lightgbm'
  | 'catboost'
  | 'torch'
  | 'keras'
  | 'huggingface'
  | 'mlflow'
  | 'onnx';

/** A model that code writes. */
export interface WrittenModel {
  /** Relative to the repository. */
  readonly path: string;
  readonly format: ModelFormat;
  /** The file that writes it. */
  readonly file: string;
  /** The expression of what is written. */
  readonly object: string;
  /** Greater: likelier the model than a part of it, such as a scaler. */
  readonly likelihood: number;
}

/** A model that code gives to MLflow's tracking server and to no file. */
export interface LoggedModel {
  readonly call: PythonCall;
  /** Such as `mlflow.sklearn`. */
  readonly flavor: string;
  readonly object: string;
}

interface Writing {
  readonly format: ModelFormat;
  readonly path: PythonNode | undefined;
  readonly object: PythonNode | undefined;
}

const LIKE_A_MODEL = /model|clf|classif|regress|pipe|estimator|booster|net(?:work)?\b|best/i;
const LIKE_A_PART =
  /scaler|encoder|vectori[sz]er|preproc|transformer|imputer|label|column|feature|metric|threshold|mapping|vocab|explainer|shap|x_train|x_test|y_train|y_test|data(?:set)?\b/i;
const FORMAT_BY_ENDING: readonly (readonly [RegExp, ModelFormat])[] = [
  [/\.onnx$/i, 'onnx'],
  [/\.joblib$/i, 'joblib'],
  [/\.(?:pkl|pickle)$/i, 'pickle'],
  [/\.skops$/i, 'skops'],
  [/\.cbm$/i, 'catboost'],
  [/\.ubj$/i, 'xgboost'],
  [/\.(?:pt|pth)$/i, 'torch'],
  [/\.(?:keras|h5)$/i, 'keras'],
];

/** The format that a file's name says; undefined where it says none. */
export function formatOfName(path: string): ModelFormat | undefined {
  return FORMAT_BY_ENDING.find(([pattern]) => pattern.test(path))?.[1];
}

/** All models that these files write, likeliest first; what has a path that cannot be read is left out. */
export function readWrittenModels(files: readonly PythonFile[], values: PythonValues): readonly WrittenModel[] {
  const found = files.flatMap((file) =>
    file.calls.flatMap((call): WrittenModel[] => {
      const writing = writingOf(call);
      const path = writing === undefined ? undefined : values.path(writing.path, file);
      if (writing === undefined || path === undefined) return [];
      const object = writing.object === undefined ? '' : sourceOf(writing.object, file.text);
      return [{ path, format: writing.format, file: file.path, object, likelihood: likelihood(path, object) }];
    }),
  );
  return found.sort((a, b) => b.likelihood - a.likelihood);
}

/** The models that are logged to MLflow. */
export function readLoggedModels(files: readonly PythonFile[]): readonly LoggedModel[] {
  return files.flatMap((file) =>
    file.calls
      .filter(({ name }) => /^mlflow\.\w+\.log_model$/.test(name))
      .map((call) => {
        const object = call.args[0] ?? [...call.named.values()][0];
        const flavor = call.name.replace(/\.log_model$/, '');
        return { call, flavor, object: object === undefined ? 'model' : sourceOf(object, file.text) };
      }),
  );
}

function likelihood(path: string, object: string): number {
  let score = 0;
  if (LIKE_A_PART.test(object)) score -= 3;
  if (LIKE_A_MODEL.test(object)) score += 3;
  if (LIKE_A_MODEL.test(path)) score += 2;
  if (LIKE_A_PART.test(path.split('/').at(-1) ?? '')) score -= 2;
  return score;
}

function writingOf(call: PythonCall): Writing | undefined {
  const { name, method, args, named, file } = call;
  const [first, second, third] = args;
  const argument = (node: PythonNode | undefined, ...names: string[]) =>
    node ?? names.map((one) => named.get(one)).find((one) => one !== undefined);
  if (name === 'joblib.dump' || name === 'sklearn.externals.joblib.dump')
    return { format: 'joblib', object: argument(first, 'value'), path: argument(second, 'filename') };
  if (/^(?:pickle|cloudpickle|dill|cPickle|_pickle)\.dump$/.test(name))
    return { format: 'pickle', object: argument(first, 'obj'), path: argument(second, 'file') };
  if (/^skops\.io\.dump$/.test(name)) return { format: 'skops', object: first, path: argument(second, 'file') };
  if (/^mlflow\.\w+\.save_model$/.test(name))
    return {
      format: 'mlflow',
      object: first,
      path: argument(name.startsWith('mlflow.pyfunc') ? first : second, 'path'),
    };
  if (name === 'torch.onnx.export') return { format: 'onnx', object: first, path: argument(third, 'f') };
  if (
    name === 'onnx.save' ||
    name === 'onnx.save_model' ||
    (/save_model$/.test(name) && name.startsWith('onnxmltools'))
  )
    return { format: 'onnx', object: undefined, path: argument(second, 'f') };
  if (name === 'torch.save') return { format: 'torch', object: first, path: argument(second, 'f') };
  if (name === 'torch.jit.save') return { format: 'torch', object: first, path: argument(second, 'f') };
  if (method === 'to_onnx') return { format: 'onnx', object: undefined, path: argument(first, 'file_path') };
  if (method === 'write_bytes' || method === 'write') return writtenBytes(call);
  const library = (...names: string[]) =>
    [...file.imports.values()].some((one) => names.includes(one.split('.')[0] ?? ''));
  if (method === 'save_model') {
    const format = modelSaverOf(call, library);
    return format === undefined
      ? undefined
      : { format, object: ownerOf(call), path: argument(first, 'fname', 'filename', 'output_dir') };
  }
  if (method === 'save_pretrained' && library('transformers'))
    return { format: 'huggingface', object: ownerOf(call), path: argument(first, 'save_directory') };
  if (method === 'save' && library('tensorflow', 'keras'))
    return { format: 'keras', object: ownerOf(call), path: argument(first, 'filepath') };
  return undefined;
}

/** `path.write_bytes(pickle.dumps(model))` and `file.write(model.SerializeToString())`. */
function writtenBytes(call: PythonCall): Writing | undefined {
  const given = call.args[0] === undefined ? '' : sourceOf(call.args[0], call.file.text);
  const format: ModelFormat | undefined = /SerializeToString\(\)$/.test(given)
    ? 'onnx'
    : /^(?:pickle|cloudpickle|dill)\.dumps\(/.test(given)
      ? 'pickle'
      : undefined;
  return format === undefined ? undefined : { format, object: call.args[0], path: ownerOf(call) };
}

function modelSaverOf({ file }: PythonCall, library: (...names: string[]) => boolean): ModelFormat | undefined {
  const has = { xgboost: library('xgboost'), lightgbm: library('lightgbm'), catboost: library('catboost') };
  const [only, ...more] = Object.entries(has)
    .filter(([, is]) => is)
    .map(([name]) => name);
  if (only !== undefined && more.length === 0)
    return only === 'xgboost' ? 'xgboost' : only === 'lightgbm' ? 'lightgbm' : 'catboost';
  if (library('transformers')) return 'huggingface';
  return /\bxgb/i.test(file.path) ? 'xgboost' : undefined;
}

function ownerOf({ node }: PythonCall): PythonNode | undefined {
  return node.firstChild?.firstChild ?? undefined;
}
