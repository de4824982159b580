import { shellArgument } from '../text/shell-word.ts';

/** Names that `evaluate.predict` has in braces: the model, the dataset, and the table of predictions to write. */
export const PREDICT_PLACES = ['artifact', 'dataset', 'predictions'] as const;

/** Absolute paths in place of the names in braces. */
export type PredictPaths = Readonly<Record<(typeof PREDICT_PLACES)[number], string>>;

/** The names in braces that a command lacks. @example missingPlaces('python predict.py {artifact}') // => ['dataset', 'predictions'] */
export function missingPlaces(command: string): readonly string[] {
  return PREDICT_PLACES.filter((place) => !command.includes(`{${place}}`));
}

/** The command for given paths, each as a word of a POSIX shell. Other braces stay. */
export function predictLine(command: string, paths: PredictPaths): string {
  return command.replaceAll(/\{(artifact|dataset|predictions)\}/g, (_, place: keyof PredictPaths) =>
    shellArgument(paths[place]),
  );
}

/** Settings of a model that scoring an MLflow model needs. */
export interface MlflowSettings {
  readonly task: string;
  readonly label: string;
  /** undefined: the names of the model's signature, else all columns but the label. */
  readonly features: readonly string[] | undefined;
  readonly exclude: readonly string[];
  /** The label's values in the order of the probabilities; undefined: the model's own order. */
  readonly classes: readonly (string | number | boolean)[] | undefined;
}

/** The way in which a model is scored: by a command of the team, or by MLflow in the team's environment. */
export type Scoring =
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'mlflow'; readonly scorer: string; readonly settings: MlflowSettings };

/**
 * The line that scores a model.
 *
 * @param python Starts Python with the team's packages.
 */
export function scoringLine(scoring: Scoring, python: string, paths: PredictPaths): string {
  if (scoring.kind === 'command') return predictLine(scoring.command, paths);
  const { artifact, dataset, predictions } = paths;
  const words = [scoring.scorer, artifact, dataset, predictions, JSON.stringify(scoring.settings)];
  return `${python} ${words.map(shellArgument).join(' ')}`;
}
