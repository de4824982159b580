import { wordsOf } from './vocabulary.ts';

/** Numbers that are computed from each text, in the order of a report. */
export const TEXT_MEASURES = [
  'empty',
  'length',
  'words',
  'digits',
  'upper-case',
  'punctuation',
  'non-ascii',
  'unknown-words',
] as const;

/** A number that is computed from each text. */
export type TextMeasure = (typeof TEXT_MEASURES)[number];

/** A measure that needs the text alone. */
export type PlainMeasure = Exclude<TextMeasure, 'empty' | 'unknown-words'>;

/**
 * A measure of a text: its characters (code points), its words (runs of letters, marks and digits), or the share of its
 * characters that are digits (Nd), upper-case letters (Lu), punctuation (P) or not in ASCII, as Unicode has them.
 *
 * @returns Shares are in [0, 1], and NaN for a text without characters.
 * @example measureText('Ab 1!', 'upper-case') // => 0.2
 */
export function measureText(text: string, measure: PlainMeasure): number {
  if (measure === 'words') return wordsOf(text).length;
  const characters = countOf(text, /./gsu);
  return measure === 'length' ? characters : countOf(text, CHARACTERS[measure]) / characters;
}

const CHARACTERS: Readonly<Record<Exclude<PlainMeasure, 'length' | 'words'>, RegExp>> = {
  digits: /\p{Nd}/gu,
  'upper-case': /\p{Lu}/gu,
  punctuation: /\p{P}/gu,
  'non-ascii': /\P{ASCII}/gu,
};

function countOf(text: string, characters: RegExp): number {
  return text.match(characters)?.length ?? 0;
}

/** True for a text of white space alone. */
export function isEmpty(text: string): boolean {
  return text.trim() === '';
}
