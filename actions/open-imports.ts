import { createHash } from 'node:crypto';
import path from 'node:path';
import { ImportedRemote } from '../core/adapters/dvc/imported-remote.ts';
import { readImportedConfig } from '../core/adapters/dvc/read-dvc-config.ts';
import { SourceRepository } from '../core/adapters/git/source-repository.ts';
import type { DataProject } from '../core/domain/data/data-project.ts';
import type { ConfigSections } from '../core/domain/data/dvc-config.ts';
import { configSecrets, type DvcRemote, findRemote } from '../core/domain/data/dvc-remote.ts';
import { type ImportSource, importName } from '../core/domain/data/imported-data.ts';
import { UserError } from '../core/errors.ts';
import type { DataRemote } from '../core/ports/data/data-remote.ts';
import type { ActionContext } from './action-context.ts';
import { openRemote } from './open-remote.ts';

/** A project that may import data, and the job that fetches it. */
export interface ImportPlace extends Pick<ActionContext, 'env' | 'maskSecret'> {
  readonly project: DataProject;
  /** Absolute: for the state of this project. */
  readonly ownFolder: string;
}

/**
 * The data that is imported from one commit of another repository, as a remote. The commit is fetched when the first object
 * is read that is not in the cache.
 *
 * @param name Of `importName`.
 * @returns undefined where no data is imported by that name.
 */
export function openImports(name: string, place: ImportPlace, jobs: number): DataRemote | undefined {
  const { env, maskSecret, ownFolder } = place;
  const imported = place.project.outputs.flatMap(({ imported: of }) =>
    of !== undefined && importName(of.source) === name ? [of] : [],
  );
  const source = imported[0]?.source;
  if (source === undefined) return undefined;
  // One per name: several remotes, and several addresses, may have the same commit.
  const folder = path.join(ownFolder, 'imports', createHash('sha256').update(name).digest('hex').slice(0, 32));
  const open = async () => {
    const repository = await SourceRepository.open(source, folder, env);
    let remote: DataRemote | undefined;
    const of = { file: `.dvc/config of ${name}`, folder: path.join(folder, '.dvc') };
    const config = await readImportedConfig(await repository.config(), of, env);
    for (const secret of configSecrets(config)) maskSecret(secret);
    const openOwn = (): DataRemote => {
      remote ??= openRemote(remoteOf(config, { source, name }), env, jobs);
      return remote;
    };
    return { repository, remote: openOwn };
  };
  return new ImportedRemote({ uri: name, jobs, paths: imported.map((one) => one.path), open });
}

/** @throws {UserError} IMPORT_UNREADABLE for a remote that the other repository does not have, or that cannot be read here. */
function remoteOf(
  config: ConfigSections,
  { source, name }: { readonly source: ImportSource; readonly name: string },
): DvcRemote {
  try {
    return findRemote(config, source.remote);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('IMPORT_UNREADABLE', `${name}: ${error.message}`, {
      fix: "Correct .dvc/config in that repository and run 'dvc update' on the import, or fetch it with the team's own 'dvc pull' step before this one.",
      cause: error,
    });
  }
}
