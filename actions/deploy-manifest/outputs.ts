import { defineOutputs } from '../outputs.ts';

/** The outputs of deploy-manifest. */
export const outputs = defineOutputs('changed', 'changed-files', 'diff-path', 'pull-request-number');
