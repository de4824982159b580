import { describe, expect, it } from 'vitest';
import { isSamePlatform, selectManifest } from '../../../../core/domain/image/read-image-documents.ts';

const entry = (platform: string | undefined) => ({ mediaType: 'm', digest: platform ?? 'none', size: 1, platform });
const select = (platforms: readonly (string | undefined)[], wanted: string) =>
  selectManifest(platforms.map(entry), wanted)?.digest;

/** As `docker manifest inspect python:3.12` lists them, with the attestations of each. */
const PYTHON = [
  'linux/amd64',
  'unknown/unknown',
  'linux/arm/v5',
  'unknown/unknown',
  'linux/arm/v7',
  'linux/arm64/v8',
  'linux/386',
];

describe('selectManifest', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/arm64', 'linux/arm64/v8'],
    ['linux/arm64/v8', 'linux/arm64/v8'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/v7', 'linux/arm/v7'],
    ['linux/arm/v5', 'linux/arm/v5'],
    ['linux/386', 'linux/386'],
  ])('of an index for %s is %s', (wanted, found) => {
    expect(select(PYTHON, wanted)).toBe(found);
    expect(select([...PYTHON].reverse(), wanted)).toBe(found);
  });

  it.each(['linux/arm/v6', 'linux/amd64/v3', 'linux/s390x', 'windows/amd64'])(
    'has none for %s, and takes no other variant in its place',
    (wanted) => {
      expect(select(PYTHON, wanted)).toBeUndefined();
    },
  );

  it('is the one entry of a layout that names no platform', () => {
    expect(select([undefined], 'linux/amd64')).toBe('none');
    expect(select([undefined, undefined], 'linux/amd64')).toBeUndefined();
    expect(select(['linux/arm64'], 'linux/amd64')).toBeUndefined();
  });
});

describe('isSamePlatform', () => {
  it('leaves out the variant that an architecture means without one', () => {
    expect(isSamePlatform('linux/arm64', 'linux/arm64/v8')).toBe(true);
    expect(isSamePlatform('linux/arm64', 'linux/arm64/v9')).toBe(false);
    expect(isSamePlatform('linux/386', 'linux/amd64')).toBe(false);
  });
});
