import { z } from 'zod';

/** A tensor of a model. */
export const tensorSchema = z.looseObject({
  name: z.string(),
  type: z.string(),
  /** null for an axis of any length. */
  shape: z.array(z.number().int().nullable()).readonly(),
});
