import { z } from 'zod';
import { digest } from '../reports/header.ts';
import { escapeText } from './text/escape.ts';
import { inlineCode } from './text/inline-code.ts';
import { formatDataBlock, parseDataBlock } from './text/marker.ts';

const rebaselineData = z.object({
  model: z.string().max(300),
  dataset: digest,
  comment: z.number().int().min(1),
});

/** The facts that a record of a rebaseline is bound to, besides the commit that it is on. */
export type RebaselineData = z.infer<typeof rebaselineData>;

/** Summary of the check that records a rebaseline: for people, and read back by the judging job. */
export function renderRebaseline(
  data: RebaselineData,
  { by, reason }: { readonly by: string; readonly reason: string },
): string {
  return [
    `${inlineCode(by)} accepted a new baseline for ${inlineCode(data.model)}: ${escapeText(reason, 500)}`,
    `It holds for this commit and the dataset ${inlineCode(data.dataset)} alone. Where the champion cannot be compared with on this dataset, the rules against the champion do not count, and the other rules decide.`,
    formatDataBlock(data),
  ].join('\n\n');
}

/** The facts of a record; undefined for another text. Anyone who may write checks can write one: ask who wrote the comment. */
export function parseRebaseline(summary: string): RebaselineData | undefined {
  const parsed = rebaselineData.safeParse(parseDataBlock(summary));
  return parsed.success ? parsed.data : undefined;
}
