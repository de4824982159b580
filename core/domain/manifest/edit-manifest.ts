import { type Document, isScalar, isSeq } from 'yaml';
import { UserError } from '../../errors.ts';
import type { ManifestTarget } from '../policy/manifest-target.ts';
import { plainYaml } from '../yaml/read-yaml-documents.ts';
import { assertWholeReference } from './facts-together.ts';
import { assertOwnRepository, imageEntryChanges, imageMapChanges, imageOverrideChanges } from './image-changes.ts';
import { assertNoTemplate } from './image-parts.ts';
import { locateTarget } from './locate-target.ts';
import { type LocatedTarget, nodeAt, notFound, scalarText, unsupported } from './located-target.ts';
import { byteOrderMarkOf, MAX_READ_MANIFEST_BYTES, type ParsedManifest, parseManifest } from './parse-manifest.ts';
import { type RunningValue, readRunningValue } from './running-value.ts';
import { applySplices, type ScalarChange, spliceScalar, writtenValue } from './splice.ts';
import { type DeployedVersion, imageReference, versionValue } from './version-value.ts';
import { formatYamlPath } from './yaml-path.ts';

/** Result of an edit of a manifest. */
export interface ManifestEdit {
  readonly text: string;
  readonly changed: boolean;
  /** Value of the target before. */
  readonly before: RunningValue;
}

/**
 * Sets a version in a manifest by cutting the source text at the values: everything else stays byte by byte, and the
 * result is parsed again and compared, so that exactly the meant values changed.
 *
 * @param text The file as it is.
 * @throws {UserError} TARGET_NOT_FOUND, TARGET_AMBIGUOUS, MANIFEST_INVALID, MANIFEST_UNSUPPORTED, REFERENCE_INVALID.
 */
export function editManifest(text: string, target: ManifestTarget, version: DeployedVersion): ManifestEdit {
  const manifest = parseManifest(text, target.file);
  const located = locateTarget(manifest, target);
  const before = readRunningValue(manifest, located);
  const result = byteOrderMarkOf(text) + applyChanges(manifest, changesFor(manifest, located, version));
  return { text: result, changed: result !== text, before };
}

/** Current value of a manifest target. */
export function readTarget(text: string, target: ManifestTarget): RunningValue {
  const manifest = parseManifest(text, target.file);
  return readRunningValue(manifest, locateTarget(manifest, target));
}

/** Value of a manifest target, or the reason why it cannot be read. */
export type TargetReading =
  | { readonly value: RunningValue; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: UserError };

/**
 * Values of targets of one text, in their order: each by itself, so that one that is not there hides no other. The text is
 * parsed once, and only where it has at most 256 KiB.
 */
export function readTargets(text: string, targets: readonly ManifestTarget[]): readonly TargetReading[] {
  const [first] = targets;
  if (first === undefined) return [];
  const parsed = orError(() => parseManifest(text, first.file, MAX_READ_MANIFEST_BYTES));
  return targets.map((target): TargetReading => {
    if (parsed instanceof UserError) return { error: parsed };
    const value = orError(() => readRunningValue(parsed, locateTarget(parsed, target)));
    return value instanceof UserError ? { error: value } : { value };
  });
}

function orError<T>(work: () => T): T | UserError {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** The text with the changes, proven to hold them and nothing else. */
export function applyChanges(manifest: ParsedManifest, changes: readonly ScalarChange[]): string {
  const edited = applySplices(
    manifest.text,
    changes.map((change) => spliceScalar(manifest, change)),
  );
  prove(manifest, edited, changes);
  return edited;
}

function changesFor(
  manifest: ParsedManifest,
  located: LocatedTarget,
  version: DeployedVersion,
): readonly ScalarChange[] {
  if (located.shape === 'image-entry') return imageEntryChanges(manifest, located, imageReference(version, manifest));
  if (located.shape === 'image-map' || located.shape === 'image-parameters') {
    return imageMapChanges(manifest, located, imageReference(version, manifest));
  }
  if (located.shape === 'image-override') {
    return imageOverrideChanges(manifest, located, imageReference(version, manifest));
  }
  const { document, path } = located;
  const old = scalarText(manifest, document, path);
  if (old === undefined) throw noText(manifest, located);
  assertNoTemplate(manifest, path, old);
  if (version.image !== undefined && typeof path.at(-1) === 'string') assertWholeReference(manifest, located);
  const value = versionValue(old, version, { manifest, kind: located.value });
  assertOwnRepository(manifest, located, version.image);
  return value === old ? [] : [{ document, path, value }];
}

function noText(manifest: ParsedManifest, { document, path }: LocatedTarget): UserError {
  const node = nodeAt(manifest, document, path);
  const at = formatYamlPath(path);
  if (node === undefined) return notFound(manifest, `value at ${at}`);
  const what = isSeq(node) ? 'a list' : isScalar(node) ? `${String(node.value)}, which is not text` : 'a mapping';
  const fix = isSeq(node) ? `Name the entry: ${at}[0].` : 'Point path at a text, such as a URI or an image reference.';
  return unsupported(manifest, `${manifest.file}: ${at} is ${what}`, fix);
}

/** Parses the result and compares it with what it must say; anything else is a defect and refused. */
function prove(before: ParsedManifest, edited: string, changes: readonly ScalarChange[]): void {
  const after = orError(() => parseManifest(edited, before.file));
  const wanted = before.documents.map((document) => document.clone());
  for (const change of changes) wanted[change.document]?.setIn(change.path, writtenValue(before, change));
  const said = (document: Document | undefined) => JSON.stringify(document && plainYaml(document));
  const same =
    !(after instanceof UserError) &&
    after.documents.length === wanted.length &&
    after.documents.every((document, index) => said(document) === said(wanted[index]));
  if (same) return;
  const message = `${before.file} cannot be edited without changing other values too`;
  throw unsupported(before, message, 'Write the value directly at this place.');
}
