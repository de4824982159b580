/** Chosen by ECMAScript: 100 million days before and after 1970. */
const FARTHEST_MS = 8.64e15;

/**
 * An instant as ISO 8601 in UTC; one that a date of JavaScript cannot be, as its milliseconds.
 *
 * @param ms Milliseconds since 1970.
 * @example formatInstant(0) // => '1970-01-01T00:00:00.000Z'
 */
export function formatInstant(ms: number): string {
  return Math.abs(ms) <= FARTHEST_MS ? new Date(ms).toISOString() : `${ms} ms since 1970`;
}
