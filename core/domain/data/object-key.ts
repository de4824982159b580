/**
 * Where DVC 3 keeps an object, in its cache and on a remote alike.
 *
 * @param md5 32 hex digits, with `.dir` for a folder.
 * @example dvcObjectKey('acbd18db4cc2f85cedef654fccc4a4d8') // => 'files/md5/ac/bd18db4cc2f85cedef654fccc4a4d8'
 */
export function dvcObjectKey(md5: string): string {
  return `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;
}
