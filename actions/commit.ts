import { relative, sep } from 'node:path';
import { FileDataBytes } from '../core/adapters/dvc/data-bytes.ts';
import { DvcCache } from '../core/adapters/dvc/dvc-cache.ts';
import { readTrackedProject } from '../core/adapters/dvc/dvc-project-reader.ts';
import { readCacheSettings, readDvcConfig } from '../core/adapters/dvc/read-dvc-config.ts';
import { FileArtifactHasher } from '../core/adapters/files/file-artifact-hasher.ts';
import { GitCommit } from '../core/adapters/git/git-commit.ts';
import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import { UserError } from '../core/errors.ts';
import { CommitOrigins } from '../core/usecases/evaluate/commit-origins.ts';
import type { DatasetOrigins } from '../core/usecases/evaluate/dataset-origins.ts';
import { UncheckedOrigins } from '../core/usecases/evaluate/unchecked-origins.ts';
import type { ActionContext } from './action-context.ts';
import { findDvc } from './find-dvc.ts';
import type { LoadedModel } from './load-model.ts';
import { reportSource } from './report-files.ts';

type CommitContext = Pick<ActionContext, 'env' | 'workingDirectory'>;

/**
 * The commit that this run is for: of a pull request its merge with the base, or its head where that is checked out.
 * Undefined where there is no repository.
 */
export async function openCommit({ env, workingDirectory }: CommitContext): Promise<GitCommit | undefined> {
  const { commit, headCommit } = await reportSource(env);
  const expected = [commit, headCommit].filter((sha) => sha !== null);
  return GitCommit.open({ directory: workingDirectory, env, expected });
}

/**
 * Holds that the gate is the one of the commit: a step before this one, such as a training, may have written the file.
 *
 * @throws {UserError} CONFIG_MODIFIED where the commit has another tidegate.yaml.
 */
export async function expectCommittedConfig(
  commit: GitCommit | undefined,
  { text }: Pick<LoadedModel, 'text'>,
): Promise<void> {
  const committed = await commit?.text(CONFIG_FILE);
  if (commit === undefined || committed === undefined || committed === text) return;
  throw new UserError('CONFIG_MODIFIED', `tidegate.yaml is not the one of commit ${commit.sha.slice(0, 12)}`, {
    fix: 'Commit the change, and do not change tidegate.yaml in a step before the model is judged.',
    place: { file: CONFIG_FILE },
  });
}

/** Origins of datasets, by the blobs and pointers of a commit. */
export async function openOrigins(context: CommitContext, commit: GitCommit | undefined): Promise<DatasetOrigins> {
  if (commit === undefined) return new UncheckedOrigins(new FileArtifactHasher());
  const { root } = findDvc(context);
  const ofRoot = commit.at(root);
  const { outputs } = await readTrackedProject(ofRoot);
  const { folder } = readCacheSettings(await readDvcConfig({ root, env: context.env }), root);
  const cache = new DvcCache(folder);
  return new CommitOrigins({
    commit: ofRoot,
    outputs,
    bytes: new FileDataBytes((name) => cache.path(name)),
    relative: (file) => {
      const path = relative(root, file).split(sep).join('/');
      return path === '' || path.startsWith('../') || path.startsWith('/') ? undefined : path;
    },
  });
}
