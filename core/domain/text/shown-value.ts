/** Chosen: enough to recognise a value in its file. */
const MAX_CHARACTERS = 100;

/**
 * A value of a table for a message: as it is where it is short and plain, else quoted as JSON and cut, so that no line
 * break, control character or megabyte of it gets into a log.
 *
 * @example shownValue('r17') // => 'r17'
 */
export function shownValue(text: string): string {
  return /^[\p{L}\p{N} ._:@/+-]{1,100}$/u.test(text) ? text : JSON.stringify(text.slice(0, MAX_CHARACTERS));
}
