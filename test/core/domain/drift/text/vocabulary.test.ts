import { describe, expect, it } from 'vitest';
import {
  codeOf,
  countWords,
  knownToOthers,
  knownWords,
  vocabularyOf,
  wordsOf,
} from '../../../../../core/domain/drift/text/vocabulary.ts';

const folded = (hash: number) => (hash & 0xffffff) ^ (hash >>> 24);

describe('codeOf', () => {
  // Landon Curt Noll, test vectors of FNV-1a.
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('is the published hash of %j in 24 bits', (word, hash) => expect(codeOf(word)).toBe(folded(hash)));
});

describe('wordsOf', () => {
  it('are runs of letters, marks and digits in lower case', () => {
    expect(wordsOf('Don\u2019t e-mail Ürün 42!')).toEqual(['don', 't', 'e', 'mail', 'ürün', '42']);
    expect(wordsOf(' — ')).toEqual([]);
  });
});

describe('countWords', () => {
  const codes = [[1, 2, 1], [2]];

  it('counts each row once per word, and missing rows never', () => {
    const counts = countWords(codes, Int32Array.of(0, 1, 0, -1), undefined);
    expect([...counts]).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('counts each group once, in any order of rows', () => {
    const counts = countWords(codes, Int32Array.of(0, 1, 0, 1), Uint32Array.of(0, 1, 0, 0));
    expect([...counts]).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe('vocabularyOf', () => {
  it('keeps no word of one row', () => {
    const vocabulary = vocabularyOf(
      new Map([
        [0xabcdef, 2],
        [7, 1],
        [0, 5],
      ]),
    );
    expect(vocabulary.atLeast).toBe(2);
    expect([...knownWords(vocabulary)]).toEqual([0, 0xabcdef]);
  });

  it('keeps at most 10,000 words, those of the most rows', () => {
    const counts = new Map(Array.from({ length: 30_000 }, (_, code) => [code * 500, Math.floor(90_000 / (code + 1))]));
    const vocabulary = vocabularyOf(counts);
    const known = knownWords(vocabulary);
    expect(vocabulary.words.length).toBeLessThanOrEqual(40_000);
    for (const [code, count] of counts) expect(known.has(code)).toBe(count >= vocabulary.atLeast);
    expect(known.size).toBeGreaterThan(9_000);
  });
});

describe('knownToOthers', () => {
  it('are the words that a row still finds without itself', () => {
    const counts = new Map([
      [1, 2],
      [2, 3],
    ]);
    expect([...knownToOthers(counts, vocabularyOf(counts))]).toEqual([2]);
  });
});
