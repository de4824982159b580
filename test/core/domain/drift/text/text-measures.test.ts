import { describe, expect, it } from 'vitest';
import { isEmpty, measureText, type PlainMeasure } from '../../../../../core/domain/drift/text/text-measures.ts';
import golden from '../../../../golden/text-measures.json' with { type: 'json' };

describe('measureText', () => {
  it.each(golden.odd)('is what the Unicode database says of $text', ({ text, measures }) => {
    for (const [measure, value] of Object.entries(measures)) {
      expect([measure, measureText(text, measure as PlainMeasure)]).toEqual([measure, value ?? Number.NaN]);
    }
  });
});

describe('isEmpty', () => {
  it.each([
    ['', true],
    [' \t\n\u00a0', true],
    [' . ', false],
  ])('of %j is %s', (text, empty) => expect(isEmpty(text)).toBe(empty));
});
