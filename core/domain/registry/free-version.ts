import { type TagReference, usedVersions } from './active-versions.ts';
import { type Bump, nextVersion } from './next-version.ts';

/** Version numbers that are taken. */
export interface NumberRequest {
  readonly model: string;
  readonly bump: Bump;
  /** Any tags of the repository. */
  readonly tags: readonly TagReference[];
}

/**
 * The next number of a model that no tag has.
 *
 * @param highest The highest number that counts: of versions that are believed, else of another tool. Other tags do not
 *   count, whatever their number. Undefined: there is none.
 * @returns 0.1.0 for the first version, or the next free number behind it.
 */
export function freeVersion(highest: string | undefined, { model, bump, tags }: NumberRequest): string {
  const taken = new Set(usedVersions(model, tags));
  let version = nextVersion(highest, bump);
  while (taken.has(version)) version = nextVersion(version, 'patch');
  return version;
}
