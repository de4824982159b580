import { planInputs } from '../../core/domain/model/input-plan.ts';
import type { ScoreOptions } from '../../core/ports/evaluate/model-runner.ts';
import { scoreDataset } from '../../core/usecases/evaluate/score-dataset.ts';
import type { Evaluator } from './evaluate-here.ts';

/** A model with a table, and the scores that a peer gives for each row. */
export interface ScoredModel {
  readonly name: string;
  readonly model: string;
  readonly data: string;
  readonly label: string;
  readonly task: string;
  readonly features: readonly string[] | null;
  readonly inputs?: Readonly<Record<string, string>> | null;
  readonly output?: string | null;
  /** Row by row. */
  readonly scores: readonly number[];
}

/** Chosen: the runtimes are of two releases, and compute with 32 bits. */
export const SCORE_TOLERANCE = 1e-6;

const SCORES: Readonly<Record<string, ScoreOptions['scores']>> = {
  'multiclass-classification': 'each-class',
  regression: 'number',
};

/** `data` of tidegate.yaml for a model. */
export function dataOf({ label, features, inputs }: ScoredModel) {
  return { label, ...(features === null ? {} : { features }), ...(inputs ? { inputs } : {}) };
}

/** The scores of all rows, as the actions compute them. Errors: those of opening, planning and scoring. */
export async function scoreHere(
  given: ScoredModel,
  { tables, models }: Evaluator,
  pathOf: (file: string) => string,
): Promise<Float64Array> {
  const table = await tables.describe(pathOf(given.data));
  const model = await models.open(pathOf(given.model), {
    scores: SCORES[given.task] ?? 'one',
    output: given.output ?? undefined,
  });
  try {
    const plan = planInputs(model.inputs, dataOf(given), table.columns);
    const ports = { tables, clockMs: () => 0, progress: () => {} };
    const { scores } = await scoreDataset({ table, models: [{ model, plan }], keep: [] }, ports);
    return scores[0] ?? new Float64Array(0);
  } finally {
    await model.close();
  }
}

/** Whether scores are those of the peer, row by row. */
export function areSameScores(found: Float64Array, wanted: readonly number[]): boolean {
  if (found.length !== wanted.length) return false;
  return wanted.every(
    (score, at) => Math.abs(score - (found[at] ?? Number.NaN)) <= SCORE_TOLERANCE * Math.max(1, Math.abs(score)),
  );
}
