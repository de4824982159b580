import { UserError } from '../../errors.ts';
import type { ScoreFacts } from '../aggregates/dataset-checks.ts';
import type { Outcome } from './read-outcome.ts';

/** Chosen: what float32 rounding leaves of a sum of probabilities. */
const SUM_TOLERANCE = 1e-3;

/** Chosen: what float32 rounding leaves of the shares that a thousand trees add up to 0 or 1. */
const ROUNDING = 1e-4;

/**
 * Why scores cannot be those of a task, as a clause; undefined where they can. Missing scores are not looked at here.
 * Probabilities that rounding put below 0 or above 1 are set to 0 or 1 in place.
 *
 * @param scores One per row, or one per class, row by row.
 */
export function scoreProblem(scores: Float64Array, { labels, classes }: Outcome): string | undefined {
  const rows = labels.length;
  const width = scores.length / rows;
  const wanted = classes === null || classes.length === 2 ? 1 : classes.length;
  if (width !== wanted) {
    const known = classes === null ? 'one prediction' : `the classes ${classes.join(', ')}`;
    return `it gives ${width} numbers per row, but the task needs ${known}`;
  }
  if (classes === null) return undefined;
  for (let i = 0; i < scores.length; i++) {
    const value = scores[i] ?? 0;
    if (value < -ROUNDING || value > 1 + ROUNDING) return `it gives the score ${value}, which is not a probability`;
    if (value < 0 || value > 1) scores[i] = value < 0 ? 0 : 1;
  }
  return wanted === 1 ? undefined : sumProblem(scores, width);
}

function sumProblem(scores: Float64Array, width: number): string | undefined {
  for (let from = 0; from < scores.length; from += width) {
    const total = scores.subarray(from, from + width).reduce((sum, value) => sum + value, 0);
    if (Math.abs(total - 1) > SUM_TOLERANCE) return `its probabilities sum to ${total} in row ${from / width + 1}`;
  }
  return undefined;
}

/**
 * The same from facts about all scores together; undefined where they can be those of the task.
 *
 * @param classes Of the label; 1 for numbers.
 */
export function scoreFactsProblem(
  { least, most, unequalSums }: Pick<ScoreFacts, 'least' | 'most' | 'unequalSums'>,
  classes: number,
): string | undefined {
  if (classes === 1) return undefined;
  const odd = [least, most].find((value) => value < -ROUNDING || value > 1 + ROUNDING);
  if (odd !== undefined) return `it gives the score ${odd}, which is not a probability`;
  return unequalSums > 0 ? `its probabilities do not sum to 1 in ${unequalSums} rows` : undefined;
}

/** @throws {UserError} MODEL_INVALID where the candidate's scores cannot be those of the task. */
export function checkScores(scores: Float64Array, outcome: Outcome): void {
  refuseScores(scoreProblem(scores, outcome));
}

/**
 * @param problem Why the candidate's scores cannot be those of the task, as a clause; undefined where they can.
 * @throws {UserError} MODEL_INVALID for a problem.
 */
export function refuseScores(problem: string | undefined): void {
  if (problem === undefined) return;
  throw new UserError('MODEL_INVALID', `the candidate cannot be judged: ${problem}`, {
    fix: 'Export probabilities (predict_proba), one for each class; name an output of log odds "logits".',
  });
}
