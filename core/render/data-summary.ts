import { inlineCode } from './text/inline-code.ts';
import { renderTable } from './text/table.ts';

/** Sources of the files, in words for the log. */
export interface DataSummary {
  /** Undefined where the data is of no model alone. */
  readonly model: string | undefined;
  /** `pulled`, `checked` (nothing but the remote was asked) or `pushed`. */
  readonly work: 'pulled' | 'checked' | 'pushed';
  /** Counted items with their numbers or sizes, in the order of the table. */
  readonly counts: readonly (readonly [what: string, howMuch: string])[];
  /** `sha256:…`; null where there is none. */
  readonly digest: string | null;
  /** Paths that the remote lacks. */
  readonly missing: readonly string[];
  /** Further paths, each list with what is to be said of it. */
  readonly lists?: readonly PathList[];
}

/** Paths, and what is to be said of them. */
export interface PathList {
  readonly title: string;
  readonly paths: readonly string[];
}

/** Chosen: more is in the report. */
const SHOWN = 20;

/** The step summary of data-pull and data-push. */
export function renderData({ model, work, counts, digest, missing, lists = [] }: DataSummary): string {
  const name = model === undefined ? 'Data' : `Data of ${inlineCode(model)}`;
  return [
    `### ${name}: ${missing.length === 0 ? work : `${work}, ${missing.length} missing`}`,
    renderTable(
      counts.map(([what]) => what),
      [counts.map(([, howMuch]) => howMuch)],
      counts.map(() => 'r' as const),
    ),
    digest === null ? '' : `Dataset ${inlineCode(digest)}`,
    ...[{ title: 'Missing on the remote', paths: missing }, ...lists].map(renderList),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function renderList({ title, paths }: PathList): string {
  if (paths.length === 0) return '';
  const shown = paths.slice(0, SHOWN).map((path) => `- ${inlineCode(path)}`);
  const more = paths.length > SHOWN ? [`- and ${paths.length - SHOWN} more`] : [];
  return [`**${title}**`, '', ...shown, ...more].join('\n');
}
