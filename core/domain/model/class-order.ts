/** Classes by the index of their probability; undefined where one is not known. */
export type ModelClasses = readonly (string | undefined)[];

/** True if classes are only numbered from 0, so that they may represent others by their order. */
function areNumbered(classes: ModelClasses): boolean {
  return classes.every((label, index) => label === undefined || label === String(index));
}

/** The classes of a model as those of the labels: where all are known, and all labels are among them; else undefined. */
export function classesFor(model: ModelClasses | null, labels: Iterable<string>): readonly string[] | undefined {
  const known = (model ?? []).flatMap((label) => (label === undefined ? [] : [label]));
  if (known.length < 2 || known.length !== model?.length) return undefined;
  return [...labels].every((label) => known.includes(label)) ? known : undefined;
}

/**
 * Why the probabilities of a model cannot be those of classes in this order, as a clause; undefined where they can.
 *
 * @param classes In the order that is assumed.
 * @param isDeclared Whether `evaluate.classes` says them.
 */
export function classOrderProblem(
  model: ModelClasses | null,
  classes: readonly string[],
  isDeclared: boolean,
): string | undefined {
  const known = model?.filter((label) => label !== undefined) ?? [];
  if (model === null || known.length === 0 || classes.length === 0) return undefined;
  const shown = `the model's probabilities are of ${model.map((label) => label ?? '?').join(', ')}, and the classes are ${classes.join(', ')}`;
  if (known.every((label) => classes.includes(label))) {
    return model.some((label, index) => label !== undefined && label !== classes[index])
      ? `${shown} in this order`
      : undefined;
  }
  if (areNumbered(model)) return undefined;
  const isByPlace = classes.length === 2 && !known.some((label) => classes.includes(label));
  if (!isByPlace) return shown;
  const numbers = wordsAsNumbers(model);
  if (numbers !== undefined && classes.every((label) => label === '0' || label === '1')) {
    return numbers.every((number, at) => number === undefined || number === classes[at]) ? undefined : shown;
  }
  // Which of benign and malignant is 1 is for people to say: exporters sort classes by their names.
  return isDeclared ? undefined : `${shown}: it is not declared which class of the model is which`;
}

/** Words for 0 and 1. */
const WORDS = [
  ['false', 'true'],
  ['no', 'yes'],
  ['n', 'y'],
  ['f', 't'],
];

/** Classes that are words for 0 and 1 as these; undefined where they are none. */
function wordsAsNumbers(model: ModelClasses): ModelClasses | undefined {
  const words = model.map((label) => label?.toLowerCase());
  const pair = WORDS.find((both) => words.every((word) => word === undefined || both.includes(word)));
  return pair && words.map((word) => (word === undefined ? undefined : String(pair.indexOf(word))));
}
