import type { ModelConfig } from '../../config/tidegate-config.ts';
import { newestAttemptsFirst } from '../../domain/model/workflow-artifact.ts';
import { UserError } from '../../errors.ts';
import type { CheckRun, Checks } from '../../ports/github/checks.ts';
import type { Comments } from '../../ports/github/comments.ts';
import type { WorkflowArtifact, Workflows } from '../../ports/github/workflows.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import {
  type CommentData,
  countLook,
  parseCommentData,
  renderEvaluationComment,
  renderUnreadableComment,
  showsNewerRun,
} from '../../render/comment.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { MAX_REPORT_ZIP_BYTES } from '../../reports/limits.ts';
import type { BotParser } from '../registry/in-process-parser.ts';
import { evaluationCheck } from './evaluation-check.ts';
import { ownReportComments, showComments } from './sticky-comments.ts';

/** A finished workflow run of a pull request; every field from GitHub's event, none from a document of the run. */
export interface PublishRequest {
  readonly model: string;
  readonly config: ModelConfig;
  readonly pullRequest: number;
  readonly headSha: string;
  readonly runId: number;
  readonly runAttempt: number;
  /** The run did not succeed: a report of an earlier attempt says nothing about this one. */
  readonly hasFailed: boolean;
  /** The pull request changes this model's part of tidegate.yaml. */
  readonly gateChanged: boolean;
}

/** Result of publishing. */
export interface Published {
  readonly isJudged: boolean;
  /** For the log. */
  readonly did: string;
}

/** Dependencies of publishing. */
export interface PublishPorts {
  readonly workflows: Workflows;
  readonly archive: ReportArchive;
  readonly comments: Comments;
  readonly checks: Pick<Checks, 'show'>;
  readonly parser: Pick<BotParser, 'readReport'>;
}

/**
 * Shows what a run judged: one sticky comment and one check run. The reports come from the pull request's own code and
 * are read as hostile: sizes before anything is downloaded or unpacked, then schemas, then escaped text.
 *
 * @returns What was done, for the log; `isJudged: false` where the run has no report of the model.
 */
export async function publishEvaluation(request: PublishRequest, ports: PublishPorts): Promise<Published> {
  const { model, pullRequest, headSha, runId } = request;
  const artifacts = await ports.workflows.artifacts(runId);
  try {
    const found = reportOf(request, artifacts);
    if (typeof found === 'string') return { isJudged: found === LATER, did: found };
    const earlier = await ownReportComments(request, ports.comments);
    const shown = parseCommentData(earlier[0]?.body);
    if (showsNewerRun(shown, request)) return { isJudged: true, did: 'a later run of this commit is shown' };
    const report = await readEvaluation(request, found, ports);
    const looks = countLook(shown, report);
    const bodiesOf = (run: CommentData['run']) =>
      renderEvaluationComment({ report, looks: { ...looks, run }, gateChanged: request.gateChanged });
    const same = bodiesOf(shown?.run);
    // Another run with the same report changes nothing.
    const bodies = same[0] === earlier[0]?.body ? same : bodiesOf({ id: runId, head: headSha });
    await ports.checks.show(evaluationCheck(report, headSha));
    return { isJudged: true, did: await showComments(pullRequest, { earlier, bodies }, ports.comments) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await ports.checks.show(unreadableCheck(request, error));
    const earlier = await ownReportComments(request, ports.comments);
    const shown = parseCommentData(earlier[0]?.body);
    const looks = shown && { ...shown, run: { id: runId, head: headSha } };
    const bodies = [renderUnreadableComment(model, error.message, looks)];
    await showComments(pullRequest, { earlier, bodies }, ports.comments);
    return { isJudged: true, did: `the report cannot be read: ${error.code}` };
  }
}

const NONE = 'the run has no report of this model';
const LATER = 'a later attempt of the run has a report of this model';

/** The report of the newest attempt that is not above the event's; of a run that failed only its own attempt's. */
function reportOf(
  { model, runAttempt, hasFailed }: PublishRequest,
  artifacts: readonly WorkflowArtifact[],
): WorkflowArtifact | typeof NONE | typeof LATER {
  const made = newestAttemptsFirst({ kind: 'report', model }, artifacts);
  const found = made.find(({ attempt }) => (hasFailed ? attempt === runAttempt : attempt <= runAttempt));
  if (found !== undefined) return found.artifact;
  return hasFailed && made.some(({ attempt }) => attempt > runAttempt) ? LATER : NONE;
}

/** Dependencies of reading a report. */
export interface ReadingPorts {
  readonly workflows: Pick<Workflows, 'download'>;
  readonly archive: ReportArchive;
  readonly parser: Pick<BotParser, 'readReport'>;
}

/**
 * The report in a workflow artifact that a pull request's own code uploaded.
 *
 * @throws {UserError} REPORT_TOO_LARGE, REPORT_NOT_FOUND, REPORT_INVALID, and as the parser.
 */
export async function readEvaluation(
  { model }: Pick<PublishRequest, 'model'>,
  artifact: WorkflowArtifact,
  { workflows, archive, parser }: ReadingPorts,
): Promise<EvaluationReport> {
  if (artifact.sizeBytes > MAX_REPORT_ZIP_BYTES) {
    throw new UserError('REPORT_TOO_LARGE', `the workflow artifact has ${artifact.sizeBytes} bytes`, {
      fix: 'Keep the artifact with the report below 32 MiB, or read the summary of the workflow run.',
    });
  }
  const files = await archive.read(() => workflows.download(artifact.id), ['evaluation.json']);
  const bytes = files.get('evaluation.json');
  if (bytes === undefined) {
    throw new UserError('REPORT_NOT_FOUND', 'the workflow artifact has no evaluation.json', {
      fix: 'Run evaluate-and-gate in this workflow.',
    });
  }
  const report = await parser.readReport('evaluation', bytes);
  if (report.model === model) return report;
  throw new UserError('REPORT_INVALID', 'the report and its artifact are of different models', {
    fix: 'Check which step made the artifact.',
  });
}

function unreadableCheck({ model, headSha }: PublishRequest, error: UserError): CheckRun {
  return {
    name: `tidegate / ${model}`,
    headSha,
    conclusion: 'failure',
    title: 'The report cannot be read',
    summary: `The report of this run cannot be read (${error.code}). A report that cannot be read never passes.`,
    annotations: [],
  };
}
