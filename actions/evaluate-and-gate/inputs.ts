import { commonInputs, lines, positiveInteger, someOf, text, tokenInput } from '../inputs.ts';

/** The inputs of evaluate-and-gate. */
export const inputs = {
  ...commonInputs,
  ...tokenInput,
  'artifact-path': { ...text, default: '' },
  'model-artifact-id': { ...positiveInteger, default: '' },
  'predictions-path': { ...text, default: '' },
  'dataset-path': { ...text, default: '' },
  champion: { ...text, default: 'auto' },
  'champion-features': { ...lines, default: '' },
  'warehouse-password': { ...text, default: '' },
  'warehouse-token': { ...text, default: '' },
  'junit-report': { ...text, default: '' },
  'code-quality-report': { ...text, default: '' },
  'fail-on': { ...someOf('fail', 'inconclusive', 'never'), default: '' },
} as const;
