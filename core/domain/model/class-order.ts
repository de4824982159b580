/** Classes by the index of their probability; undefined where one is not known. */
export type ModelClasses = readonly (string | undefined)[];

/** Whether classes are only numbered from 0, so that they may stand for others by their order. */
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
 */
export function classOrderProblem(model: ModelClasses | null, classes: readonly string[]): string | undefined {
  const known = model?.filter((label) => label !== undefined) ?? [];
  if (model === null || known.length === 0 || classes.length === 0) return undefined;
  const shown = `the model's probabilities are of ${model.map((label) => label ?? '?').join(', ')}, and the classes are ${classes.join(', ')}`;
  if (known.every((label) => classes.includes(label))) {
    return model.some((label, index) => label !== undefined && label !== classes[index])
      ? `${shown} in this order`
      : undefined;
  }
  // The two classes of a binary task are 0 and 1 by their place, whatever the model calls them.
  const isByPlace = classes.length === 2 && !known.some((label) => classes.includes(label));
  return areNumbered(model) || isByPlace ? undefined : shown;
}
