import type { PlannedModel } from '../domain/plan/affected-models.ts';
import { escapeText } from './text/escape.ts';
import { renderTable } from './text/table.ts';

/** The summary of a plan, as Markdown. */
export function renderPlan(planned: readonly PlannedModel[]): string {
  const affected = planned.filter(({ isAffected }) => isAffected).length;
  const title = affected === 0 ? 'nothing to judge' : `${affected} of ${planned.length} models affected`;
  const rows = planned.map(({ model, isAffected, reason }) => [
    escapeText(model),
    isAffected ? 'affected' : 'not affected',
    escapeText(reason),
  ]);
  return `### Tidegate plan · ${title}\n\n${renderTable(['model', 'decision', 'why'], rows)}\n`;
}
