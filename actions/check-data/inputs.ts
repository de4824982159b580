import { commonInputs, flag, text } from '../inputs.ts';

/** The inputs of check-data. */
export const inputs = {
  ...commonInputs,
  data: { ...text, default: '' },
  schema: { ...text, default: '' },
  train: { ...text, default: '' },
  infer: { ...flag, default: 'false' },
  force: { ...flag, default: 'false' },
} as const;
