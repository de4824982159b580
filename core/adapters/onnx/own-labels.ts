import type { ModelClasses } from '../../domain/model/class-order.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import { UserError } from '../../errors.ts';
import type { OutputData } from './session-thread.ts';

/** Chosen: what float32 rounding may make of two equal probabilities. A row in which the highest is not clear says nothing. */
const TIE = 1e-5;

/** The output with the decided class of each row, by its name and type; undefined where there is none. */
export function labelOutput(outputs: readonly ModelTensor[], scores: string): string | undefined {
  const isLabel = ({ name, type }: ModelTensor) =>
    name !== scores && ['string', 'int64', 'int32', 'bool'].includes(type) && /label|class/i.test(name);
  return outputs.find(isLabel)?.name;
}

/** Source of labels and scores. */
export interface LabelledOutputs {
  /** Of the model, for messages. */
  readonly path: string;
  readonly label: string;
  readonly scores: string;
  /** The classes that the model's file names, in the order of its probabilities. */
  readonly stated: readonly string[] | null;
  /** `evaluate.output` names the scores: they alone are judged, whatever the model decides on. */
  readonly isChosen: boolean;
}

/**
 * The labels that a model itself decides on, held against its probabilities in every batch: they tell which class each
 * probability is of, or that the order in its file is wrong.
 */
export class OwnLabels {
  readonly #outputs: LabelledOutputs;
  /** By the index of the probability: how often each label was given where it is the highest. */
  readonly #counts: Map<string, number>[] = [];

  constructor(outputs: LabelledOutputs) {
    this.#outputs = outputs;
  }

  /** By the index of the probability; undefined for one that was the highest in no row. null where nothing is known. */
  get classes(): ModelClasses | null {
    const { stated } = this.#outputs;
    if (stated !== null) return stated;
    const found = this.#counts.map((own) => [...own].sort(([, a], [, b]) => b - a)[0]?.[0]);
    const known = found.filter((label) => label !== undefined);
    // One label for two of them: the model decides by something else than the highest.
    return known.length > 0 && new Set(known).size === known.length ? found : null;
  }

  /**
   * Takes in rows of a batch.
   *
   * @param scores Row by row; less than two a row say nothing of classes.
   * @throws {UserError} MODEL_INVALID where a label is not the class of the highest probability.
   */
  add(scores: OutputData | null, labels: OutputData | null): void {
    const rows = labels?.length ?? 0;
    const width = scores === null || rows === 0 ? 0 : scores.length / rows;
    if (scores === null || labels === null || !Number.isInteger(width) || width < 2) return;
    while (this.#counts.length < width) this.#counts.push(new Map());
    for (let row = 0; row < rows; row++) {
      const best = highest(scores, row * width, width);
      if (best !== undefined) this.#count(best, labels[row], () => shown(scores, row * width, width));
    }
  }

  #count(best: number, given: OutputData[number] | undefined, scores: () => string): void {
    const label = String(given);
    const own = this.#counts[best];
    const before = own?.get(label);
    own?.set(label, (before ?? 0) + 1);
    if (before !== undefined || this.#outputs.isChosen) return;
    const expected = this.#expected(best, label);
    if (expected !== label) throw this.#differs({ label, expected, scores: scores() });
  }

  /** The label that a row must have in which this probability is the highest. */
  #expected(best: number, label: string): string {
    const { stated } = this.#outputs;
    if (stated !== null) {
      // A label that is not a class, but the number of one.
      return stated.includes(label) ? (stated[best] ?? '') : String(best);
    }
    const [first = label] = this.#counts[best]?.keys() ?? [];
    const isOfAnother = this.#counts.some((counts, at) => at !== best && counts.has(label));
    return isOfAnother ? 'another class' : first;
  }

  #differs(row: { readonly label: string; readonly expected: string; readonly scores: string }): UserError {
    const { path, label, scores } = this.#outputs;
    return new UserError(
      'MODEL_INVALID',
      `${path}: the output ${label} says "${row.label.slice(0, 100)}" in a row in which ${scores} has ${row.scores}, where the highest is that of ${row.expected}`,
      {
        fix: `Export the classes in the order of the probabilities; or, if the model decides by another rule than the highest probability, set evaluate.output: ${scores}, so that only the probabilities are judged.`,
      },
    );
  }
}

/** The index of the highest of a row; undefined where no one is clearly it. */
function highest(scores: OutputData, from: number, width: number): number | undefined {
  let best = 0;
  let top = Number(scores[from]);
  let second = Number.NEGATIVE_INFINITY;
  for (let at = 1; at < width; at++) {
    const value = Number(scores[from + at]);
    if (value > top) {
      second = top;
      top = value;
      best = at;
    } else if (value > second) second = value;
  }
  return top - second > TIE * Math.max(1, Math.abs(top)) ? best : undefined;
}

function shown(scores: OutputData, from: number, width: number): string {
  const values = Array.from({ length: Math.min(width, 5) }, (_, at) => Number(scores[from + at]).toPrecision(4));
  return `${values.join(', ')}${width > 5 ? ', ...' : ''}`;
}
