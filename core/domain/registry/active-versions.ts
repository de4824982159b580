import { compare } from 'semver';
import { parseGtoTag } from './gto-tag.ts';

/** A tag by its name and the object that it points to. */
export interface TagReference {
  /** Without `refs/tags/`. */
  readonly name: string;
  /** Of the tag object where annotated, else of the commit. */
  readonly objectSha: string;
  /** GTO ignores tags that are not annotated, and so do we. */
  readonly annotated: boolean;
}

/** A version that is registered and neither taken back nor deprecated. */
export interface ActiveVersion {
  readonly version: string;
  readonly tag: TagReference;
}

/**
 * The active versions of a model, newest (highest SemVer) first.
 *
 * A deprecated artifact has none: as in GTO, deprecation covers all versions that are tagged.
 *
 * @param tags Any tags of the repository, in any order.
 */
export function activeVersions(model: string, tags: readonly TagReference[]): readonly ActiveVersion[] {
  const own = tags.flatMap((tag) => {
    const parsed = tag.annotated ? parseGtoTag(tag.name) : undefined;
    return parsed?.artifact === model ? [{ tag, parsed }] : [];
  });
  if (own.some(({ parsed }) => parsed.kind === 'deprecation')) return [];
  const takenBack = new Set(own.flatMap(({ parsed }) => (parsed.kind === 'deregistration' ? [parsed.version] : [])));
  return own
    .flatMap(({ tag, parsed }) =>
      parsed.kind === 'registration' && !takenBack.has(parsed.version) ? [{ version: parsed.version, tag }] : [],
    )
    .sort((a, b) => compare(b.version, a.version));
}

/**
 * Every version number that was ever used by a model, taken back or not: a number is never given twice. Below a tag
 * `model@v1.4.0/x` Git has no room for `model@v1.4.0`: that number is used too.
 *
 * @returns Highest SemVer first.
 */
export function usedVersions(model: string, tags: readonly TagReference[]): readonly string[] {
  const versions = tags.flatMap(({ name }) => {
    const parsed = parseGtoTag(withoutFolder(name));
    return parsed?.artifact === model && parsed.kind !== 'deprecation' ? [parsed.version] : [];
  });
  return [...new Set(versions)].sort((a, b) => compare(b, a));
}

/** Version in a tag's name without slashes; the model's own slashes come before the `@`. */
function withoutFolder(name: string): string {
  const end = name.indexOf('/', Math.max(0, name.indexOf('@')));
  return name.includes('@') && end >= 0 ? name.slice(0, end) : name;
}
