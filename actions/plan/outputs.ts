import { defineOutputs } from '../outputs.ts';

/** The outputs of plan, as in its action.yml. */
export const outputs = defineOutputs('models', 'image-models', 'reasons');
