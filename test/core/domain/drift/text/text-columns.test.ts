import { describe, expect, it } from 'vitest';
import {
  isFreeText,
  measureReference,
  measureTexts,
  type Texts,
} from '../../../../../core/domain/drift/text/text-columns.ts';
import { measureText } from '../../../../../core/domain/drift/text/text-measures.ts';
import { columnOfTexts } from '../../../../../core/domain/table/column-values.ts';
import golden from '../../../../golden/text-measures.json' with { type: 'json' };

const BY_ROWS = { sampling: { kind: 'rows' }, isSensitive: false } as const;

function numbersOf(column: ReturnType<typeof measureTexts> | undefined): readonly number[] {
  return column?.kind === 'numeric' ? [...column.values] : [];
}

describe('measureReference', () => {
  const measured = measureReference(columnOfTexts(golden.reference), BY_ROWS);
  const unknown = measured.find(({ measure }) => measure === 'unknown-words');

  it('has the shares of words that fewer than two other rows have', () => {
    const values = numbersOf(unknown?.values);
    expect(values).toHaveLength(golden.reference.length);
    golden.unknown.reference.forEach((share, row) => {
      expect(values[row]).toBeCloseTo(share, 6);
    });
  });

  it('has a vocabulary by which a later window is measured', () => {
    const values = numbersOf(measureTexts(columnOfTexts(golden.windows.shifted), 'unknown-words', unknown?.vocabulary));
    golden.unknown.shifted.forEach((share, row) => {
      expect(values[row]).toBeCloseTo(share, 6);
    });
  });

  it('keeps no trace of the words of a sensitive column', () => {
    const hidden = measureReference(columnOfTexts(golden.reference), { ...BY_ROWS, isSensitive: true });
    expect(hidden.map(({ measure }) => measure)).toEqual(measured.map(({ measure }) => measure).slice(0, -1));
    expect(hidden.every(({ vocabulary }) => vocabulary === undefined)).toBe(true);
  });
});

describe('measureTexts', () => {
  it('is missing where the text is, or a share of no characters', () => {
    const texts: Texts = { kind: 'categorical', codes: Int32Array.of(0, -1, 1), categories: ['', 'A1'] };
    expect(numbersOf(measureTexts(texts, 'digits'))).toEqual([Number.NaN, Number.NaN, 0.5]);
    expect(numbersOf(measureTexts(texts, 'length'))).toEqual([0, Number.NaN, 2]);
    expect(measureTexts(texts, 'empty')).toEqual({
      kind: 'categorical',
      codes: Int32Array.of(1, -1, 0),
      categories: ['false', 'true'],
    });
  });

  it('has no unknown words without a vocabulary', () => {
    expect(numbersOf(measureTexts(columnOfTexts(['a b']), 'unknown-words'))).toEqual([Number.NaN]);
  });

  it('rounds to six digits', () => {
    expect(numbersOf(measureTexts(columnOfTexts(['1ab']), 'digits'))).toEqual([0.333333]);
    expect(measureText('1ab', 'digits')).toBe(1 / 3);
  });
});

describe('isFreeText', () => {
  const sentences = Array.from({ length: 120 }, (_, at) => `the delivery number ${at} was late`);
  it.each([
    ['sentences', sentences, true],
    ['too few distinct sentences', sentences.slice(0, 99), false],
    ['sentences of which most come up again', Array.from({ length: 5 }, () => sentences).flat(), false],
    ['identifiers', sentences.map((_, at) => `a-b-c-d-${at}`), false],
    ['times', sentences.map((_, at) => `2001-01-01 10:${at}`), false],
    ['names', sentences.map((_, at) => `Ada ${at} Lovelace`), false],
  ])('of %s', (_, texts, expected) => expect(isFreeText(columnOfTexts(texts))).toBe(expected));
});
