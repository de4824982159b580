import { commonInputs, oneOf, text, tokenInput } from '../inputs.ts';

/** The inputs of deploy-manifest. */
export const inputs = {
  ...commonInputs,
  ...tokenInput,
  environment: { ...text, default: '' },
  file: { ...text, default: '' },
  kind: { ...text, default: '' },
  name: { ...text, default: '' },
  path: { ...text, default: '' },
  'image-reference': { ...text, default: '' },
  'artifact-uri': { ...text, default: '' },
  'model-version': { ...text, default: '' },
  mode: { ...oneOf('write', 'commit', 'pull-request', 'check'), default: 'write' },
} as const;
