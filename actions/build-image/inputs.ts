import { commonInputs, flag, type InputTable, lines, oneOf, positiveInteger, text } from '../inputs.ts';

/** The inputs of build-image, as in its action.yml. */
export const inputs = {
  ...commonInputs,
  'report-artifact-id': { ...positiveInteger, default: '' },
  'model-artifact-id': { ...positiveInteger, default: '' },
  'artifact-path': { ...text, default: '' },
  'artifact-uri': { ...text, default: '' },
  'image-repository': { ...text, default: '' },
  'base-image': { ...text, default: '' },
  layout: { ...oneOf('modelcar'), default: '' },
  platforms: { ...lines, default: '' },
  tags: { ...lines, default: '' },
  push: { ...flag, default: 'true' },
} as const satisfies InputTable;
