import type { MergeRequestNotes, Note } from '../../ports/gitlab/merge-request-notes.ts';
import {
  type CommentData,
  countLook,
  parseCommentData,
  renderEvaluationComment,
  renderUnreadableComment,
} from '../../render/comment.ts';
import { toGitLabMarkdown } from '../../render/text/gitlab-markdown.ts';
import { formatMarker } from '../../render/text/marker.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';

/** Outcome of a pipeline, for its merge request. */
export interface NoteRequest {
  readonly model: string;
  /** Text: why there is no report. */
  readonly report: EvaluationReport | string;
  /** The pipeline, which GitLab numbers upwards, and the commit that it is for. */
  readonly run: NonNullable<CommentData['run']>;
}

/** Result of publishing a note. */
export type PublishedNote = 'created' | 'updated' | 'unchanged' | 'newer-shown';

/** GitLab keeps 1,000,000 characters. Chosen: what makes a text inert for GitLab may be as long as the text. */
const LIMITS = { maxPartCharacters: 450_000, maxParts: 1 };

/**
 * Shows a judgement in the merge request: one note per model, found by its marker and its author, edited in place. A pipeline
 * that ends after a later one changes nothing. Of two that create the note at once, the older note is kept.
 *
 * @throws {ServiceError} As `MergeRequestNotes`.
 */
export async function publishNote(request: NoteRequest, notes: MergeRequestNotes): Promise<PublishedNote> {
  const marker = formatMarker('report', request.model);
  const earlier = await notes.own(marker);
  const newest = newestOf(earlier);
  const shown = parseCommentData(newest?.body);
  if (shown?.run !== undefined && shown.run.id > request.run.id) return 'newer-shown';
  const body = bodyOf(request, shown);
  const [first] = earlier;
  if (first === undefined) await notes.create(marker, body);
  else if (!isSame(first, body)) await notes.update(first.id, body);
  else if (earlier.length === 1) return 'unchanged';
  await keepOne(await notes.own(marker), { body, runId: request.run.id }, notes);
  return first === undefined ? 'created' : 'updated';
}

function bodyOf({ model, report, run }: NoteRequest, shown: CommentData | undefined): string {
  if (typeof report === 'string') {
    const looks = shown && { ...shown, run };
    return toGitLabMarkdown(renderUnreadableComment(model, report, looks));
  }
  const looks = { ...countLook(shown, report), run };
  const [body = ''] = renderEvaluationComment({ report, looks, gateChanged: false, limits: LIMITS });
  return toGitLabMarkdown(body);
}

/** After a race: the oldest note stays, with what the newest pipeline has to say. */
async function keepOne(
  found: readonly Note[],
  own: { readonly body: string; readonly runId: number },
  notes: MergeRequestNotes,
): Promise<void> {
  const [kept, ...surplus] = found;
  if (kept === undefined || surplus.length === 0) return;
  const newest = newestOf(found);
  const isOlder = newest !== undefined && runOf(newest) > own.runId;
  const body = isOlder ? newest.body : own.body;
  if (!isSame(kept, body)) await notes.update(kept.id, body);
  for (const { id } of surplus) await notes.remove(id);
}

function newestOf(found: readonly Note[]): Note | undefined {
  return found.toSorted((left, right) => runOf(right) - runOf(left))[0];
}

function runOf({ body }: Note): number {
  return parseCommentData(body)?.run?.id ?? 0;
}

/** White space at the end does not count: GitLab may not keep it. */
function isSame({ body: kept }: Note, body: string): boolean {
  return kept.trim() === body.trim();
}
