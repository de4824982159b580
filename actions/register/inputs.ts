import { commonInputs, oneOf, positiveInteger, text, tokenInput } from '../inputs.ts';

/** The inputs of register. */
export const inputs = {
  ...commonInputs,
  ...tokenInput,
  'report-artifact-id': { ...positiveInteger, default: '' },
  'model-artifact-id': { ...positiveInteger, default: '' },
  'artifact-path': { ...text, default: '' },
  'record-receipt': { ...text, default: '' },
  'image-reference': { ...text, default: '' },
  bump: { ...oneOf('auto', 'major', 'minor', 'patch'), default: '' },
  store: { ...text, default: '' },
  'run-report': { ...text, default: '' },
  'evaluation-report': { ...text, default: '' },
  'profile-path': { ...text, default: '' },
} as const;
