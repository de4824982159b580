import { defineOutputs } from '../outputs.ts';

/** The outputs of check-data, as in its action.yml. */
export const outputs = defineOutputs('verdict', 'rows', 'violations', 'schema-path');
