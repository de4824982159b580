/** Takes the bytes of one object. */
export interface ByteSink {
  /**
   * The object begins. Again, when a try failed: what came before is void.
   *
   * @param sizeBytes Undefined where the sender did not say it.
   */
  begin(sizeBytes: number | undefined): void;
  /** The next bytes, in order; they are used up before it returns. */
  write(chunk: Uint8Array): void;
  /** For an object that comes in parts instead. Void like `begin` makes what came before void. */
  beginParts(sizeBytes: number): PartSink;
}

/** Takes an object in parts of equal size (the last one may be shorter), in any order. */
export interface PartSink {
  readonly partBytes: number;
  /** A free buffer of `partBytes`. Waits for one; callers ask in the order of the parts, else they may wait forever. */
  buffer(): Promise<Uint8Array>;
  /** Part number `index` (from 0), in a buffer of `buffer()`, which goes back with it. */
  put(index: number, bytes: Uint8Array): Promise<void>;
}
