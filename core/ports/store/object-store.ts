/** Bytes to store. `open` may be called more than once (a retry starts again) and yields exactly `sizeBytes` bytes. */
export interface ObjectContent {
  readonly sizeBytes: number;
  /** All of them, where they are in memory already. */
  readonly bytes?: Uint8Array;
  open(): AsyncIterable<Uint8Array>;
}

/** Metadata of an object in a store. */
export interface ObjectEntry {
  readonly key: string;
  readonly sizeBytes: number;
}

/** Write mode: `if-absent` never replaces what is there, `replace` always does. */
export type PutMode = 'if-absent' | 'replace';

/** Result of `put`. `exists`: the key was taken and `if-absent` left it as it was; `replaced`: written under `replace`. */
export type PutResult = 'created' | 'exists' | 'replaced';

/**
 * A store of artifacts and documents by key (`a/b/c`: relative, `/`-separated, without `.` and `..` segments).
 *
 * Guarantees to callers:
 * - an object is seen whole or not at all, also after a crash while it was written;
 * - a read after a finished write of this process sees that write;
 * - of two racing `if-absent` writes of one key exactly one answers `created`.
 *
 * Every method throws `UserError` PATH_UNSAFE for a key that is not as above, `ServiceError` STORE_REFUSED
 * (not retryable: credentials, permission, no such bucket) and STORE_UNREACHABLE (retryable).
 * Adapters have retried by themselves before they throw a retryable error.
 */
export interface ObjectStore {
  /** Address, without credentials and without a trailing slash: `s3://bucket/prefix`, `oci://host/path` or a folder. */
  readonly uri: string;
  /** Address of an object, for people and other tools; default: `<uri>/<key>`. */
  uriOf?(key: string): string;
  /** The object's bytes from the start, or undefined where there is none. Errors may also come while reading. */
  open(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Size of the object, or undefined where there is none. */
  stat(key: string): Promise<ObjectEntry | undefined>;
  /** Stores the content whole. Throws `RangeError` if it yields another number of bytes than it said. */
  put(key: string, content: ObjectContent, mode: PutMode): Promise<PutResult>;
  /** All objects whose key starts with the prefix (`''` for all), in no promised order. A prefix need not end at a `/`. */
  list(prefix: string): AsyncIterable<ObjectEntry>;
}
