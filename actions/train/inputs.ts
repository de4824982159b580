import { commonInputs, flag, type InputTable, lines, text } from '../inputs.ts';

/** The inputs of train, as in its action.yml. */
export const inputs = {
  ...commonInputs,
  stages: { ...lines, default: '' },
  command: { ...text, default: '' },
  set: { ...lines, default: '' },
  force: { ...flag, default: 'false' },
  'mlflow-tracking-uri': { ...text, default: '' },
  experiment: { ...text, default: '' },
} as const satisfies InputTable;
