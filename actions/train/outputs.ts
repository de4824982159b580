import { defineOutputs } from '../outputs.ts';

/** The outputs of train, as in its action.yml. */
export const outputs = defineOutputs(
  'ran',
  'inputs-digest',
  'artifact-path',
  'artifact-digest',
  'metrics',
  'report-path',
  'model-artifact-id',
  'to-record',
);
