/**
 * The name, in lower case, of which the engine may have made this one: where columns differ by case alone, it numbers all
 * but the first. The empty text where there is no number.
 *
 * @example unnumbered('A_1_1') // => 'a'
 */
export function unnumbered(name: string): string {
  const parts = name.toLowerCase().split('_');
  const isNumber = (part: string) => part !== '' && [...part].every((digit) => digit >= '0' && digit <= '9');
  let length = parts.length;
  while (length > 1 && isNumber(parts[length - 1] ?? '')) length--;
  return length === parts.length ? '' : parts.slice(0, length).join('_');
}
