import { describe, expect, it } from 'vitest';
import { parseImageReference } from '../../../../core/domain/image/image-reference.ts';
import { formatOciArtifact, parseOciArtifact } from '../../../../core/domain/registry/oci-artifact-uri.ts';
import { isStoredUnderDigest } from '../../../../core/domain/registry/release-provenance.ts';
import { parseArtifactUri } from '../../../../core/domain/registry/store-layout.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const manifestDigest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const store = 'oci://ghcr.io/acme/churn/models';
const uri = formatOciArtifact({ store: `${store}/`, digest, manifestDigest });

describe('formatOciArtifact', () => {
  it('is a reference with tag and digest, and is parsed back', () => {
    expect(uri).toBe(`${store}:model-${'a'.repeat(64)}-0123456789abcdef@${manifestDigest}`);
    expect(parseOciArtifact(uri)).toEqual({ store, digest, manifestDigest });
    expect(parseArtifactUri(uri)).toMatchObject({ store, digest });
    expect(parseImageReference(uri.slice('oci://'.length))).toMatchObject({ digest: manifestDigest });
  });
});

describe('parseOciArtifact', () => {
  it.each([
    ['the tag of another manifest', uri.replace('-0123456789abcdef@', '-fedcba9876543210@')],
    ['no digest of a manifest', uri.replace(/@.*/, '')],
    ['no tag', `${store}@${manifestDigest}`],
    ['a path behind it', `${uri}/x`],
    ['an image', 'oci://ghcr.io/acme/churn:1.4.0'],
  ])('is undefined for %s', (_, text) => {
    expect(parseOciArtifact(text)).toBeUndefined();
  });
});

describe('isStoredUnderDigest', () => {
  const other = `sha256:${'b'.repeat(64)}`;
  it.each([
    ['its store and its digest', { artifactUri: uri, artifactDigest: digest }, [store], true],
    ['a store that is written with a slash', { artifactUri: uri, artifactDigest: digest }, [`${store}/`], true],
    ['another digest', { artifactUri: uri, artifactDigest: other }, [store], false],
    ['another store', { artifactUri: uri, artifactDigest: digest }, ['oci://ghcr.io/acme/churn'], false],
    ['a store whose name begins the same', { artifactUri: uri, artifactDigest: digest }, [`${store}2`], false],
    ['no store', { artifactUri: uri, artifactDigest: digest }, [], false],
  ])('holds for %s: %#', (_, version, stores, expected) => {
    expect(isStoredUnderDigest(version, stores)).toBe(expected);
  });
});
