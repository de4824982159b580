import { commonInputs, flag, someOf, text, tokenInput } from '../inputs.ts';

/** The inputs of drift-check. */
export const inputs = {
  ...commonInputs,
  ...tokenInput,
  current: { ...text, default: '' },
  reference: { ...text, default: '' },
  labels: { ...text, default: '' },
  'warehouse-password': { ...text, default: '' },
  'warehouse-token': { ...text, default: '' },
  'fail-on': { ...someOf('drift', 'inconclusive', 'never'), default: 'drift,inconclusive' },
  pushgateway: { ...text, default: '' },
  issue: { ...flag, default: 'true' },
} as const;
