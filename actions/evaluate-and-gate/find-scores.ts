import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isThere } from '../../core/adapters/files/absent.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import type { CustomModelConfig } from '../../core/config/tidegate-config.ts';
import { tableEnding } from '../../core/domain/examples/examples-path.ts';
import { UserError } from '../../core/errors.ts';
import type { PredictionsReport } from '../../core/reports/predictions-report.ts';
import type {
  EvaluationRequest,
  HandedScores,
  ScoredArtifact,
  ShownPath,
} from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';
import type { LoadedModel } from '../load-model.ts';
import { handedOver } from '../model-artifact.ts';
import { loadPredictions, predictionsFolder, scoredBefore } from '../predictions-files.ts';
import type { FoundCandidate } from './find-candidate.ts';

/** A candidate with the scores that code of the team computed, and those of the champion. */
export type CandidateScores = Pick<EvaluationRequest, 'candidate' | 'championScores'>;

/**
 * Adds the scores of a model that the judge does not run: those that training left, or a table of predictions next to the
 * model that they are of.
 *
 * @throws {UserError} REPORT_NOT_FOUND where a model is to be scored by code of the team and was not; ARTIFACT_MISMATCH where
 *   another model was scored.
 */
export async function findScores(
  context: ActionContext,
  loaded: LoadedModel,
  { candidate, source }: FoundCandidate,
): Promise<CandidateScores> {
  if (loaded.model.task === 'custom') return { candidate: await withExamples(context, loaded.model, candidate) };
  if (candidate.kind === 'predictions') {
    const model = await withModel(context, loaded, { predictions: candidate.path, isHandedOver: source !== undefined });
    return { candidate: model ?? candidate };
  }
  if ((await scoredBefore(loaded.model, candidate.path.absolute)) === undefined) return { candidate };
  const report = await loadPredictions(context.env, loaded.name);
  const folder = predictionsFolder(context.env, loaded.name);
  await expectScored(candidate.path, report);
  const table = report.candidate.predictions;
  const scored: ScoredArtifact = {
    kind: 'scored-artifact',
    path: candidate.path,
    predictions: {
      shown: `predictions of ${candidate.path.shown}`,
      absolute: await checkedTable(folder, table),
    },
    scoredBy: report.scoredBy,
    datasetDigest: report.dataset.digest,
    table,
  };
  return { candidate: scored, ...(await championScores(report, folder)) };
}

async function expectScored({ shown, absolute }: ShownPath, { candidate }: PredictionsReport): Promise<void> {
  const { digest } = await new FileArtifactHasher().hash(absolute);
  if (digest === candidate.digest) return;
  throw new UserError('ARTIFACT_MISMATCH', `training scored the model ${candidate.digest}, but ${shown} is ${digest}`, {
    fix: 'Judge what the action train made: let no step change the artifact after it.',
  });
}

/** The file of a table, which has the bytes that its report says. */
async function checkedTable(
  folder: string,
  { file, digest }: PredictionsReport['candidate']['predictions'],
): Promise<string> {
  const path = join(folder, file);
  const found = isThere(path) ? (await new FileArtifactHasher().hash(path)).digest : 'not there';
  if (found === digest) return path;
  throw new UserError('ARTIFACT_MISMATCH', `the predictions ${file} are ${found}, and their report says ${digest}`, {
    fix: 'Run the job that trains again, and let no step change the predictions.',
  });
}

async function championScores(
  { champion, dataset, scoredBy }: PredictionsReport,
  folder: string,
): Promise<Pick<CandidateScores, 'championScores'>> {
  if (champion === undefined) return {};
  const { digest, predictions, commit, environment, problem } = champion;
  const known = { digest, datasetDigest: dataset.digest, scoredBy };
  if (predictions === undefined) {
    const note = problem ?? 'no one says why';
    return { championScores: { ...known, predictions: undefined, note } satisfies HandedScores };
  }
  const packages = environment === 'own' ? ', with the packages that it had then' : '';
  const by =
    commit === undefined ? 'by the code of this pull request' : `by the code of its own commit ${commit.slice(0, 7)}`;
  const path = { shown: 'predictions of the champion', absolute: await checkedTable(folder, predictions) };
  return { championScores: { ...known, predictions: path, note: `it was scored ${by}${packages}` } };
}

/** Predictions next to the model that they are of; undefined where there is no model. */
async function withModel(
  { env, workingDirectory }: ActionContext,
  { name, model }: LoadedModel,
  { predictions, isHandedOver }: { readonly predictions: ShownPath; readonly isHandedOver: boolean },
): Promise<ScoredArtifact | undefined> {
  // What train of this job packed is a copy of what the workspace has, and is packed again.
  const absolute = isHandedOver ? handedOver(env, name, model.artifact) : resolve(workingDirectory, model.artifact);
  if (!isThere(absolute) || absolute === predictions.absolute) return undefined;
  const table = (await isFile(predictions.absolute)) ? await tableOf(predictions.absolute) : undefined;
  const path = { shown: model.artifact, absolute };
  return { kind: 'scored-artifact', path, predictions, scoredBy: 'predictions', datasetDigest: undefined, table };
}

/** A model with its values per example, which are registered with it as predictions are. */
async function withExamples(
  { workingDirectory }: ActionContext,
  { evaluate: { examples } }: CustomModelConfig,
  candidate: FoundCandidate['candidate'],
): Promise<FoundCandidate['candidate']> {
  if (examples === undefined || candidate.kind !== 'artifact') return candidate;
  const absolute = resolve(workingDirectory, examples);
  const table = (await isFile(absolute)) ? await tableOf(absolute) : undefined;
  const predictions = { shown: examples, absolute };
  return {
    ...candidate,
    kind: 'scored-artifact',
    predictions,
    scoredBy: 'predictions',
    datasetDigest: undefined,
    table,
  };
}

async function isFile(path: string): Promise<boolean> {
  return isThere(path) && (await stat(path)).isFile();
}

async function tableOf(path: string): Promise<ScoredArtifact['table']> {
  const ending = tableEnding(path);
  if (ending === undefined) return undefined;
  const { digest, sizeBytes } = await new FileArtifactHasher().hash(path);
  return { file: `candidate${ending}`, digest, sizeBytes };
}
