import { z } from 'zod';

/** Chosen: the entry of a stage has a few hundred characters. */
const MAX_CHARACTERS = 65_536;

/** Entries of dvc.lock of the stages that made an artifact: written by train, kept by register, read by the bot. */
export const recordedStagesSchema = z
  .array(
    z.looseObject({
      /** Path of the dvc.lock, relative to the repository root. */
      file: z.string().min(1).max(1000),
      stage: z.string().min(1).max(500),
      /** The lines of the entry, as DVC writes them. */
      entry: z.string().min(1).max(MAX_CHARACTERS),
    }),
  )
  .min(1)
  .max(100)
  .refine((all) => all.reduce((sum, { entry }) => sum + entry.length, 0) <= MAX_CHARACTERS, {
    error: `has more than ${MAX_CHARACTERS} characters of entries`,
  })
  .readonly();

/** Entries of dvc.lock of the stages that made an artifact. */
export type RecordedStages = z.infer<typeof recordedStagesSchema>;
