import { defineOutputs } from '../outputs.ts';

/** The outputs of drift-check, as in its action.yml. */
export const outputs = defineOutputs(
  'verdict',
  'drifted-columns',
  'report-path',
  'metrics-path',
  'page-path',
  'issue-number',
);
