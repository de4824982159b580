import type { ObjectContent } from './object-store.ts';

/** What adding bytes to the cache came to. `actual` differs from what was asked for: nothing was kept. */
export interface CacheAddition {
  readonly isKept: boolean;
  /** The digest of the bytes, 32 hex digits. */
  readonly actual: string;
  readonly sizeBytes: number;
}

/**
 * The local content store of data (DVC's cache). Digests are 32 hex digits of MD5, with `.dir` for a folder's list.
 * An object is there whole or not at all, also after a crash; several processes may add the same at once.
 */
export interface DataCache {
  /** Whether it holds the object. Objects that are writable (DVC's mark of doubt) are read and checked. */
  has(md5: string): Promise<boolean>;
  /** The object's bytes; it must be there. */
  content(md5: string): Promise<ObjectContent>;
  /** Streams the bytes in and keeps them if they have this digest. Errors of the source pass through. */
  add(md5: string, bytes: AsyncIterable<Uint8Array>): Promise<CacheAddition>;
  /** Keeps the list of a folder's files and returns its name, `<md5>.dir`. */
  addManifest(text: string): Promise<string>;
}
