import { scoreProblem } from '../../domain/evaluation/checked-scores.ts';
import type { Outcome } from '../../domain/evaluation/read-outcome.ts';
import { classOrderProblem } from '../../domain/model/class-order.ts';
import { UserError } from '../../errors.ts';
import type { OpenModel } from '../../ports/evaluate/model-runner.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import type { Rival } from './open-champion.ts';
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
