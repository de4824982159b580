import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyOfTag, objectTag } from '../../../../core/domain/registry/oci-object-tag.ts';
import { documentKey, runKey, versionKey } from '../../../../core/domain/registry/store-layout.ts';

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const sha256 = (text: string) => createHash('sha256').update(text).digest();
const tagOf = (key: string) => objectTag(key, () => sha256(key).toString('base64url'));
const digest = `sha256:${sha256('x').toString('hex')}`;

/** Random keys of characters that a tag has, escapes and does not have. The seed is fixed. */
function* randomKeys(count: number): Iterable<string> {
  let state = 7;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pieces = [
    'a',
    'Z',
    '0',
    '.',
    '-',
    '_',
    '/',
    '__',
    '_x',
    '_z',
    '_2f',
    ' ',
    'é',
    '😀',
    '%',
    '~',
    sha256('k').toString('hex'),
  ];
  for (let made = 0; made < count; made += 1) {
    yield Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)]).join('');
  }
}

describe('objectTag', () => {
  it('is a tag that says the key, for every key of a register', () => {
    const keys = [documentKey(digest), runKey(digest, digest), versionKey('1.4.0')];
    for (const key of keys) expect(keyOfTag(tagOf(key))).toEqual({ text: key, isWhole: true });
    expect(tagOf(versionKey('1.4.0'))).toBe('object.v1.4.0__model-version.json');
  });

  it('differs for different keys, is a tag for each, and gives the key back or its start', () => {
    const tags = new Map<string, string>();
    let cut = 0;
    for (const key of randomKeys(20_000)) {
      const tag = tagOf(key);
      expect(tag).toMatch(TAG);
      expect(tags.get(tag) ?? key).toBe(key);
      tags.set(tag, key);
      const found = keyOfTag(tag);
      if (found?.isWhole === true) expect(found.text).toBe(key);
      else expect(found !== undefined && key.startsWith(found.text)).toBe(true);
      if (found?.isWhole === false) cut += 1;
    }
    expect(tags.size).toBeGreaterThan(10_000);
    expect(cut).toBeGreaterThan(500);
  });

  it.each([
    'latest',
    'v1.4.0',
    `model-${'a'.repeat(64)}-${'b'.repeat(16)}`,
    `sha256-${'a'.repeat(64)}`,
    'object._ff',
    'object._',
  ])('is never the tag %s', (tag) => {
    expect(keyOfTag(tag)).toBeUndefined();
  });
});
