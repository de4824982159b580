import { holm } from '../statistics/holm.ts';
import { type ContrastEvidence, failurePValue, type Judgement, judgeEvidence } from './judge-evidence.ts';

/**
 * Judges one rule on every slice. A slice passes on its own interval; it fails only where it would after Holm's
 * adjustment over the slices, so that one of many does not fail by chance.
 *
 * @param evidence One a slice that is judged.
 * @param level Two-sided confidence level, such as 0.95.
 * @returns In the order of the slices.
 */
export function judgeSlices(evidence: readonly ContrastEvidence[], level: number): readonly Judgement[] {
  const pValues = evidence.map(failurePValue);
  const adjusted = holm(pValues);
  return evidence.map((slice, index) => {
    const rank = pValues.filter(
      (p, other) => p < (pValues[index] ?? 1) || (p === pValues[index] && other < index),
    ).length;
    const isFailed = (adjusted[index] ?? 1) <= 1 - level;
    return judgeEvidence(slice, level, isFailed ? 1 - (1 - level) / (evidence.length - rank) : null);
  });
}
