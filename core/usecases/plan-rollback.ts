import type { EnvironmentConfig } from '../config/environment-config.ts';
import { readTarget } from '../domain/manifest/edit-manifest.ts';
import { matchVersion } from '../domain/manifest/match-version.ts';
import { restoreManifest } from '../domain/manifest/restore-manifest.ts';
import type { RunningValue } from '../domain/manifest/running-value.ts';
import { UserError } from '../errors.ts';
import type { DefaultBranchLog } from '../ports/default-branch-log.ts';
import type { RepositoryFiles } from '../ports/repository-files.ts';
import type { FileEdit } from './deploy-version.ts';
import type { KnownVersion } from './version-catalog.ts';

/** What planning a rollback reads. */
export interface RollbackSources {
  readonly files: RepositoryFiles;
  readonly log: DefaultBranchLog;
}

/** The edits that take a version back, and what the first target says afterwards. */
export interface RollbackPlan {
  readonly edits: readonly FileEdit[];
  readonly to: RunningValue;
}

/**
 * The edits that give an environment's targets the values that they had before a version came; nothing is written.
 *
 * @param baseSha The default branch's newest commit.
 * @throws {UserError} VERSION_NOT_FOUND where the log does not reach back that far; what `restoreManifest` throws.
 */
export async function planRollback(
  { targets }: EnvironmentConfig,
  { version, baseSha }: { readonly version: KnownVersion; readonly baseSha: string },
  sources: RollbackSources,
): Promise<RollbackPlan> {
  const edits: FileEdit[] = [];
  let to: RunningValue | undefined;
  for (const file of new Set(targets.map((target) => target.file))) {
    const own = targets.filter((target) => target.file === file);
    const before = await sources.files.read(file, baseSha);
    const previous = await previousText(file, version, { own, sources });
    if (before === undefined || previous === undefined) throw tooLongAgo(file, version);
    edits.push({ file, before, after: restoreManifest({ current: before, previous }, own, version) });
    const [first] = own;
    if (first !== undefined) to ??= readTarget(previous, first);
  }
  return { edits: edits.filter(({ before, after }) => before !== after), to: to ?? { text: '' } };
}

/** The file as it was at the newest commit at which none of its targets named the version. */
async function previousText(
  file: string,
  version: KnownVersion,
  { own, sources }: { readonly own: EnvironmentConfig['targets']; readonly sources: RollbackSources },
): Promise<string | undefined> {
  for (const { sha } of await sources.log.ofFile(file)) {
    const text = await sources.files.read(file, sha);
    if (text === undefined) return undefined;
    if (own.every((target) => matchVersion(readTarget(text, target), [version]) === undefined)) return text;
  }
  return undefined;
}

function tooLongAgo(file: string, { version }: KnownVersion): UserError {
  return new UserError('VERSION_NOT_FOUND', `the last commits of ${file} do not say what ran before v${version}`, {
    fix: 'Name the version to go back to: /tidegate rollback <version>.',
    place: { file },
  });
}
