import type { ActionContext } from './action-context.ts';

/** Value of an output; null is written as an empty text. */
export type OutputValue = string | number | boolean | null;

/**
 * Makes the writer of an action's outputs: every declared output is written, always.
 *
 * @param names The outputs that action.yml declares; a test compares the two.
 */
export function defineOutputs<const Name extends string>(...names: readonly Name[]) {
  return {
    names,
    write(context: Pick<ActionContext, 'setOutput'>, values: Readonly<Record<Name, OutputValue>>): void {
      for (const name of names) context.setOutput(name, values[name]);
    },
  };
}
