import type { ManifestTarget } from '../policy/manifest-target.ts';
import { applyChanges, editManifest } from './edit-manifest.ts';
import { IMAGE_KEYS } from './image-parts.ts';
import { locateTarget } from './locate-target.ts';
import { type LocatedTarget, partPath, scalarText, unsupported } from './located-target.ts';
import { byteOrderMarkOf, type ParsedManifest, parseManifest } from './parse-manifest.ts';
import { type ScalarChange, writingAt } from './splice.ts';
import type { DeployedVersion } from './version-value.ts';

/** A file as it is, and as it was before a version came into it. */
export interface ManifestHistory {
  readonly current: string;
  readonly previous: string;
}

const ENTRY_KEYS: readonly string[] = ['newName', 'newTag', 'digest'];

/**
 * Gives targets of a file the exact values that they had before a version came: the old text itself where nothing else
 * changed since, else the old values spliced into the current text.
 *
 * @param targets Of this one file.
 * @throws {UserError} As `editManifest`; MANIFEST_UNSUPPORTED where a value was not there before.
 */
export function restoreManifest(
  { current, previous }: ManifestHistory,
  targets: readonly ManifestTarget[],
  version: DeployedVersion,
): string {
  const brought = targets.reduce((text, target) => editManifest(text, target, version).text, previous);
  if (brought === current) return previous;
  return targets.reduce((text, target) => restoreTarget(text, previous, target), current);
}

function restoreTarget(current: string, previous: string, target: ManifestTarget): string {
  const [now, then] = [parseManifest(current, target.file), parseManifest(previous, target.file)];
  const [here, there] = [locateTarget(now, target), locateTarget(then, target)];
  const changes = keysOf(here).flatMap((key) =>
    changeBack({ manifest: now, at: here }, { manifest: then, at: there }, key),
  );
  return byteOrderMarkOf(current) + applyChanges(now, changes);
}

/** The keys below a target's path; undefined for the value itself. */
function keysOf({ shape }: LocatedTarget): readonly (string | undefined)[] {
  if (shape === 'scalar' || shape === 'image-override') return [undefined];
  return shape === 'image-entry' ? ENTRY_KEYS : IMAGE_KEYS;
}

interface Place {
  readonly manifest: ParsedManifest;
  readonly at: LocatedTarget;
}

function changeBack(here: Place, there: Place, key: string | undefined): readonly ScalarChange[] {
  const path = ({ at }: Place) => (key === undefined ? at.path : partPath(at, key));
  const [to, from] = [path(here), path(there)];
  const now = to && scalarText(here.manifest, here.at.document, to);
  const old = from && scalarText(there.manifest, there.at.document, from);
  if (now === old) return [];
  if (old !== undefined && from !== undefined && to !== undefined) {
    const writing = writingAt(there.manifest, { document: there.at.document, path: from });
    return [{ document: here.at.document, path: to, value: old, writing }];
  }
  const message = `${here.manifest.file}: ${key} did not exist before, and the file has changed since then`;
  throw unsupported(here.manifest, message, 'Remove it by hand.');
}
