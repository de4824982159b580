import { commonInputs, flag, type InputTable, lines, text, tokenInput } from '../inputs.ts';

/** The inputs of train, as in its action.yml. */
export const inputs = {
  ...commonInputs,
  ...tokenInput,
  stages: { ...lines, default: '' },
  command: { ...text, default: '' },
  set: { ...lines, default: '' },
  force: { ...flag, default: 'false' },
} as const satisfies InputTable;
