import type { Sampling } from '../../inference/population.ts';
import type { ColumnValues } from '../../table/column-values.ts';
import { isEmpty, measureText, TEXT_MEASURES, type TextMeasure } from './text-measures.ts';
import { codeOf, countWords, knownToOthers, knownWords, type Vocabulary, vocabularyOf, wordsOf } from './vocabulary.ts';

/** A column of texts. */
export type Texts = Extract<ColumnValues, { kind: 'categorical' }>;

/** A column that was computed from one of texts. */
export interface MeasuredText {
  readonly measure: TextMeasure;
  readonly values: ColumnValues;
  /** Of `unknown-words`: the words that a later window is compared with. */
  readonly vocabulary?: Vocabulary;
}

/** Chosen: fewer distinct texts are categories. */
const MIN_DISTINCT = 100;
/** Chosen: texts of which most come up more often are categories too. */
const MIN_DISTINCT_SHARE = 0.25;
/** Chosen: identifiers, times and names have fewer gaps between words. */
const MIN_GAPS = 3;

/** True if texts are free text by their look: at least 100 distinct ones, a quarter of all, with three gaps each on average. */
export function isFreeText({ codes, categories }: Texts): boolean {
  const seen = new Set(codes);
  seen.delete(-1);
  const present = codes.reduce((sum, code) => sum + (code === -1 ? 0 : 1), 0);
  if (seen.size < MIN_DISTINCT || seen.size < MIN_DISTINCT_SHARE * present) return false;
  let gaps = 0;
  for (const code of seen) gaps += categories[code]?.trim().match(/\s(?=\S)/gu)?.length ?? 0;
  return gaps >= MIN_GAPS * seen.size;
}

/**
 * All measures of the texts of a reference.
 *
 * @param sampling Rows of a group are one observation: a word is known by other groups.
 * @param isSensitive Whether no trace of words is kept, so that `unknown-words` is left out.
 */
export function measureReference(
  texts: Texts,
  { sampling, isSensitive }: { readonly sampling: Sampling; readonly isSensitive: boolean },
): readonly MeasuredText[] {
  const plain = TEXT_MEASURES.flatMap((measure) =>
    measure === 'unknown-words' ? [] : [{ measure, values: measureTexts(texts, measure) }],
  );
  if (isSensitive) return plain;
  const codes = codesOf(texts);
  const counts = countWords(codes, texts.codes, sampling.kind === 'rows' ? undefined : sampling.ids);
  const vocabulary = vocabularyOf(counts);
  const values = shareUnknown(texts, codes, knownToOthers(counts, vocabulary));
  return [...plain, { measure: 'unknown-words', values, vocabulary }];
}

/**
 * A measure of the texts of a current window.
 *
 * @param vocabulary Of the reference; needed for `unknown-words`, which without it has no values.
 */
export function measureTexts(texts: Texts, measure: TextMeasure, vocabulary?: Pick<Vocabulary, 'words'>): ColumnValues {
  if (measure === 'empty') return emptiness(texts);
  if (measure !== 'unknown-words') return byText(texts, (text) => measureText(text, measure));
  if (vocabulary === undefined) return byText(texts, () => Number.NaN);
  return shareUnknown(texts, codesOf(texts), knownWords(vocabulary));
}

function emptiness({ codes, categories }: Texts): ColumnValues {
  const flags = categories.map((text) => Number(isEmpty(text)));
  return { kind: 'categorical', codes: codes.map((code) => flags[code] ?? -1), categories: ['false', 'true'] };
}

function codesOf({ categories }: Texts): readonly (readonly number[])[] {
  return categories.map((text) => wordsOf(text).map(codeOf));
}

/** Share of the words of each text that are not known; NaN for a text without words. */
function shareUnknown(texts: Texts, codes: readonly (readonly number[])[], known: ReadonlySet<number>): ColumnValues {
  const share = (own: readonly number[] = []) => own.filter((code) => !known.has(code)).length / own.length;
  return byText(texts, (_, at) => share(codes[at]));
}

/** Chosen: a share to this many digits takes half the room, and texts are not longer. */
const DIGITS = 6;

function byText({ codes, categories }: Texts, measure: (text: string, at: number) => number): ColumnValues {
  const numbers = categories.map((text, at) => Number(measure(text, at).toFixed(DIGITS)));
  return { kind: 'numeric', values: Float64Array.from(codes, (code) => numbers[code] ?? Number.NaN) };
}
