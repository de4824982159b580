import type { ManifestTarget } from '../policy/manifest-target.ts';
import { applyChanges, editManifest } from './edit-manifest.ts';
import { locateTarget } from './locate-target.ts';
import { type LocatedTarget, scalarText, unsupported } from './located-target.ts';
import { byteOrderMarkOf, type ParsedManifest, parseManifest } from './parse-manifest.ts';
import type { ScalarChange } from './splice.ts';
import type { DeployedVersion } from './version-value.ts';

/** A file as it is, and as it was before a version came into it. */
export interface ManifestHistory {
  readonly current: string;
  readonly previous: string;
}

const KEYS: Readonly<Record<Exclude<LocatedTarget['shape'], 'scalar' | 'image-override'>, readonly string[]>> = {
  'image-entry': ['newName', 'newTag', 'digest'],
  'image-map': ['registry', 'repository', 'tag', 'version', 'digest', 'sha', 'sha256'],
};

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
  return shape === 'image-entry' || shape === 'image-map' ? KEYS[shape] : [undefined];
}

interface Place {
  readonly manifest: ParsedManifest;
  readonly at: LocatedTarget;
}

function changeBack(here: Place, there: Place, key: string | undefined): readonly ScalarChange[] {
  const path = ({ at }: Place) => (key === undefined ? at.path : [...at.path, key]);
  const now = scalarText(here.manifest, here.at.document, path(here));
  const old = scalarText(there.manifest, there.at.document, path(there));
  if (now === old) return [];
  if (old !== undefined) return [{ document: here.at.document, path: path(here), value: old }];
  const message = `${here.manifest.file}: ${key} was not there before, and the file changed since`;
  throw unsupported(here.manifest, message, 'Take it out by hand.');
}
