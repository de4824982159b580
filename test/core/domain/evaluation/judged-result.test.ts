import { describe, expect, it } from 'vitest';
import { areSameResults, type JudgedResult } from '../../../../core/domain/evaluation/judged-result.ts';

const result = (kind: JudgedResult['kind'], digest: string, path = kind): JudgedResult => ({ kind, digest, path });

describe('areSameResults', () => {
  it.each<[string, readonly JudgedResult[] | undefined, readonly JudgedResult[] | undefined, boolean]>([
    ['none and none', undefined, [], true],
    [
      'the same bytes in another order',
      [result('junit', 'a'), result('metrics', 'b')],
      [result('metrics', 'b'), result('junit', 'a')],
      true,
    ],
    ['the same bytes at another path', [result('junit', 'a', 'junit')], [result('junit', 'a', 'junit')], true],
    ['other bytes', [result('junit', 'a')], [result('junit', 'b')], false],
    ['one more file', [result('junit', 'a')], [result('junit', 'a'), result('metrics', 'b')], false],
    ['the same bytes as another kind', [result('junit', 'a')], [result('metrics', 'a')], false],
  ])('of %s is %#', (_, one, other, same) => {
    expect(areSameResults(one, other)).toBe(same);
  });
});
