import type { seededRandom } from './seeded-random.ts';

/** A text of 4 to 15 words, of which few are frequent and many are rare: words of a Pareto law. */
export function randomText(random: ReturnType<typeof seededRandom>, prefix = 'w'): string {
  const words = 4 + Math.floor(random.uniform() * 12);
  return Array.from({ length: words }, () => `${prefix}${Math.floor((1 - random.uniform()) ** -1.2)}`).join(' ');
}
