/**
 * Names of objects in this store: 32 hex digits of MD5, with `.dir` for a folder's list. Objects of DVC 2 are elsewhere
 * and were hashed in another way, so their names begin with this.
 */
const LEGACY_PREFIX = 'dos2unix:';
const KEY_PREFIX = 'files/md5/';

/** The name of an object that DVC 2 wrote. */
export function legacyObjectName(md5: string): string {
  return LEGACY_PREFIX + md5;
}

/** True if DVC 2 wrote the object. */
export function isLegacyObject(name: string): boolean {
  return name.startsWith(LEGACY_PREFIX);
}

/** The name without the mark of DVC 2: what `.dvc` files write. */
export function recordedDigest(name: string): string {
  return isLegacyObject(name) ? name.slice(LEGACY_PREFIX.length) : name;
}

/** The 32 hex digits of an object's name. */
export function objectDigest(name: string): string {
  return recordedDigest(name).slice(0, 32);
}

/**
 * Path of an object in DVC's cache and on a remote.
 *
 * @param name As above.
 * @example dvcObjectKey('acbd18db4cc2f85cedef654fccc4a4d8') // => 'files/md5/ac/bd18db4cc2f85cedef654fccc4a4d8'
 */
export function dvcObjectKey(name: string): string {
  const digest = recordedDigest(name);
  return `${isLegacyObject(name) ? '' : KEY_PREFIX}${digest.slice(0, 2)}/${digest.slice(2)}`;
}

/**
 * The name of the object that has this key; the key itself where it is not an object's.
 *
 * @param isLegacy The key is one of DVC 2, so without `files/md5/`.
 */
export function dvcObjectName(key: string, isLegacy: boolean): string {
  const start = isLegacy ? 0 : KEY_PREFIX.length;
  if (key[start + 2] !== '/') return key;
  const digest = `${key.slice(start, start + 2)}${key.slice(start + 3)}`;
  return isLegacy ? legacyObjectName(digest) : digest;
}
