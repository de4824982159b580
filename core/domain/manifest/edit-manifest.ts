import { UserError } from '../../errors.ts';
import { formatImageReference } from '../image/image-reference.ts';
import { type LocatedTarget, locateTarget, type ManifestTarget, notFound, scalarText } from './locate-target.ts';
import { byteOrderMarkOf, type ParsedManifest, parseManifest } from './parse-manifest.ts';
import { type RunningValue, readRunningValue } from './running-value.ts';
import { applySplices, type ScalarChange, spliceScalar } from './splice.ts';
import { formatYamlPath } from './yaml-path.ts';

/** The version that a manifest has to name: immutable references only. */
export interface DeployedVersion {
  /** Without a leading v. */
  readonly version: string;
  readonly artifactUri: string;
  readonly image?:
    | { readonly repository: string; readonly tag?: string | undefined; readonly digest: string }
    | undefined;
}

/** What an edit made of a manifest. */
export interface ManifestEdit {
  readonly text: string;
  readonly changed: boolean;
  /** What the target said before. */
  readonly before: RunningValue;
}

/**
 * Sets a version in a manifest by cutting the source text at the values: everything else stays byte by byte, and the
 * result is parsed again and compared, so that exactly the meant values changed.
 *
 * @param text The file as it is.
 * @throws {UserError} TARGET_NOT_FOUND, TARGET_AMBIGUOUS, MANIFEST_INVALID, MANIFEST_UNSUPPORTED.
 */
export function editManifest(text: string, target: ManifestTarget, version: DeployedVersion): ManifestEdit {
  const manifest = parseManifest(text, target.file);
  const located = locateTarget(manifest, target);
  const before = readRunningValue(manifest, located);
  const changes = changesFor(manifest, located, version);
  const edited = applySplices(
    manifest.text,
    changes.map((change) => spliceScalar(manifest, change)),
  );
  prove(manifest, edited, changes);
  const result = byteOrderMarkOf(text) + edited;
  return { text: result, changed: result !== text, before };
}

/** What a target of a manifest says now. */
export function readTarget(text: string, target: ManifestTarget): RunningValue {
  const manifest = parseManifest(text, target.file);
  return readRunningValue(manifest, locateTarget(manifest, target));
}

function changesFor(manifest: ParsedManifest, located: LocatedTarget, version: DeployedVersion): ScalarChange[] {
  const { document, path } = located;
  if (located.shape === 'image-entry') return imageEntryChanges(manifest, located, imageOf(version, manifest));
  const old = scalarText(manifest, document, path);
  if (old === undefined) throw notFound(manifest, `value at ${formatYamlPath(path)}`);
  return [{ document, path, value: scalarValue(manifest, old, located, version) }].filter(({ value }) => value !== old);
}

function imageEntryChanges(
  manifest: ParsedManifest,
  { document, path }: LocatedTarget,
  image: NonNullable<DeployedVersion['image']>,
): ScalarChange[] {
  const at = (key: string) => scalarText(manifest, document, [...path, key]);
  const repository = at('newName') ?? at('name');
  const wanted = [
    ...(repository === image.repository ? [] : [{ key: 'newName', value: image.repository }]),
    ...(image.tag === undefined ? [] : [{ key: 'newTag', value: image.tag }]),
    { key: 'digest', value: image.digest },
  ];
  if (image.tag === undefined && at('newTag') !== undefined) {
    throw new UserError('MANIFEST_UNSUPPORTED', `${manifest.file} has newTag, but the image has no tag`, {
      fix: 'Remove newTag from the entry: a tag and a digest that disagree are worse than none.',
      place: { file: manifest.file },
    });
  }
  return wanted
    .filter(({ key, value }) => at(key) !== value)
    .map(({ key, value }) => ({ document, path: [...path, key], value }));
}

function scalarValue(
  manifest: ParsedManifest,
  old: string,
  located: Extract<LocatedTarget, { shape: 'scalar' }>,
  version: DeployedVersion,
): string {
  const kind = located.value ?? kindOf(old);
  if (kind === 'uri' && !old.startsWith('oci://')) return version.artifactUri;
  if (kind === 'uri') return `oci://${formatImageReference(definedImage(version, manifest))}`;
  if (kind === 'reference') return formatImageReference(definedImage(version, manifest));
  if (kind === 'digest') return imageOf(version, manifest).digest;
  if (kind === 'version' || kind === 'tag') return old.startsWith('v') ? `v${version.version}` : version.version;
  throw new UserError('MANIFEST_UNSUPPORTED', `${manifest.file}: "${old}" is no reference to a model that is known`, {
    fix: 'Add value to the target: uri, reference, tag, digest or version.',
    place: { file: manifest.file },
  });
}

function kindOf(old: string): 'uri' | 'reference' | 'digest' | 'version' | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(old)) return 'uri';
  if (/^sha256:[0-9a-f]{64}$/.test(old)) return 'digest';
  if (/^v?\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(old)) return 'version';
  return /[/:@]/.test(old) ? 'reference' : undefined;
}

function definedImage(version: DeployedVersion, manifest: ParsedManifest) {
  const { repository, tag, digest } = imageOf(version, manifest);
  return { repository, digest, ...(tag === undefined ? {} : { tag }) };
}

function imageOf(version: DeployedVersion, manifest: ParsedManifest): NonNullable<DeployedVersion['image']> {
  if (version.image !== undefined) return version.image;
  throw new UserError(
    'MANIFEST_UNSUPPORTED',
    `v${version.version} has no container image, which ${manifest.file} names`,
    {
      fix: 'Run build-image before register, and give register its image-reference.',
      place: { file: manifest.file },
    },
  );
}

/** Parses the result and compares it with what it must say; anything else is a defect and refused. */
function prove(before: ParsedManifest, edited: string, changes: readonly ScalarChange[]): void {
  const after = parseManifest(edited, before.file);
  const wanted = before.documents.map((document) => document.clone());
  for (const { document, path, value } of changes) wanted[document]?.setIn(path, value);
  const same =
    after.documents.length === wanted.length &&
    after.documents.every(
      (document, index) => JSON.stringify(document.toJS()) === JSON.stringify(wanted[index]?.toJS()),
    );
  if (same) return;
  throw new UserError('MANIFEST_UNSUPPORTED', `${before.file} cannot be edited without changing more than is meant`, {
    fix: 'Write the value out plainly at its place.',
    place: { file: before.file },
  });
}
