import { isUtf8 } from 'node:buffer';
import { UserError } from '../../errors.ts';

const NEW_LINE = 0x0a;

/**
 * The text of a file's bytes. What is not UTF-8 is refused: it would be written back with other bytes than were read.
 *
 * @param file The path to show.
 * @returns The text, with its byte order mark where it has one.
 * @throws {UserError} ENCODING_INVALID with the first line that is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  if (isUtf8(bytes)) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const line = firstBrokenLine(bytes);
  throw new UserError('ENCODING_INVALID', `${file}:${line}: the file is not encoded in UTF-8`, {
    fix: 'Save the file in UTF-8.',
    place: { file, line },
  });
}

/** No character of UTF-8 holds the byte of a line's end, so that each line can be looked at by itself. */
function firstBrokenLine(bytes: Uint8Array): number {
  for (let [line, start] = [1, 0]; ; line++) {
    const end = bytes.indexOf(NEW_LINE, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
