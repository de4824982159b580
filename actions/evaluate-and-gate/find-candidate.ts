import { cp, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isThere } from '../../core/adapters/files/absent.ts';
import { isTableAddress } from '../../core/domain/warehouse/table-reference.ts';
import { UserError } from '../../core/errors.ts';
import type { EvaluationRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';
import { fetchTable } from '../fetch-table.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { judgedPaths, placeMadeFiles } from '../made-files.ts';
import { fetchModel, handedOver, handedOverFiles, modelFolder } from '../model-artifact.ts';
import { takePredictions } from '../predictions-files.ts';
import { loadReport, reportPath } from '../report-files.ts';
import type { RunArtifact } from '../workflow-artifact.ts';
import type { inputs } from './inputs.ts';

type Values = InputValues<typeof inputs>;

/** Subject of a judgement, and the workflow artifact that brought it. */
export interface FoundCandidate {
  readonly candidate: EvaluationRequest['candidate'];
  /** Undefined: this job has it. */
  readonly source: RunArtifact | undefined;
}

/**
 * The candidate: what the inputs name; else the workflow artifact whose id they give; else what is in the workspace; else
 * the newest `-model` of this run. What training made comes with its run report and the other files that judging reads.
 *
 * @throws {UserError} DATA_NOT_FOUND where the workflow artifact does not hold what tidegate.yaml names.
 */
export async function findCandidate(
  context: ActionContext,
  loaded: LoadedModel,
  values: Values,
): Promise<FoundCandidate> {
  const { name, model } = loaded;
  const candidate = await namedCandidate(context, loaded, values);
  const isGiven = values['artifact-path'] !== undefined || values['predictions-path'] !== undefined;
  const id = values['model-artifact-id'];
  if (id === undefined && (isGiven || isThere(candidate.path.absolute))) return { candidate, source: undefined };
  const source = await fetchModel(context, name, id);
  if (source === undefined) return { candidate, source };
  await takeOver(context, loaded);
  if (isGiven || candidate.kind === 'predictions') return { candidate, source };
  const absolute = handedOver(context.env, name, model.artifact);
  if (isThere(absolute)) return { candidate: { kind: 'artifact', path: { shown: model.artifact, absolute } }, source };
  throw new UserError('DATA_NOT_FOUND', `the workflow artifact ${source.name} does not contain ${model.artifact}`, {
    fix: 'Run the action train in an earlier job, or set artifact-path.',
  });
}

async function namedCandidate(
  context: ActionContext,
  { model }: LoadedModel,
  values: Values,
): Promise<EvaluationRequest['candidate']> {
  if (model.task === 'custom') return artifactOf(context, values['artifact-path'] ?? model.artifact);
  const predictions = values['predictions-path'] ?? model.evaluate.predictions?.path;
  // Scores in the warehouse are those of an artifact, which is what is judged.
  const isInWarehouse = isTableAddress(values['dataset-path'] ?? model.evaluate.dataset);
  if (isInWarehouse || predictions === undefined || values['artifact-path'] !== undefined) {
    return artifactOf(context, values['artifact-path'] ?? model.artifact);
  }
  const fix = 'Check evaluate.predictions in tidegate.yaml, or the input predictions-path.';
  const { absolute, folder } = await fetchTable(context, predictions, { folder: 'predictions', fix });
  // The digest of what is judged is that of a file or folder.
  return { kind: 'predictions', path: { shown: predictions, absolute: folder ?? absolute } };
}

function artifactOf({ workingDirectory }: ActionContext, shown: string): EvaluationRequest['candidate'] {
  return { kind: 'artifact', path: { shown, absolute: resolve(workingDirectory, shown) } };
}

/** The run report and the files that training made for the judge, read as what another party wrote. */
async function takeOver({ env, workingDirectory }: ActionContext, { name, model }: LoadedModel): Promise<void> {
  const run = join(modelFolder(env, name), 'run.json');
  if (isThere(run)) {
    await loadReport(run, 'run');
    const path = reportPath(env, name, 'run');
    await mkdir(dirname(path), { recursive: true });
    await cp(run, path);
  }
  await takePredictions(env, name, modelFolder(env, name));
  await placeMadeFiles(handedOverFiles(env, name), workingDirectory, judgedPaths(model));
}
