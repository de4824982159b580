import type { CommentData } from './comment.ts';
import { fencedCode } from './text/fenced-code.ts';
import { inlineCode } from './text/inline-code.ts';
import { formatDataBlock, formatMarker } from './text/marker.ts';

/** A workflow run that ended without a report of a model. */
export interface FailedRunView {
  readonly model: string;
  readonly headSha: string;
  readonly runId: number;
  /** `failure`, `cancelled`, `timed_out` or `startup_failure`. */
  readonly conclusion: string;
  /** The job that failed first; undefined where GitHub names none. */
  readonly job: { readonly name: string; readonly step: string | undefined } | undefined;
  /** Names of the other jobs that did not succeed. */
  readonly others: readonly string[];
  /** The last lines of the log of the job, as the job printed them; undefined where it cannot be read. */
  readonly log: string | undefined;
}

const ZERO_WIDTH_SPACE = '\u200b';
const WORDS: Readonly<Record<string, string>> = {
  cancelled: 'was cancelled',
  timed_out: 'ran out of time',
  startup_failure: 'could not start',
};
/** Chosen: a workflow of a model has two or three jobs. */
const MAX_OTHERS = 5;

/** The comment about it. `looks`: what the comment remembered so far, which a run without a verdict does not change. */
export function renderFailedRunComment(view: FailedRunView, looks: CommentData | undefined): string {
  const title = `### Tidegate · ${view.model} · ⛔ not judged`;
  const data = looks === undefined ? '' : `\n\n${formatDataBlock(looks)}`;
  return `${formatMarker('report', view.model)}\n${title}\n\n${renderFailedRun(view, `[the run](../actions/runs/${view.runId})`)}${data}\n`;
}

/** The same without a title. `link`: to the run, where a relative one works. */
export function renderFailedRun(view: FailedRunView, link = 'the run'): string {
  const { job, others, headSha, conclusion } = view;
  const word = WORDS[conclusion] ?? 'failed';
  const at = job === undefined ? '' : ` ${placeOf(job)}.`;
  const more =
    others.length === 0
      ? ''
      : ` Also not successful: ${others
          .slice(0, MAX_OTHERS)
          .map((name) => inlineCode(name, 100))
          .join(', ')}.`;
  return [
    `The workflow run of ${inlineCode(headSha.slice(0, 12))} ${word} before the model was judged.${at}${more} A commit without a verdict never passes.`,
    renderLog(view, link),
    'Fix the error and push, or run the workflow again.',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** One line of plain text. */
export function failedRunTitle({ job, conclusion }: FailedRunView): string {
  const word = WORDS[conclusion] ?? 'failed';
  if (job === undefined) return `Not judged: the workflow run ${word}`;
  return `Not judged: ${(job.step ?? job.name).slice(0, 100).replace(/\p{C}/gu, '\uFFFD')} ${word}`;
}

function placeOf({ name, step }: NonNullable<FailedRunView['job']>): string {
  const job = `the job ${inlineCode(name, 100)}`;
  return step === undefined ? `It ended in ${job}` : `It ended in the step ${inlineCode(step, 100)} of ${job}`;
}

function renderLog({ job, log }: FailedRunView, link: string): string {
  if (job === undefined) return '';
  if (log === undefined || log === '') return `Its log cannot be read from here: see ${link}.`;
  // No one is mentioned in code either, but for those who quote it.
  const quoted = fencedCode(log, 'text').replaceAll('@', `@${ZERO_WIDTH_SPACE}`);
  return `The last lines of its log (all of it: ${link}):\n\n${quoted}`;
}
