import { defineOutputs } from '../outputs.ts';

/** The outputs of data-pull, as in its action.yml. */
export const outputs = defineOutputs(
  'dataset-digest',
  'files',
  'files-downloaded',
  'bytes-downloaded',
  'missing',
  'report-path',
);
