import { commonInputs, oneOf, text } from '../inputs.ts';

/** The inputs of deploy-manifest. */
export const inputs = {
  ...commonInputs,
  environment: { ...text, default: '', required: true },
  'model-version': { ...text, default: '' },
  mode: { ...oneOf('write', 'commit', 'pull-request', 'check'), default: 'write' },
} as const;
