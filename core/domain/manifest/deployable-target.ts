import { UserError } from '../../errors.ts';
import type { ManifestTarget } from '../policy/manifest-target.ts';
import { editManifest } from './edit-manifest.ts';
import type { DeployedVersion } from './version-value.ts';

/** A manifest of a commit; without a text where it has none, or with the reason why it cannot be read. */
export interface ReadManifest {
  readonly file: string;
  readonly text: string | undefined;
  /** A clause. */
  readonly problem?: string | undefined;
}

/** Everything that is known about the versions of a model before one is registered. */
export interface FutureVersions {
  /** `register.store`; undefined where the model registers nothing. */
  readonly store: string | undefined;
  /** `image.repository`; undefined: versions have no container image. */
  readonly imageRepository: string | undefined;
}

const ZEROS = '0'.repeat(64);
/** Any number does: only its form is written, and what is written is thrown away. */
const VERSION = '0.0.0';

/**
 * Why no version of a model can be written into a target as it is now: what a promotion would find only after a release.
 *
 * @param text The manifest.
 * @returns Undefined where a version can be written. The place of an error is in the manifest, where it is known.
 */
export function deployProblem(text: string, target: ManifestTarget, versions: FutureVersions): UserError | undefined {
  const found = editProblem(text, target, versions);
  if (found === undefined || versions.imageRepository !== undefined) return found;
  // Another error, or none, once there is an image: it is the image that is missing.
  const withImage = editProblem(text, target, { ...versions, imageRepository: 'registry.invalid/image' });
  if (withImage?.message === found.message) return found;
  return new UserError('TARGET_NOT_FOUND', `${target.file} names a container image, and the model has no image`, {
    fix: 'Add image: { repository: … } to the model and build it in the release workflow, or point the target at the address of the artifact.',
    place: { file: target.file },
  });
}

function editProblem(text: string, target: ManifestTarget, { store, imageRepository }: FutureVersions) {
  const image = imageRepository && { repository: imageRepository, tag: VERSION, digest: `sha256:${ZEROS}` };
  const version: DeployedVersion = {
    version: VERSION,
    artifactUri: artifactIn(store ?? 'file:///store'),
    ...(image === undefined || image === '' ? {} : { image }),
  };
  try {
    editManifest(text, target, version);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** The address of an artifact as the store would name one; that of a folder on a machine has a scheme too. */
function artifactIn(store: string): string {
  const root = store.replace(/\/$/, '');
  if (root.startsWith('oci://')) return `${root}@sha256:${ZEROS}`;
  return `${root.includes('://') ? root : 'file:///store'}/sha256/${ZEROS}`;
}
