import type { PromotionCheck } from '../../domain/promotion/promotion-check.ts';
import { inlineCode } from '../text/inline-code.ts';

/** A tag that is skipped, since it is not believed. */
export interface SkippedTag {
  readonly model: string;
  readonly version: string;
  /** A clause without a full stop. */
  readonly reason: string;
}

/** Chosen: no one reads more lines of one kind. */
const MOST_SKIPPED_SHOWN = 20;

/** The Markdown of the promotion check: its findings, and the tags that are not trusted where there are findings. */
export function renderPromotionCheck({ findings, title }: PromotionCheck, skipped: readonly SkippedTag[]): string {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${inlineCode(line, 1000)}`).join('\n');
  if (findings.length === 0) return title;
  if (skipped.length === 0) return list(findings);
  const more = skipped.length - MOST_SKIPPED_SHOWN;
  const rest = more > 0 ? `\n- and ${more} more` : '';
  const shown = skipped
    .slice(0, MOST_SKIPPED_SHOWN)
    .map(({ model, version, reason }) => `${model} v${version}: ${reason}`);
  return `${list(findings)}\n\nTags that are not trusted and are skipped:\n\n${list(shown)}${rest}`;
}
