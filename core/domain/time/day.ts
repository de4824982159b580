/** Milliseconds of a day; days are those of UTC, which all have the same length. */
export const DAY_MS = 86_400_000;
