import { scoreProblem } from '../../domain/evaluation/checked-scores.ts';
import { alignFolds, type FoldedRows } from '../../domain/evaluation/folds.ts';
import type { Outcome } from '../../domain/evaluation/read-outcome.ts';
import { classOrderProblem } from '../../domain/model/class-order.ts';
import { UserError } from '../../errors.ts';
import type { OpenModel } from '../../ports/evaluate/model-runner.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import type { Rival } from './open-champion.ts';
import { type FoldedDataset, readFoldPredictions } from './read-folds.ts';
import { predictionColumns, readPredictions } from './read-predictions.ts';
import type { PlannedModel } from './score-dataset.ts';

/** Scores of a champion. */
export interface ChampionScores {
  readonly scores: Float64Array | null;
  /** Why there are none: a clause. */
  readonly problem: string | undefined;
}

/** The champion's scores; whatever is wrong with them is a reason, not an error of the candidate's author. */
export async function championScores(
  {
    request,
    rival,
    ports,
  }: { readonly request: EvaluationRequest; readonly rival: Rival; readonly ports: EvaluationPorts },
  outcome: Outcome,
  given: { readonly scores: Float64Array | undefined; readonly problem: string | undefined },
): Promise<ChampionScores> {
  if (given.problem !== undefined) return { scores: null, problem: given.problem };
  try {
    const columns = predictionColumns(request.config, outcome.classes);
    const rows = outcome.labels.length;
    const { predictions } = rival;
    const scores = predictions === null ? given.scores : await readPredictions(predictions, { columns, rows }, ports);
    const isDeclared = request.config.evaluate.classes !== undefined;
    const other = otherClasses(rival, outcome.classes);
    const order = classOrderProblem(rival.opened?.model.classes ?? null, outcome.classes ?? [], isDeclared);
    const problem = other ?? order ?? (scores === undefined ? undefined : scoreProblem(scores, outcome));
    return { scores: problem === undefined ? (scores ?? null) : null, problem };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { scores: null, problem: error.message };
  }
}

/**
 * The champion's scores of cross-validation, in the order of the candidate's. They are kept with its registration; without
 * them, or with those of other folds, there is a reason.
 */
export async function championFolds(
  {
    request,
    rival,
    ports,
  }: { readonly request: EvaluationRequest; readonly rival: Rival; readonly ports: EvaluationPorts },
  { rows, columns, outcome }: FoldedOutcome,
  { column, folds: own }: { readonly column: string; readonly folds: FoldedRows },
): Promise<ChampionScores> {
  const { predictions } = rival;
  if (rival.absence.kind !== 'present') return { scores: null, problem: undefined };
  if (predictions === null) return { scores: null, problem: 'no predictions by fold were registered with it' };
  try {
    const { config } = request;
    const dataset = { rows, columns, classes: outcome.classes };
    const { folds, scores } = await readFoldPredictions(predictions, { config, folds: column, dataset }, ports);
    const aligned = alignFolds(own, folds, scores);
    if ('problem' in aligned) return { scores: null, problem: aligned.problem };
    const problem = otherClasses(rival, outcome.classes) ?? scoreProblem(aligned.scores, outcome);
    return { scores: problem === undefined ? aligned.scores : null, problem };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { scores: null, problem: error.message };
  }
}

/** A dataset with the outcomes of its folds. */
interface FoldedOutcome {
  readonly rows: number;
  readonly columns: FoldedDataset['columns'];
  /** Prediction by prediction, as the candidate's scores are. */
  readonly outcome: Outcome;
}

/** Why given scores are not of these classes: a clause; undefined where they are, or where no one says. */
export function otherClasses({ classes: given }: Rival, classes: readonly string[] | null): string | undefined {
  if (given === undefined || JSON.stringify(given) === JSON.stringify(classes)) return undefined;
  const named = (names: readonly string[] | null) => (names === null ? 'numbers' : names.join(', '));
  return `its scores are of ${named(given)}, in this order, and today's are of ${named(classes)}`;
}

/** A champion that fails on the dataset is not an error of the candidate's author: it gives no scores, and a reason. */
export function guardChampion({ model, plan }: PlannedModel) {
  const problems: string[] = [];
  const guarded: OpenModel = {
    inputs: model.inputs,
    outputs: model.outputs,
    runtime: model.runtime,
    get classes() {
      return model.classes;
    },
    close: () => model.close(),
    measure: (batches, of) => model.measure(batches, of),
    score: (batch, of) =>
      model.score(batch, of).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
        return new Float64Array(batch.rows).fill(Number.NaN);
      }),
  };
  return { planned: { model: guarded, plan }, problem: () => problems[0] };
}
