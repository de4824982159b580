import { z } from 'zod';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker, hasMarker, parseDataBlock } from '../text/marker.ts';

/** Cause of a hold: a health signal, a deadline without one, or a person. Holds of earlier versions do not say. */
const cause = z.enum(['signal', 'deadline', 'person']).optional();
const holdData = z.object({ version: z.string().max(128), digest: z.string().max(100), cause });

/** A version that is held back from an environment. */
export interface HoldView {
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  readonly digest: string;
  /** A person's or the bot's words. */
  readonly reason: string;
  /** Login of who asked for it; undefined: the bot, on failed health. */
  readonly by: string | undefined;
  readonly cause: HoldCause;
}

/** Cause of a hold or rollback. */
export type HoldCause = 'signal' | 'deadline' | 'person';

/** Writes the issue that holds a version back. */
export function renderHold(view: HoldView): { readonly title: string; readonly body: string } {
  const { model, environment, version, digest, reason, by, cause: why } = view;
  const who = by === undefined ? 'Tidegate' : inlineCode(by);
  const parts = [
    formatMarker('hold', model, environment),
    `**${model} v${version}** is held back from **${environment}**, by ${who}: ${escapeText(reason, 500)}`,
    `Artifact: ${inlineCode(digest)}. Newer versions are not held.`,
    'Close this issue to lift the hold.',
    formatDataBlock({ version, digest, cause: why }),
  ];
  return { title: `Hold ${model} v${version} in ${environment}`, body: `${parts.join('\n\n')}\n` };
}

/** Hold in an issue; undefined if it is not a hold of the model and environment, or was tampered with. */
export function parseHold(body: string, model: string, environment: string): z.infer<typeof holdData> | undefined {
  if (!hasMarker(body, formatMarker('hold', model, environment))) return undefined;
  const parsed = holdData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}
