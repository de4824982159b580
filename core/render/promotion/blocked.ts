import { z } from 'zod';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker, parseDataBlock, parseMarker } from '../text/marker.ts';

const blockedData = z.object({ work: z.enum(['promote', 'rollback', 'retrain', 'record']) });

/** Kind of a pull request that the bot opens by itself. */
export type BlockedWork = z.infer<typeof blockedData>['work'];

/** A pull request that the bot cannot open until a person corrects something. */
export interface BlockedView {
  readonly model: string;
  /** Undefined for a retraining. */
  readonly environment: string | undefined;
  readonly work: BlockedWork;
  /** The version that it is about; undefined for a retraining. */
  readonly version: string | undefined;
  /** A clause, and a sentence in the imperative. People's words may be in both. */
  readonly message: string;
  readonly fix: string;
}

const TITLES = {
  promote: 'promote',
  rollback: 'roll back',
  retrain: 'propose new data for',
  record: 'record',
} as const;

/** Writes the issue about it. */
export function renderBlocked(view: BlockedView): { readonly title: string; readonly body: string } {
  const { model, environment, work, version, message, fix } = view;
  const what = `${TITLES[work]} ${model}${version === undefined ? '' : ` v${version}`}`;
  const where = environment === undefined ? '' : ` ${work === 'promote' ? 'to' : 'in'} ${environment}`;
  const parts = [
    formatMarker('blocked', model, environment),
    `The bot cannot ${work === 'retrain' ? 'propose the new data' : 'open the pull request'}: ${escapeText(message, 1000)}.`,
    `**Fix:** ${escapeText(fix, 600)}`,
    `The bot tries again with every event of this repository; ${inlineCode('/tidegate retry')} asks for it at once. This issue is closed automatically when it works. If you close it, it is not opened again for the same reason.`,
    formatDataBlock({ work }),
  ];
  return { title: `Cannot ${what}${where}`, body: `${parts.join('\n\n')}\n` };
}

/** Key of an issue about a pull request that cannot be opened; undefined for another text, or one that was tampered with. */
export function parseBlocked(body: string): { readonly key: string; readonly work: BlockedWork } | undefined {
  const marker = parseMarker(body);
  if (marker?.kind !== 'blocked') return undefined;
  const parsed = blockedData.safeParse(parseDataBlock(body));
  if (!parsed.success) return undefined;
  const { work } = parsed.data;
  return { key: `${work} ${marker.slug} ${marker.environment ?? ''}`, work };
}
