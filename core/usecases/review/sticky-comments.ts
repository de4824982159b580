import type { Comments } from '../../ports/github/comments.ts';
import { formatMarker } from '../../render/text/marker.ts';

/** A comment of our own. */
export interface OwnComment {
  readonly id: number;
  readonly body: string;
}

/** The bot's comments about a model under a pull request, oldest first. */
export function ownReportComments(
  { model, pullRequest }: { readonly model: string; readonly pullRequest: number },
  comments: Pick<Comments, 'own'>,
): Promise<readonly OwnComment[]> {
  return comments.own(pullRequest, formatMarker('report', model));
}

/** One comment a part, edited in place; parts that are no longer needed are hidden as outdated. */
export async function showComments(
  pullRequest: number,
  { earlier, bodies }: { readonly earlier: readonly OwnComment[]; readonly bodies: readonly string[] },
  comments: Comments,
): Promise<string> {
  let writes = 0;
  for (const [index, body] of bodies.entries()) {
    const existing = earlier[index];
    // A longer report needs parts again that a shorter one in between had hidden.
    if (existing !== undefined && index > 0) await comments.setHidden(existing.id, false);
    if (existing?.body === body) continue;
    writes += 1;
    if (existing === undefined) await comments.create(pullRequest, body);
    else await comments.update(existing.id, body);
  }
  for (const surplus of earlier.slice(bodies.length)) await comments.setHidden(surplus.id, true);
  return writes === 0 ? `#${pullRequest} already shows it` : `reported on #${pullRequest}`;
}
