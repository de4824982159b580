import { UserError } from '../../errors.ts';

/**
 * Checks a key of an object store: relative, `/`-separated, no empty, `.` or `..` segment, no control characters.
 *
 * @returns The key itself.
 * @throws {UserError} PATH_UNSAFE when it could leave the store or mean another object there.
 * @example assertObjectKey('sha256/ab/model.onnx') // => 'sha256/ab/model.onnx'
 */
export function assertObjectKey(key: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/(^|\/)\.{0,2}(\/|$)|[\u0000-\u001f\\]/.test(key)) {
    throw new UserError('PATH_UNSAFE', `${JSON.stringify(key)} is not a valid key of a store`, {
      fix: 'Use a relative path with "/" between its parts, without "..", "." and backslashes.',
    });
  }
  return key;
}
