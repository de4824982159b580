import type { ObjectContent, ObjectEntry } from '../store/object-store.ts';
import type { ByteSink } from './byte-sink.ts';

/**
 * A remote that holds the objects of datasets, many and of all sizes. Keys are as in `ObjectStore`.
 *
 * Connections that drop, servers that fail or ask to slow down were retried, and reads resumed where they stopped,
 * before an error comes. Errors: ServiceError STORE_REFUSED (not retryable), STORE_UNREACHABLE (retryable), and
 * UserError OBJECT_FORBIDDEN where the remote does not say whether the object is missing or forbidden.
 */
export interface DataRemote {
  /** Address, without credentials and a trailing slash. */
  readonly uri: string;
  /** Requests at once that make sense. */
  readonly jobs: number;
  /**
   * Reads an object into a sink.
   *
   * @param sizeBytes Its size, where something else said it: then the first request already asks for parts.
   * @returns Whether there is such an object.
   */
  read(key: string, sink: ByteSink, sizeBytes?: number): Promise<boolean>;
  /** Size of the object, or undefined where there is none. */
  stat(key: string): Promise<ObjectEntry | undefined>;
  /** Stores content, replacing what is there. Throws `RangeError` if it yields another number of bytes than it said. */
  put(key: string, content: ObjectContent): Promise<void>;
  /** Keys that start with the prefix, in pages; undefined for a remote that cannot list. */
  listPages(prefix: string): AsyncIterable<readonly string[]> | undefined;
}

/**
 * Opens a remote that DVC's config names, or the default one for undefined. Its keys are `files/md5/ab/…`, and `ab/…` for DVC 2.
 *
 * @throws {UserError} INPUT_INVALID for an unknown name or no default, DVC_UNSUPPORTED for a kind not handled.
 */
export type OpenDataRemote = (name: string | undefined) => { readonly name: string; readonly remote: DataRemote };
