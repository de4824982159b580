import { describe, expect, it } from 'vitest';
import { otherClasses } from '../../../../core/usecases/evaluate/champion-scores.ts';
import type { Rival } from '../../../../core/usecases/evaluate/open-champion.ts';

const rivalOf = (classes: Rival['classes']): Rival => ({
  found: { kind: 'none' },
  opened: null,
  predictions: null,
  absence: { kind: 'present' },
  scoredBy: 'predictions',
  classes,
});

describe('otherClasses', () => {
  it.each<[Rival['classes'], readonly string[] | null]>([
    [
      ['no', 'yes'],
      ['no', 'yes'],
    ],
    [null, null],
    [undefined, ['no', 'yes']],
  ])('takes scores of the same classes, or of which no one says them: %j', (then, now) => {
    expect(otherClasses(rivalOf(then), now)).toBeUndefined();
  });

  it.each<[Rival['classes'], readonly string[] | null]>([
    [
      ['yes', 'no'],
      ['no', 'yes'],
    ],
    [
      ['a', 'b', 'c'],
      ['a', 'b'],
    ],
    [null, ['no', 'yes']],
    [['no', 'yes'], null],
  ])('refuses scores of other classes, or in another order: %j for %j', (then, now) => {
    expect(otherClasses(rivalOf(then), now)).toMatch(/^its scores are of/);
  });
});
