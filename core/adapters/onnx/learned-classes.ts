import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { OutputData } from './session-thread.ts';

/** The output with the decided class of each row, by its name and type; undefined where there is none. */
export function labelOutput(outputs: readonly ModelTensor[], scores: string): string | undefined {
  const isLabel = ({ name, type }: ModelTensor) =>
    name !== scores && ['string', 'int64', 'int32', 'bool'].includes(type) && /label|class/i.test(name);
  return outputs.find(isLabel)?.name;
}

/**
 * Which class each probability is of, by the labels that the model itself decides on: the one that most rows have in which
 * this probability is the highest.
 *
 * @param scores Row by row.
 * @returns By the index of the probability; undefined for one that is the highest in no row. null for one score a row.
 */
export function learnClasses(
  scores: OutputData | null,
  labels: OutputData | null,
): readonly (string | undefined)[] | null {
  const rows = labels?.length ?? 0;
  const width = scores === null || rows === 0 ? 0 : scores.length / rows;
  if (scores === null || labels === null || !Number.isInteger(width) || width < 2) return null;
  const counts = Array.from({ length: width }, () => new Map<string, number>());
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let at = 1; at < width; at++) {
      if (Number(scores[row * width + at]) > Number(scores[row * width + best])) best = at;
    }
    const label = String(labels[row]);
    counts[best]?.set(label, (counts[best]?.get(label) ?? 0) + 1);
  }
  return counts.map((own) => [...own].sort(([, a], [, b]) => b - a)[0]?.[0]);
}
