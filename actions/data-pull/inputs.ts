import { commonInputs, flag, type InputTable, lines, oneOf, positiveInteger, text } from '../inputs.ts';

/** The inputs of data-pull, as in its action.yml. */
export const inputs = {
  ...commonInputs,
  targets: { ...lines, default: '' },
  for: { ...oneOf('train', 'judge'), default: 'train' },
  remote: { ...text, default: '' },
  jobs: { ...positiveInteger, default: '' },
  cache: { ...flag, default: 'true' },
  'keep-cache': { ...oneOf('auto', 'true', 'false'), default: 'auto' },
  'allow-missing': { ...flag, default: 'false' },
  force: { ...flag, default: 'false' },
  'verify-cache': { ...flag, default: 'false' },
  'check-only': { ...flag, default: 'false' },
} as const satisfies InputTable;
