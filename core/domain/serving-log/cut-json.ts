/** Tails that complete a text after a value, before one, after the key of a mapping, and before a key. */
const TAILS = ['', '0', ':0', '"":0'];
/** The beginning of a number. */
const NUMBER = /^-?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d*)?)?$/;
const WORDS = ['true', 'false', 'null'];

/**
 * True if a text that is not JSON is the beginning of JSON: a record that was cut while it was written. A text with a mistake,
 * such as the `NaN` that Python writes, is not.
 *
 * @example isCutJson('{"a": [1, 2') // => true
 * @example isCutJson('{"a": NaN}') // => false
 */
export function isCutJson(text: string): boolean {
  const { isInString, whole, closing } = openParts(text);
  const head = isInString ? `${text.slice(0, whole)}"` : withoutCutWord(text);
  return head !== undefined && TAILS.some((tail) => parses(`${head}${tail}${closing}`));
}

/** True if the text ends in a string, where an escape is cut in it, and the brackets that close what it leaves open. */
function openParts(text: string) {
  const open: string[] = [];
  let [isInString, whole] = [false, text.length];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isInString = !isInString;
    else if (isInString && character === '\\') {
      if (at + (text[at + 1] === 'u' ? 6 : 2) > text.length) whole = at;
      at++;
    } else if (isInString) continue;
    else if (character === '{' || character === '[') open.push(character === '{' ? '}' : ']');
    else if (character === '}' || character === ']') open.pop();
  }
  return { isInString, whole, closing: open.reverse().join('') };
}

/** Without the beginning of a number or of a word; undefined where its end is the beginning of neither. */
function withoutCutWord(text: string): string | undefined {
  let start = text.length;
  while (start > 0 && /[A-Za-z0-9+.-]/.test(text[start - 1] ?? '')) start--;
  const word = text.slice(start);
  const isBeginning = NUMBER.test(word) || WORDS.some((whole) => whole.startsWith(word));
  return isBeginning ? text.slice(0, start) : undefined;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
