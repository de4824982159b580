import type { ObjectContent } from '../store/object-store.ts';
import type { ByteSink } from './byte-sink.ts';

/** Result of adding bytes to the cache. `actual` differs from what was asked for: nothing was kept. */
export interface CacheAddition {
  readonly isKept: boolean;
  /** The digest of the bytes, 32 hex digits. */
  readonly actual: string;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The bytes themselves, where the object is small. */
  readonly bytes?: Uint8Array;
  /** The file that was asked for, where it was made: it has the same bytes. */
  readonly spare?: string;
}

/** A file to be made of an object's bytes on the way, which saves reading a large object again. */
export interface SpareFile {
  /** Absolute; nothing is there. */
  readonly file: string;
  /** True if the cache keeps the object too. Without it the file is made of every object, else of large ones. */
  readonly keepsObject: boolean;
}

/** An object on its way into the cache. */
export interface ObjectWrite extends ByteSink {
  /** Keeps the object, or the file instead of it, if the bytes are right; else nothing of it stays. */
  finish(): Promise<CacheAddition>;
  /** Nothing of it stays. Needed where `finish` is not called. */
  discard(): void;
}

/**
 * The local content store of data (DVC's cache). Objects are named as `domain/data/object-key.ts` says. An object is
 * there whole or not at all, also after a crash; several processes may add the same at once.
 */
export interface DataCache {
  /** True if it holds the object. Objects that are writable (DVC's mark of doubt) are read and checked. */
  has(name: string): Promise<boolean>;
  /** As `has` for each of many names, in their order. */
  hasEach(names: readonly string[]): Promise<readonly boolean[]>;
  /** The object's bytes; it must be there. */
  content(name: string): Promise<ObjectContent>;
  /** Takes the bytes of an object. */
  receive(name: string, spare?: SpareFile): ObjectWrite;
  /** Streams the bytes in and keeps them if they have this digest. Errors of the source pass through. */
  add(name: string, bytes: AsyncIterable<Uint8Array>): Promise<CacheAddition>;
  /** Keeps the list of a folder's files and returns its name, `<md5>.dir`. */
  addManifest(text: string): Promise<string>;
}
