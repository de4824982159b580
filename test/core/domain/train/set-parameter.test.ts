import { describe, expect, it } from 'vitest';
import { KeyedMap, type PlainMap, type PlainValue } from '../../../../core/domain/data/plain-value.ts';
import { setParameter } from '../../../../core/domain/train/set-parameter.ts';

const map = (entries: Readonly<Record<string, PlainValue>>): PlainMap => new Map(Object.entries(entries));
const set = (content: PlainValue, key: string) => setParameter(content, { file: 'params.yaml', key, to: 9n });

describe('setParameter', () => {
  it.each<readonly [string, PlainValue, string, PlainValue]>([
    ['a key that is there, in its place', map({ a: 1n, b: 2n }), 'a', map({ a: 9n, b: 2n })],
    ['a key that is not there, at the end', map({ b: 2n }), 'a', map({ b: 2n, a: 9n })],
    ['a key in mappings that are not there', map({}), 'a.b.c', map({ a: map({ b: map({ c: 9n }) }) })],
    ['a value of a list', map({ a: [1n, map({ b: 2n })] }), 'a.1.b', map({ a: [1n, map({ b: 9n })] })],
    ['a key of an empty file', null, 'a', map({ a: 9n })],
    ['a mapping as a whole', map({ a: map({ b: 1n }) }), 'a', map({ a: 9n })],
  ])('sets %s', (_, content, key, expected) => {
    const changed = set(content, key);
    expect(changed).toEqual(expected);
    if (changed instanceof Map && expected instanceof Map) expect([...changed.keys()]).toEqual([...expected.keys()]);
  });

  it('changes nothing of what it was given, and keeps what keys are', () => {
    const content = new KeyedMap([['0', map({ a: 1n })]], new Map([['0', 0n]]));
    const changed = set(content, 'b');
    expect(content.size).toBe(1);
    expect(changed).toMatchObject({ keyValues: new Map([['0', 0n]]) });
  });

  it.each<readonly [string, PlainValue, string, RegExp]>([
    ['a number', map({ a: map({ b: 1n }) }), 'a.b.c', /a\.b of params\.yaml is one value/],
    ['nothing at all', map({ a: null }), 'a.b', /a of params\.yaml is one value/],
    ['a file of one value', 7n, 'a.b', /params\.yaml holds one value/],
    ['a list, beyond its end', map({ a: [1n] }), 'a.1', /the list has 1 values, and none at 1/],
    ['a list, by a word', map({ a: [1n] }), 'a.first', /none at first/],
  ])('refuses a key on %s', (_, content, key, message) => {
    expect(() => set(content, key)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringMatching(message) }),
    );
  });
});
