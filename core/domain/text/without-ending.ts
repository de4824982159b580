/**
 * A text without the characters of one kind that it ends with. Takes as long as the text is; a pattern such as `/+$` takes
 * as long as its square.
 *
 * @param character One UTF-16 unit.
 * @example withoutEnding('s3://bucket//', '/') // => 's3://bucket'
 */
export function withoutEnding(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
