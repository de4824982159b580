import { rm } from 'node:fs/promises';
import { formatCount } from '../../core/domain/text/format-number.ts';
import { renderEvaluationSummary } from '../../core/render/evaluation/evaluation.ts';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import type { ActionContext } from '../action-context.ts';
import { expectCommittedConfig, openCommit } from '../commit.ts';
import { readInputs } from '../inputs.ts';
import { loadModel } from '../load-model.ts';
import { reportPath, writeReport } from '../report-files.ts';
import { type AssembledJudging, assembleJudging } from './assemble-judging.ts';
import { conclude } from './conclude.ts';
import { findCandidate } from './find-candidate.ts';
import { findScores } from './find-scores.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { uploadEvaluation } from './upload-evaluation.ts';
import { writePages } from './write-pages.ts';

/** Judges the candidate; a failed gate is a result, so everything is written before the step fails. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadModel(context, values.model);
  const commit = await openCommit(context);
  // At home a person tries a change before it is committed.
  if (context.isRunner) await expectCommittedConfig(commit, loaded);
  const found = await findCandidate(context, loaded, values);
  const scores = await findScores(context, loaded, found);
  const judging = await assembleJudging(context, loaded, { values, ...scores, commit });
  const { evaluation, profile } = await judge(context, judging);
  const path = await writeReport(reportPath(context.env, loaded.name, 'evaluation'), 'evaluation', evaluation);
  const profilePath = reportPath(context.env, loaded.name, 'profile');
  if (profile === null) await rm(profilePath, { force: true });
  else await writeReport(profilePath, 'profile', profile);
  const summary = renderEvaluationSummary(evaluation);
  const summaryPath = await writePages(context, { evaluation, summary }, values);
  const judged = { ...found, candidate: scores.candidate, digest: evaluation.candidate.digest };
  const uploaded = await uploadEvaluation(context, loaded, judged);
  outputs.write(context, {
    verdict: evaluation.verdict,
    metrics: JSON.stringify(overallMetrics(evaluation)),
    'report-path': path,
    'summary-path': summaryPath,
    'artifact-name': uploaded.report?.name ?? null,
    'report-artifact-id': uploaded.report?.id ?? null,
    'model-artifact-id': uploaded.model?.id ?? null,
  });
  await context.appendSummary(summary);
  conclude(context, evaluation, values['fail-on']);
}

async function judge(
  context: ActionContext,
  { request, evaluate, close }: AssembledJudging,
): ReturnType<AssembledJudging['evaluate']> {
  const { candidate, dataset, championSelector } = request;
  context.log.info(`Judging ${candidate.path.shown} on ${dataset.shown}, champion: ${championSelector}`);
  const started = performance.now();
  try {
    const result = await evaluate();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    context.log.info(`Judged on ${formatCount(result.evaluation.dataset.rows)} rows in ${seconds} s`);
    return result;
  } finally {
    await close();
  }
}

function overallMetrics({ metrics }: EvaluationReport): Readonly<Record<string, number | null>> {
  return Object.fromEntries(metrics.filter(({ slice }) => slice === undefined).map(({ name, value }) => [name, value]));
}
