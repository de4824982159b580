import { renderTable } from './table.ts';
import { inlineCode } from './text/inline-code.ts';

/** What came from where, in words of the log. */
export interface DataSummary {
  readonly model: string;
  /** `pulled`, `checked` (nothing but the remote was asked) or `pushed`. */
  readonly work: 'pulled' | 'checked' | 'pushed';
  /** What was counted, and how many, or how much, in the order of the table. */
  readonly counts: readonly (readonly [what: string, howMuch: string])[];
  /** `sha256:…`; null where there is none. */
  readonly digest: string | null;
  /** Paths that the remote lacks. */
  readonly missing: readonly string[];
}

/** Chosen: more is in the report. */
const SHOWN = 20;

/** The step summary of data-pull and data-push. */
export function renderData({ model, work, counts, digest, missing }: DataSummary): string {
  const shown = missing.slice(0, SHOWN).map((path) => `- ${inlineCode(path)}`);
  const more = missing.length > SHOWN ? [`- and ${missing.length - SHOWN} more`] : [];
  return [
    `### Data of ${inlineCode(model)}: ${missing.length === 0 ? work : `${work}, ${missing.length} missing`}`,
    renderTable(
      counts.map(([what]) => what),
      [counts.map(([, howMuch]) => howMuch)],
      counts.map(() => 'r' as const),
    ),
    digest === null ? '' : `Dataset ${inlineCode(digest)}`,
    missing.length === 0 ? '' : ['**Missing on the remote**', '', ...shown, ...more].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}
