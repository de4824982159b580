import type { Texts } from '../core/domain/drift/text/text-columns.ts';
import type { seededRandom } from './seeded-random.ts';

/** A text of 4 to 15 words, of which few are frequent and many are rare: words of a Pareto law. */
export function randomText(random: ReturnType<typeof seededRandom>, prefix = 'w'): string {
  const words = 4 + Math.floor(random.uniform() * 12);
  return Array.from({ length: words }, () => `${prefix}${Math.floor((1 - random.uniform()) ** -1.2)}`).join(' ');
}

/** A column of texts; undefined is missing. */
export function textsColumn(texts: readonly (string | undefined)[]): Texts {
  const categories = [...new Set(texts.filter((text) => text !== undefined))];
  const codes = new Map(categories.map((text, code) => [text, code]));
  return {
    kind: 'categorical',
    categories,
    codes: Int32Array.from(texts, (text) => (text === undefined ? -1 : (codes.get(text) ?? -1))),
  };
}
