import type { LineageChanges } from '../../domain/evaluation/lineage-changes.ts';
import { inlineCode } from '../text/inline-code.ts';
import { renderTable } from '../text/table.ts';

/** The table of what changed between two trainings: parameters, then files; '' where nothing did. */
export function renderLineageChanges({ params, inputs }: LineageChanges): string {
  const rows = [
    ...params.map(({ name, before, after }) => [inlineCode(name, 200), shown(before), shown(after)]),
    ...inputs.map(({ path, change }) => [inlineCode(path, 200), '', change]),
  ];
  return rows.length === 0 ? '' : renderTable(['parameter or file', 'before', 'now'], rows);
}

function shown(value: string | null): string {
  return value === null ? '—' : inlineCode(value, 200);
}
