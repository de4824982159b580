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
      /** Outputs that DVC does not keep (`cache: false`, such as metrics.json): Git has them. Paths as dvc.yaml writes them. */
      files: z
        .array(z.looseObject({ path: z.string().min(1).max(1000), text: z.string().max(MAX_CHARACTERS) }))
        .max(50)
        .readonly()
        .optional(),
    }),
  )
  .min(1)
  .max(100)
  .refine((all) => charactersOf(all) <= MAX_CHARACTERS, {
    error: `has more than ${MAX_CHARACTERS} characters of entries and files`,
  })
  .readonly();

/** A stage whose characters are counted. */
interface Counted {
  readonly entry: string;
  readonly files?: readonly { readonly text: string }[] | undefined;
}

function charactersOf(all: readonly Counted[]): number {
  const texts = all.flatMap(({ entry, files = [] }) => [entry, ...files.map(({ text }) => text)]);
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Entries of dvc.lock of the stages that made an artifact. */
export type RecordedStages = z.infer<typeof recordedStagesSchema>;
