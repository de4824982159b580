import { commonInputs, type InputTable, text, tokenInput } from '../inputs.ts';

/** The inputs of plan, as in its action.yml. */
export const inputs = {
  ...commonInputs,
  ...tokenInput,
  base: { ...text, default: '' },
} as const satisfies InputTable;
