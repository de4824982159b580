import { defineOutputs } from '../outputs.ts';

/** The outputs of evaluate-and-gate, as in its action.yml. */
export const outputs = defineOutputs(
  'verdict',
  'metrics',
  'report-path',
  'summary-path',
  'artifact-name',
  'report-artifact-id',
  'model-artifact-id',
);
