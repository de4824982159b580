import { tmpdir } from 'node:os';
import path from 'node:path';
import { DvcCache } from '../core/adapters/dvc/dvc-cache.ts';
import { DvcProjectReader } from '../core/adapters/dvc/dvc-project-reader.ts';
import { DvcWorkspace } from '../core/adapters/dvc/dvc-workspace.ts';
import { readCacheSettings } from '../core/adapters/dvc/read-dvc-config.ts';
import { readIgnoredPaths } from '../core/adapters/git/ignored-paths.ts';
import type { DataProject } from '../core/domain/data/data-project.ts';
import { configSecrets, findRemote } from '../core/domain/data/dvc-remote.ts';
import type { DataRemote, OpenDataRemote } from '../core/ports/data/data-remote.ts';
import type { ActionContext, Environment } from './action-context.ts';
import { type DvcPlace, findDvc, noDvc } from './find-dvc.ts';
import { type ImportPlace, openImports } from './open-imports.ts';
import { openRemote } from './open-remote.ts';

/** The data of a repository, wired up: what its files say, its cache, workspace and remotes. */
export interface OpenData extends DvcPlace {
  /** Reads DVC's files of the workspace again. */
  readonly readProject: () => Promise<DataProject>;
  readonly project: DataProject;
  readonly cache: DvcCache;
  readonly workspace: DvcWorkspace;
  readonly openRemote: OpenDataRemote;
}

/**
 * Reads DVC's files of the project that the working directory is in, and opens what they name. Remotes are contacted when
 * first used. Nothing is written where there is no `.dvc`.
 */
export async function openData(
  context: Pick<ActionContext, 'env' | 'workingDirectory' | 'maskSecret'>,
  options: { readonly verifyCache: boolean; readonly jobs?: number | undefined },
): Promise<OpenData> {
  const place = findDvc(context);
  const { root } = place;
  const own = ownFolder(place, context.env);
  const { env } = context;
  const readIgnored = () => readIgnoredPaths({ directory: root, env });
  const files = new DvcProjectReader({ root, env, readIgnored });
  const readProject = () => (place.hasDvc ? files.read() : withoutDvc(files));
  const project = await readProject();
  for (const secret of configSecrets(project.config)) context.maskSecret(secret);
  const { folder, linkTypes } = readCacheSettings(project.config, root);
  const cache = new DvcCache(place.hasDvc ? folder : path.join(own, 'cache'), { verify: options.verifyCache });
  await cache.removeStale(Date.now());
  const ignoreFiles = await files.ignoreFiles();
  const workspace = new DvcWorkspace({ root, ownFolder: own, cache, linkTypes, ignoreFiles });
  workspace.removeStale(Date.now());
  return {
    ...{ ...place, readProject, project, cache, workspace },
    openRemote: remoteOpener({ ...context, project, ownFolder: own }, options.jobs),
  };
}

/** Nothing is tracked where there is no `.dvc`; files of DVC's say that it was forgotten. */
async function withoutDvc(reader: DvcProjectReader): Promise<DataProject> {
  const refusals = (await reader.hasFiles()) ? [noDvc()] : [];
  return { outputs: [], stages: [], refusals, locks: new Map(), config: new Map() };
}

/** State that is kept between runs: in DVC's own folder for such things, or for this job only. */
function ownFolder({ root, hasDvc }: DvcPlace, { RUNNER_TEMP }: Environment): string {
  return hasDvc ? path.join(root, '.dvc', 'tmp', 'tidegate') : path.join(RUNNER_TEMP ?? tmpdir(), 'tidegate', 'dvc');
}

/** Transfers at once where neither the input nor the remote says. Chosen: 64, the best of 16, 32 and 64
 * with small objects; fewer where the remote asks for it. */
export const DEFAULT_JOBS = 64;

/** Limit of parallel transfers per remote of a pull or push. */
export function transferJobs(project: DataProject, remote: string | undefined, input: number | undefined): number {
  const hasRemote = remote !== undefined || project.config.get('core')?.get('remote') !== undefined;
  return input ?? (hasRemote ? findRemote(project.config, remote).jobs : undefined) ?? DEFAULT_JOBS;
}

function remoteOpener(place: ImportPlace, jobs: number | undefined): OpenDataRemote {
  const { project, env } = place;
  const opened = new Map<string | undefined, { name: string; remote: DataRemote }>();
  return (name) => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const imported = name === undefined ? undefined : openImports(name, place, jobs ?? DEFAULT_JOBS);
    if (name !== undefined && imported !== undefined) {
      opened.set(name, { name, remote: imported });
      return { name, remote: imported };
    }
    const found = findRemote(project.config, name);
    const fresh = { name: found.name, remote: openRemote(found, env, jobs ?? found.jobs ?? DEFAULT_JOBS) };
    opened.set(name, fresh);
    return fresh;
  };
}
