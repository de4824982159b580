import { readTrackedProject } from '../../core/adapters/dvc/dvc-project-reader.ts';
import { parsePlain } from '../../core/adapters/dvc/parse-plain.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import type { GitCommit } from '../../core/adapters/git/git-commit.ts';
import { formatRunInputs } from '../../core/domain/train/run-inputs.ts';
import { upstreamStages } from '../../core/domain/train/stage-order.ts';
import { UserError } from '../../core/errors.ts';
import type { EvaluationRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import { CommitRunSource } from '../../core/usecases/train/commit-run-source.ts';
import { identifyRun } from '../../core/usecases/train/identify-run.ts';
import type { ActionContext } from '../action-context.ts';
import { type DvcPlace, findDvc } from '../find-dvc.ts';
import type { LoadedModel } from '../load-model.ts';
import { chooseWork } from '../training-work.ts';

/**
 * Inputs of a training of a commit, from the commit alone: the run report comes from the job that ran the team's code,
 * and what is restored by this digest later must not rest on its word.
 */
export async function identifyInputs(
  context: Pick<ActionContext, 'env' | 'workingDirectory'>,
  commit: GitCommit | undefined,
  loaded: Pick<LoadedModel, 'model'>,
): Promise<NonNullable<EvaluationRequest['inputs']>> {
  if (commit === undefined) return { reason: 'there is no commit' };
  if (loaded.model.train === undefined) return { reason: 'tidegate.yaml does not say how the model is trained' };
  try {
    return await identify(commit, findDvc(context), loaded);
  } catch (error) {
    if (error instanceof UserError) return { reason: error.message };
    throw error;
  }
}

const NO_PROJECT = { outputs: [], stages: [], refusals: [] };

async function identify(
  checkedOut: GitCommit,
  { root, folder, hasDvc }: DvcPlace,
  { model }: Pick<LoadedModel, 'model'>,
): Promise<NonNullable<EvaluationRequest['inputs']>> {
  const commit = checkedOut.at(root);
  const project = hasDvc ? await readTrackedProject(commit) : NO_PROJECT;
  const chosen = chooseWork({ model }, { stages: undefined, command: undefined });
  const work =
    chosen.kind === 'command'
      ? { ...chosen, params: model.train?.params }
      : { kind: 'stages' as const, stages: upstreamStages(project, chosen.names, folder) };
  const hasher = new FileArtifactHasher();
  const source = new CommitRunSource(commit, parsePlain);
  const found = await identifyRun({ project, work, folder }, { source, hasher });
  if (found.kind === 'unknown') return { reason: `the commit does not name the content of ${found.path}` };
  return { digest: hasher.hashText(formatRunInputs(found.identity)) };
}
