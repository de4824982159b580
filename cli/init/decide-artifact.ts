import type { KnownFacts } from './adoption.ts';
import { type CodePatch, patchLoggedModel } from './code-patches.ts';
import { formatOfName, type ModelFormat } from './python/written-models.ts';

const ONNX_FILE = /\.onnx$/i;
const DEFAULT_MLFLOW_FOLDER = 'model';

/** The model that training writes. */
export interface FoundArtifact {
  readonly path: string;
  readonly format: ModelFormat | undefined;
  readonly object: string;
  readonly patches: readonly CodePatch[];
  readonly notes: readonly string[];
}

/** The model by an option, by DVC, or by the code that writes it; undefined where none of them names one. */
export function artifactOf({ repository, options, folder }: KnownFacts): FoundArtifact | undefined {
  const { dvc, code } = repository;
  const outs = dvc.stages.flatMap((stage) => stage.outs.map((path) => ({ name: stage.name, path })));
  const byDvc =
    dvc.artifacts.find(({ path }) => outs.some((out) => out.path === path))?.path ??
    outs.find(({ path }) => code.models.some((one) => one.path === path))?.path ??
    outs.find(({ path }) => ONNX_FILE.test(path))?.path ??
    outs.find(({ name, path }) => /train/i.test(name) && /model/i.test(path))?.path;
  const path = options.artifact ?? byDvc ?? code.models[0]?.path;
  if (path !== undefined) {
    const written = code.models.find(
      (one) => one.path === path || path.startsWith(`${one.path}/`) || one.path.startsWith(`${path}/`),
    );
    const others = code.models.filter(
      (one) =>
        one.path !== path &&
        one.likelihood === code.models[0]?.likelihood &&
        options.artifact === undefined &&
        byDvc === undefined,
    );
    const notes =
      others.length === 0
        ? []
        : [
            `The model is taken to be ${path}; the code also writes ${others.map((one) => one.path).join(', ')}. --artifact says another.`,
          ];
    return { path, format: written?.format ?? formatOfName(path), object: written?.object ?? '', patches: [], notes };
  }
  const [logged] = code.logged;
  if (logged === undefined) return undefined;
  const to = DEFAULT_MLFLOW_FOLDER;
  const patch = patchLoggedModel(logged, to);
  if (patch === undefined) return undefined;
  const note = `${patch.file} gives the model to MLflow's server and to no file, so it also writes it to ${to}/ now.`;
  return {
    path: folder === '' ? to : `${folder}/${to}`,
    format: 'mlflow',
    object: logged.object,
    patches: [patch],
    notes: [note],
  };
}
