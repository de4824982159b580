import { describe, expect, it } from 'vitest';
import { setParameters } from '../../../../core/adapters/dvc/set-parameters.ts';

const set = (text: string, key: string, value = '9') =>
  setParameters(text, 'p.yaml', [{ file: undefined, key, value }]);

describe('setParameters', () => {
  it.each([
    ['comments, numbers and words', '# c\na: 1 # d\nb: 1.0\nc: 1e-3\nd: 0o17\ne: yes\n', 'a', 'a: 1', 'a: 9'],
    ['whole numbers beyond 2^53', 'a: 1\nseed: 12345678901234567890\n', 'a', 'a: 1', 'a: 9'],
    ['numbers that are not finite', 'a: 1\nb: .nan\n', 'a', 'a: 1', 'a: 9'],
    ['keys that are numbers', '0: 1.5\na: 1\n', 'a', 'a: 1', 'a: 9'],
    ['the anchor of a value, which its aliases follow', 'a: &a 1\nb: *a\n', 'a', '&a 1', '&a 9'],
    ['the anchor of defaults', 'a: &a\n  lr: 1\nb:\n  <<: *a\n', 'a.lr', 'lr: 1', 'lr: 9'],
    ['an alias itself', 'a: &a 1\nb: *a\n', 'b', '*a', '9'],
  ])('keeps all other text: %s', async (_, text, key, before, after) => {
    expect(await set(text, key)).toBe(text.replace(before, after));
  });

  it.each([
    ['through an alias', 'a: &a\n  q: 1\nb: *a\n', 'b.q'],
    ['into a mapping that was merged', 'a: &a\n  o: { lr: 1, m: 2 }\nb:\n  <<: *a\n', 'b.o.lr'],
    ['of a key that is a number', '0: 1.5\n', '0'],
    ['that takes the anchor of an alias away', 'a: { x: &a 1 }\nb: *a\n', 'a'],
  ])('refuses a change %s: something else would change too', async (_, text, key) => {
    await expect(set(text, key)).rejects.toMatchObject({
      code: 'DVC_UNSUPPORTED',
      message: expect.stringContaining(`set cannot change ${key} of p.yaml`),
    });
  });

  it.each([
    ['broken syntax', 'a', '[1'],
    ['an alias', 'a', '*b'],
    ['broken syntax, for a key with the ending of another kind', 'a.json', '[1'],
  ])('refuses a value with %s', async (_, key, value) => {
    await expect(set('a: {}\n', key, value)).rejects.toMatchObject({ code: 'DVC_INVALID' });
  });
});
