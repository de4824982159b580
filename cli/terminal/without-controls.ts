/** Control characters but tab and line feed, and the marks that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is shown in another form
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text of others for a terminal: control characters, which move the cursor, set the title or hide text, are written as
 * escapes.
 *
 * @example withoutControls('\u001b[2Ja') // => '\\u001b[2Ja'
 */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
