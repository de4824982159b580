import { markdownTable } from 'markdown-table';

/** Alignment of a table's columns: one letter per column, l or r. */
export type Alignment = readonly ('l' | 'r' | 'c')[];

/** A Markdown table. Cells are Markdown already: escape what came from elsewhere. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[], align?: Alignment): string {
  return markdownTable([[...head], ...rows.map((row) => [...row])], {
    ...(align === undefined ? {} : { align: [...align] }),
    alignDelimiters: false,
  });
}
