import { readTrackedProject } from '../../core/adapters/dvc/dvc-project-reader.ts';
import { parsePlain } from '../../core/adapters/dvc/parse-plain.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import type { GitCommit } from '../../core/adapters/git/git-commit.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import type { ModelConfig, TidegateConfig } from '../../core/config/tidegate-config.ts';
import { isWithin, pathWithin } from '../../core/domain/data/repository-path.ts';
import { once } from '../../core/domain/inference/once.ts';
import type { ModelReads } from '../../core/domain/plan/affected-models.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { upstreamStages } from '../../core/domain/train/stage-order.ts';
import { UserError } from '../../core/errors.ts';
import { collectModelReads, type ReadsRequest } from '../../core/usecases/plan/collect-model-reads.ts';
import { CommitRunSource } from '../../core/usecases/train/commit-run-source.ts';
import type { TrainingWork } from '../../core/usecases/train/training-work.ts';
import type { DvcPlace } from '../find-dvc.ts';
import { chooseWork, notSources } from '../training-work.ts';

/** A commit with the tidegate.yaml that it has, as a plan reads it. */
export interface PlannedCommit {
  readonly config: TidegateConfig;
  /** Everything that a model reads there; why not, where that cannot be told. */
  readonly readsOf: (name: string, scope: ReadsRequest['scope']) => Promise<ModelReads>;
}

/** Parts of a plan that are the same for both commits. */
export interface PlanPlace {
  readonly workingDirectory: string;
  readonly dvc: DvcPlace;
  /** The file of the workflow that runs, relative to the top of the repository; undefined outside of one. */
  readonly workflow: { readonly top: string; readonly path: string } | undefined;
}

/** `uses: ./.github/actions/setup`: an action or a workflow of the repository itself. */
const LOCAL_USE = /\buses["']?\s*:\s*["']?\.\/([^\s"'#]*)/g;
const NO_PROJECT = { outputs: [], stages: [], refusals: [] };

/**
 * Reads the models of a commit.
 *
 * @throws {UserError} CONFIG_NOT_FOUND or CONFIG_INVALID for its tidegate.yaml, COMMIT_UNREADABLE.
 */
export async function readPlannedCommit(commit: GitCommit, place: PlanPlace): Promise<PlannedCommit> {
  const text = await commit.at(place.workingDirectory).text(CONFIG_FILE);
  if (text === undefined) {
    throw new UserError('CONFIG_NOT_FOUND', `commit ${commit.sha.slice(0, 12)} has no ${CONFIG_FILE}`, {
      fix: 'Commit tidegate.yaml, or set working-directory to its folder.',
    });
  }
  const { config } = parseConfig(text);
  const files = openFiles(commit.at(place.dvc.root), place.dvc);
  const workflow = await workflowText(commit, place);
  const shared = { warehouse: config.warehouse };
  return {
    config,
    readsOf: async (name, scope) => {
      const model = config.models[name];
      if (model === undefined) return { kind: 'unknown', reason: `${CONFIG_FILE} does not have the model` };
      const found = await orReason(() => readsOf(files, { name, model, shared, scope }));
      if (found.kind === 'unknown' || place.workflow === undefined || scope === 'training') return found;
      return { ...found, identities: new Map([...found.identities, [place.workflow.path, workflow ?? 'absent']]) };
    },
  };
}

/** Files of a commit that all models share, read once. */
interface CommitFilesOfPlan {
  readonly commit: GitCommit;
  readonly folder: string;
  readonly project: () => Promise<Parameters<typeof upstreamStages>[0] & ReadsRequest['project']>;
  readonly links: () => Promise<ReadsRequest['links']>;
  readonly executables: () => Promise<ReadsRequest['executables']>;
}

function openFiles(commit: GitCommit, { folder, hasDvc }: DvcPlace): CommitFilesOfPlan {
  return {
    ...{ commit, folder },
    project: once(async () => (hasDvc ? readTrackedProject(commit) : NO_PROJECT)),
    links: once(() => commit.links()),
    executables: once(() => commit.executables()),
  };
}

async function readsOf(
  { commit, folder, ...files }: CommitFilesOfPlan,
  of: Pick<ReadsRequest, 'name' | 'model' | 'shared' | 'scope'>,
): Promise<ModelReads> {
  const project = await files.project();
  const request = {
    ...{ ...of, project, folder, ignored: notSources(of.model) },
    ...{ links: await files.links(), executables: await files.executables() },
    work: workOf(of.model, project, folder),
  };
  return collectModelReads(request, {
    source: new CommitRunSource(commit, parsePlain),
    hasher: new FileArtifactHasher(),
  });
}

function workOf(
  model: ModelConfig,
  project: Parameters<typeof upstreamStages>[0],
  folder: string,
): TrainingWork | undefined {
  if (model.train === undefined) return undefined;
  const chosen = chooseWork({ model }, { stages: undefined, command: undefined });
  if (chosen.kind === 'command') return { ...chosen, params: model.train.params };
  return { kind: 'stages', stages: upstreamStages(project, chosen.names, folder) };
}

/** Its packages, secrets and versions of actions are part of how a model is made. */
async function workflowText(commit: GitCommit, { workflow }: PlanPlace): Promise<string | undefined> {
  if (workflow === undefined) return undefined;
  const ofTop = commit.at(workflow.top);
  const text = await ofTop.text(workflow.path);
  const used = [...(text ?? '').matchAll(LOCAL_USE)].flatMap(([, path]) => pathWithin('', path ?? '') ?? []);
  if (used.length === 0) return text;
  // What it uses may use more: all actions and workflows of the repository are a part of it then.
  const places = ['.github/actions', '.github/workflows', ...used];
  const files = (await ofTop.files()).filter((file) => places.some((place) => isWithin(file, place)));
  return JSON.stringify([text, ...(await ofTop.digests(files))]);
}

async function orReason(read: () => Promise<ModelReads>): Promise<ModelReads> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) return { kind: 'unknown', reason: error.message };
    throw error;
  }
}
