import type { ModelConfig } from '../../config/tidegate-config.ts';
import { newestArtifact } from '../../domain/model/workflow-artifact.ts';
import { UserError } from '../../errors.ts';
import type { CheckRun, Checks } from '../../ports/github/checks.ts';
import type { Comments } from '../../ports/github/comments.ts';
import type { WorkflowArtifact, Workflows } from '../../ports/github/workflows.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import { countLook, parseCommentData, renderEvaluationComment, renderUnreadableComment } from '../../render/comment.ts';
import { formatMarker } from '../../render/text/marker.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { MAX_REPORT_ZIP_BYTES } from '../../reports/limits.ts';
import type { BotParser } from '../registry/in-process-parser.ts';
import { evaluationCheck } from './evaluation-check.ts';

/** A finished workflow run of a pull request; every field from GitHub's event, none from a document of the run. */
export interface PublishRequest {
  readonly model: string;
  readonly config: ModelConfig;
  readonly pullRequest: number;
  readonly headSha: string;
  readonly runId: number;
  readonly runAttempt: number;
  /** The pull request changes this model's part of tidegate.yaml. */
  readonly gateChanged: boolean;
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
 * @returns What was done, for the log.
 */
export async function publishEvaluation(request: PublishRequest, ports: PublishPorts): Promise<string> {
  const { model, pullRequest, runAttempt } = request;
  const artifacts = await ports.workflows.artifacts(request.runId);
  try {
    const artifact = newestArtifact({ kind: 'report', model }, artifacts, runAttempt);
    if (artifact === undefined) return 'the run has no report of this model';
    const report = await readEvaluation(request, artifact, ports);
    const earlier = await ownComments(request, ports);
    const looks = countLook(parseCommentData(earlier[0]?.body), report);
    const bodies = renderEvaluationComment({ report, looks, gateChanged: request.gateChanged });
    await ports.checks.show(evaluationCheck(report, request.headSha));
    return await showComments(pullRequest, { earlier, bodies }, ports.comments);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await ports.checks.show(unreadableCheck(request, error));
    const bodies = [renderUnreadableComment(model, error.message)];
    await showComments(pullRequest, { earlier: await ownComments(request, ports), bodies }, ports.comments);
    return `the report cannot be read: ${error.code}`;
  }
}

function ownComments({ model, pullRequest }: PublishRequest, { comments }: PublishPorts) {
  return comments.own(pullRequest, formatMarker('report', model));
}

async function readEvaluation(
  { model }: PublishRequest,
  artifact: WorkflowArtifact,
  { workflows, archive, parser }: PublishPorts,
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

/** One comment a part, edited in place; parts that are no longer needed are hidden as outdated. */
async function showComments(
  pullRequest: number,
  {
    earlier,
    bodies,
  }: { readonly earlier: readonly { id: number; body: string }[]; readonly bodies: readonly string[] },
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
