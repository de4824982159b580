import { formatCount } from '../../domain/text/format-number.ts';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { renderTable } from '../text/table.ts';

/** A warning about a manifest, with its place. */
export interface ShownWarning {
  readonly file: string;
  /** Starts at 1. */
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** Chosen: more of them say no more than to look at the manifest. */
const MAX_WARNINGS = 10;

/**
 * The part of a promotion pull request about what the manifests do with the version beyond its diff.
 *
 * @returns Markdown, or '' where there is no warning.
 */
export function renderManifestWarnings(warnings: readonly ShownWarning[]): string {
  if (warnings.length === 0) return '';
  const rows = warnings
    .slice(0, MAX_WARNINGS)
    .map(({ file, line, message, fix }) => [
      inlineCode(`${file}:${line}`),
      `${escapeText(message)}. ${escapeText(fix)}`,
    ]);
  const more = warnings.length - rows.length;
  const rest = more === 0 ? '' : `\n\nAnd ${formatCount(more)} more.`;
  const table = renderTable(['place', 'what happens'], rows);
  return `#### Before you merge\n\nThe manifest is valid, but these parts change the effect of the merge:\n\n${table}${rest}`;
}
