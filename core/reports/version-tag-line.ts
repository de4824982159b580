import { z } from 'zod';
import { digest } from './header.ts';
import { documentReference, imageSchema } from './model-version-report.ts';
import { evidenceShape } from './version-evidence.ts';

/** The line of JSON in the message of a version's tag: an index for tools and people, never evidence. */
export const versionTagLineSchema = z.looseObject({
  schema: z.literal('tidegate.dev/tag/v1'),
  artifact: z.looseObject({ uri: z.string().max(2000), digest, sizeBytes: z.number().int().min(0) }),
  image: imageSchema.optional(),
  ...evidenceShape,
  documents: z.looseObject({
    'model-version': documentReference.optional(),
    run: documentReference.optional(),
    evaluation: documentReference.optional(),
    profile: documentReference.optional(),
  }),
  runId: z.number().int().nullable(),
});

/** JSON line of a version's tag. */
export type VersionTagLine = z.infer<typeof versionTagLineSchema>;

/** A tag's message is read by every `git show`: more than this belongs into the documents. */
const MAX_LINE_BYTES = 32 * 1024;

/**
 * The message of a version's tag: GTO's line, a blank line, one line of JSON of at most 32 KB. Comparisons, last
 * first, are left out where they would not fit; the documents have them.
 */
export function formatVersionTagMessage(gtoLine: string, line: VersionTagLine): string {
  let fitting = line;
  while (byteLength(JSON.stringify(fitting)) > MAX_LINE_BYTES && fitting.comparisons.length > 0) {
    fitting = { ...fitting, comparisons: fitting.comparisons.slice(0, -1) };
  }
  return `${gtoLine}\n\n${JSON.stringify(fitting)}\n`;
}

/**
 * The line of JSON in a tag's message, which anyone with write access may have written.
 *
 * @returns Undefined for a tag without one (made by GTO itself), or with one that is not ours or too long.
 */
export function parseVersionTagMessage(message: string): VersionTagLine | undefined {
  const line = message.split('\n')[2];
  if (line === undefined || byteLength(line) > MAX_LINE_BYTES) return undefined;
  try {
    const parsed = versionTagLineSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
