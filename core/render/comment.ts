import { z } from 'zod';
import type { EvaluationReport } from '../reports/evaluation-report.ts';
import { digest } from '../reports/header.ts';
import { renderEvaluationSections } from './evaluation/evaluation.ts';
import { inlineCode } from './text/inline-code.ts';
import { formatDataBlock, formatMarker, parseDataBlock } from './text/marker.ts';
import { splitParts } from './text/split-parts.ts';

/**
 * GitHub's limit is 65,536 characters; the rest is for marker, data and the number of the part. Chosen: ten parts, so that a
 * pull request is not flooded by a report, regardless of who wrote it.
 */
const GITHUB_LIMITS = { maxPartCharacters: 60_000, maxParts: 10 };
/** Chosen: more candidates than a pull request judges; older ones are forgotten first. */
const MAX_CANDIDATES = 200;

/** The workflow run whose report a comment shows; GitHub numbers later runs higher. */
const shownRun = z.object({ id: z.int().min(1), head: z.string().regex(/^[0-9a-f]{40}$/) });
const commentData = z.object({
  dataset: digest,
  candidates: z.array(digest).max(MAX_CANDIDATES),
  // Comments of earlier versions do not have it.
  run: shownRun.optional(),
});

/** Data of the hidden block of Tidegate's comment: the candidates that were judged on a dataset in this pull request. */
export type CommentData = z.infer<typeof commentData>;

/** True if a comment shows a run of the same commit that began after this one: an event that comes late does not hide it. */
export function showsNewerRun(
  shown: CommentData | undefined,
  { runId, headSha }: { readonly runId: number; readonly headSha: string },
): boolean {
  return shown?.run !== undefined && shown.run.head === headSha && shown.run.id > runId;
}

/** Content of the comment. */
export interface EvaluationCommentView {
  readonly report: EvaluationReport;
  readonly looks: CommentData;
  readonly gateChanged: boolean;
  /** Default: those of GitHub. */
  readonly limits?: CommentLimits;
}

/** Largest comment of a host. */
export interface CommentLimits {
  readonly maxPartCharacters: number;
  readonly maxParts: number;
}

/** Reads what our comment remembers; undefined where there is none. */
export function parseCommentData(body: string | undefined): CommentData | undefined {
  const parsed = commentData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}

/**
 * The candidates that were judged on this dataset in this pull request, this one included. A new dataset starts again; the
 * same candidate again is not a new look.
 */
export function countLook(before: CommentData | undefined, report: EvaluationReport): CommentData {
  const known = before?.dataset === report.dataset.digest ? before.candidates : [];
  const others = known.filter((candidate) => candidate !== report.candidate.digest);
  const candidates =
    others.length === known.length ? [...known, report.candidate.digest].slice(-MAX_CANDIDATES) : [...known];
  return { dataset: report.dataset.digest, candidates };
}

/**
 * The comment on a pull request, in as many parts as GitHub's limit asks for, worst first, and at most ten; every text
 * of the report is escaped.
 */
export function renderEvaluationComment(view: EvaluationCommentView): readonly string[] {
  const { report, looks, gateChanged, limits = GITHUB_LIMITS } = view;
  const sections = renderEvaluationSections(report);
  const blocks = [
    sections.title,
    sections.headline,
    renderNotes(looks, gateChanged && report.baseGate === undefined),
    sections.baseGate,
    sections.rules,
    sections.reasons,
    sections.data,
    sections.slices,
    sections.fairness,
    sections.pictures,
    sections.changes,
    sections.metrics,
    sections.method,
  ];
  const all = splitParts(blocks, limits.maxPartCharacters);
  const parts = all.slice(0, limits.maxParts);
  const left = all.length - parts.length;
  const marker = formatMarker('report', report.model);
  return parts.map((part, index) => {
    const number = parts.length === 1 ? '' : `\n\nPart ${index + 1} of ${parts.length}.`;
    const rest =
      left > 0 && index === parts.length - 1
        ? ` ${left} more parts are not shown here: the workflow artifact of the run has the whole report.`
        : '';
    const data = index === 0 ? `\n\n${formatDataBlock(looks)}` : '';
    return `${marker}\n${part}${number}${rest}${data}\n`;
  });
}

/**
 * The comment for a report that cannot be read. `looks`: what the comment remembered so far: a report that cannot be read
 * does not make people forget how many candidates were judged.
 */
export function renderUnreadableComment(model: string, reason: string, looks: CommentData | undefined): string {
  const data = looks === undefined ? '' : `\n\n${formatDataBlock(looks)}`;
  return `${formatMarker('report', model)}\n### Tidegate · ${model} · ⛔ no report\n\nThe report of this run cannot be read: ${inlineCode(reason, 500)}. A report that cannot be read never passes.${data}\n`;
}

function renderNotes({ candidates }: CommentData, gateChanged: boolean): string {
  const notes = [
    ...(gateChanged
      ? [
          '⚠️ This pull request changes how the model is judged (`gate` or `evaluate` in `tidegate.yaml`). Review this change first.',
        ]
      : []),
    ...(candidates.length > 1
      ? [
          `This is candidate number ${candidates.length} that was evaluated on this test data; repeated looks weaken the evidence. The release evaluates again.`,
        ]
      : []),
  ];
  return notes.map((note) => `> ${note}`).join('\n>\n');
}
