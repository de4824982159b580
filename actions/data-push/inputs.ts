import { commonInputs, type InputTable, lines, positiveInteger, text } from '../inputs.ts';

/** The inputs of data-push, as in its action.yml. */
export const inputs = {
  model: { ...text, default: '' },
  'working-directory': commonInputs['working-directory'],
  targets: { ...lines, default: '' },
  remote: { ...text, default: '' },
  'report-artifact-id': { ...positiveInteger, default: '' },
  'model-artifact-id': { ...positiveInteger, default: '' },
  jobs: { ...positiveInteger, default: '' },
} as const satisfies InputTable;
