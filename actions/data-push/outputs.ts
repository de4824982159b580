import { defineOutputs } from '../outputs.ts';

/** The outputs of data-push, as in its action.yml. */
export const outputs = defineOutputs('files-uploaded', 'bytes-uploaded', 'changed-files', 'record-receipt');
