import { defineOutputs } from '../outputs.ts';

/** The outputs of register. */
export const outputs = defineOutputs(
  'model-name',
  'model-version',
  'artifact-uri',
  'artifact-digest',
  'tag',
  'created',
  'report-path',
);
