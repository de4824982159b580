import { relative } from 'node:path';
import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import type { ActionContext } from '../action-context.ts';
import { uploadReports } from '../judged-reports.ts';
import type { LoadedModel } from '../load-model.ts';
import { findMadeFiles, judgedPaths } from '../made-files.ts';
import { packModel, uploadModel } from '../model-artifact.ts';
import { loadOptionalReport, reportPath } from '../report-files.ts';
import { ownWorkflowArtifact, type RunArtifact, removeWorkflowArtifact } from '../workflow-artifact.ts';
import type { FoundCandidate } from './find-candidate.ts';

/** The workflow artifacts that jobs after this one take up; null where there is no runner to upload to. */
export interface UploadedEvaluation {
  readonly report: RunArtifact | null;
  readonly model: RunArtifact | null;
}

/**
 * Uploads the reports, and the judged artifact where the run does not have exactly these bytes yet: register takes up both.
 *
 * @param digest Of what was judged.
 */
export async function uploadEvaluation(
  context: ActionContext,
  loaded: Pick<LoadedModel, 'name' | 'model'>,
  judged: FoundCandidate & { readonly digest: string },
): Promise<UploadedEvaluation> {
  const model = judged.source ?? (await ownModel(context, loaded, judged));
  return { report: await uploadReports(context, loaded.name), model };
}

/** Artifact that train of this job uploaded, if it is the judged one; else the judged artifact, in its place. */
async function ownModel(
  context: ActionContext,
  { name, model }: Pick<LoadedModel, 'name' | 'model'>,
  { candidate, digest }: FoundCandidate & { readonly digest: string },
): Promise<RunArtifact | null> {
  const subject = { kind: 'model', model: name } as const;
  const earlier = await ownWorkflowArtifact(context, subject);
  const run = await loadOptionalReport(reportPath(context.env, name, 'run'), 'run');
  if (earlier !== undefined && (candidate.kind === 'predictions' || run?.artifact.digest === digest)) return earlier;
  const location = candidate.kind === 'predictions' ? undefined : candidate.path.absolute;
  const artifact = location === undefined ? undefined : { location, path: model.artifact };
  await packModel(context, name, { artifact, files: await resultFiles(context, model, candidate) });
  if (earlier !== undefined) await removeWorkflowArtifact(context, subject);
  return uploadModel(context, name);
}

/** Files of the workspace that belong to the judged model: what a model of `task: custom` was judged by, or predictions. */
async function resultFiles(
  context: ActionContext,
  model: ModelConfig,
  candidate: FoundCandidate['candidate'],
): Promise<readonly string[]> {
  if (model.task !== 'custom') return predictionFiles(context, candidate);
  return findMadeFiles(context.workingDirectory, judgedPaths(model), () => true);
}

/** A table of predictions of the workspace, which is registered with its model. */
function predictionFiles(
  { workingDirectory }: ActionContext,
  candidate: FoundCandidate['candidate'],
): readonly string[] {
  if (candidate.kind !== 'scored-artifact' || candidate.scoredBy !== 'predictions') return [];
  const file = relative(workingDirectory, candidate.predictions.absolute);
  return file.startsWith('..') || candidate.table === undefined ? [] : [file];
}
