import { commonInputs, oneOf, positiveInteger, text } from '../inputs.ts';

/** The inputs of register. */
export const inputs = {
  ...commonInputs,
  'report-artifact-id': { ...positiveInteger, default: '' },
  'model-artifact-id': { ...positiveInteger, default: '' },
  'artifact-path': { ...text, default: '' },
  'image-reference': { ...text, default: '' },
  bump: { ...oneOf('auto', 'major', 'minor', 'patch'), default: '' },
  store: { ...text, default: '' },
  sign: { ...oneOf('keyless', 'key', 'none'), default: 'none' },
  'run-report': { ...text, default: '' },
  'evaluation-report': { ...text, default: '' },
  'profile-path': { ...text, default: '' },
} as const;
