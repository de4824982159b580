import { defineOutputs } from '../outputs.ts';

/** The outputs of build-image, as in its action.yml. */
export const outputs = defineOutputs('image-reference', 'image-digest', 'layout-path');
