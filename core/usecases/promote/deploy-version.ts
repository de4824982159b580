import { mapParallel } from '../../async/map-parallel.ts';
import { editManifest, readTarget } from '../../domain/manifest/edit-manifest.ts';
import { assertFactsTogether } from '../../domain/manifest/facts-together.ts';
import { namesSame } from '../../domain/manifest/match-version.ts';
import type { RunningValue } from '../../domain/manifest/running-value.ts';
import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { ManifestTarget } from '../../domain/policy/manifest-target.ts';
import { UserError } from '../../errors.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';

/** Files that are read or written at once. Chosen: enough to hide the disk. */
export const FILES_AT_ONCE = 16;

/** A file of the workspace before and after. */
export interface FileEdit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The edits that make an environment run a version; nothing is written.
 *
 * @param read The text of a file of the repository, or undefined where there is none.
 * @returns One entry a file that has to change, in the order of the targets; empty where all hold the version.
 * @throws {UserError} TARGET_NOT_FOUND; VERSION_NOT_FOUND for what of a version is not believed; what `editManifest`
 *   throws. Then no file has changed.
 */
export async function planDeployment(
  { targets }: Pick<Environment, 'targets'>,
  version: DeployedVersion & Partial<Pick<KnownVersion, 'provenance'>>,
  read: (file: string) => Promise<string | undefined>,
): Promise<readonly FileEdit[]> {
  const edits = new Map<string, FileEdit>();
  const files = [...new Set(targets.map(({ file }) => file))];
  const texts = new Map<string, string | undefined>();
  await mapParallel(files, FILES_AT_ONCE, async (file) => texts.set(file, await read(file)));
  for (const target of targets) {
    const before = texts.get(target.file);
    if (before === undefined) {
      throw new UserError('TARGET_NOT_FOUND', `there is no file ${target.file}`, {
        fix: 'Correct file of this target; it is relative to the repository root, as an input to working-directory.',
      });
    }
    const { text } = editManifest(edits.get(target.file)?.after ?? before, target, version);
    expectHeld(readTarget(text, target), target, version);
    edits.set(target.file, { file: target.file, before, after: text });
  }
  for (const target of targets) assertFactsTogether(edits.get(target.file)?.after ?? '', target, version);
  return [...edits.values()].filter(({ before, after }) => before !== after);
}

/** Of a version that is believed by history alone, only what an environment has held may be written. */
function expectHeld(
  written: RunningValue,
  { file }: ManifestTarget,
  { version, provenance }: { readonly version: string } & Partial<Pick<KnownVersion, 'provenance'>>,
): void {
  if (provenance?.kind !== 'history') return;
  if (provenance.values.some((held) => held !== undefined && namesSame(held, written))) return;
  const message = `${file} would get ${written.text} of v${version}, which no environment has had, and the document of its release has expired`;
  throw new UserError('VERSION_NOT_FOUND', message, {
    fix: 'Run the release workflow again: it registers the same bytes and uploads the document again.',
    place: { file },
  });
}

/**
 * The environment of a name.
 *
 * @throws {UserError} INPUT_INVALID naming the known ones.
 */
export function selectEnvironment(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  throw new UserError('INPUT_INVALID', `environment "${name}" is not in tidegate.yaml`, {
    fix: `Use one of ${environments.map((environment) => environment.name).join(', ') || 'none: add environments'}.`,
  });
}
