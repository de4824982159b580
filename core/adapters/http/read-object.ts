import { ServiceError, UserError } from '../../errors.ts';
import type { ByteSink, PartSink } from '../../ports/data/byte-sink.ts';
import type { HttpHead } from './http-exchange.ts';
import type { ObjectCall, ObjectHttp, ObjectReceiver } from './object-http.ts';

/** Chosen: an object above this comes in parts, which a few connections bring faster than one. */
const LARGE_BYTES = 32 * 1024 * 1024;
/** Chosen: parts of one object in flight. */
const PARALLEL_PARTS = 6;
/** Chosen. */
const MAX_SHORT_ANSWERS = 3;

/**
 * Reads an object into a sink: in one piece, or in parts when it is large and the server gives ranges. What a dropped
 * connection had brought is kept; the rest is asked for.
 *
 * @param sizeBytes Where it is known already.
 * @returns Whether there is such an object.
 */
export async function readObject(
  http: ObjectHttp,
  key: string,
  { sink, sizeBytes }: { readonly sink: ByteSink; readonly sizeBytes: number | undefined },
): Promise<boolean> {
  const large = (wanted: WantedObject) => http.largeTurns.run(() => readLarge(http, wanted));
  if ((sizeBytes ?? 0) > LARGE_BYTES) return large({ key, sink, sizeBytes });
  const receiver = new WholeReceiver({ key, sink, sizeBytes });
  if ((await http.send(receiver.again(), receiver)) === undefined) return false;
  return receiver.isLarge ? large({ key, sink, sizeBytes: sizeBytes ?? receiver.sizeBytes }) : true;
}

interface WantedObject {
  readonly key: string;
  readonly sink: ByteSink;
  /** As it was recorded, or as the server said before. */
  readonly sizeBytes: number | undefined;
}

async function readLarge(http: ObjectHttp, { key, sink, sizeBytes }: WantedObject): Promise<boolean> {
  const probe = new ProbeReceiver(key);
  if ((await http.send(probe.again(), probe)) === undefined) return false;
  if (probe.size === undefined) {
    const receiver = new WholeReceiver({ key, sink, sizeBytes }, Number.POSITIVE_INFINITY);
    return (await http.send(receiver.again(), receiver)) !== undefined;
  }
  if (sizeBytes !== undefined && probe.size !== sizeBytes) throw otherSize(key, { said: probe.size, sizeBytes });
  const object = { key, sizeBytes: probe.size, etag: probe.etag };
  const parts = sink.beginParts(object.sizeBytes);
  const count = Math.ceil(object.sizeBytes / parts.partBytes);
  const failures: unknown[] = [];
  let next = 0;
  const bring = async (): Promise<void> => {
    for (let index = next++; index < count && failures.length === 0; index = next++) {
      await bringPart(http, object, { index, parts }).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_PARTS }, bring));
  if (failures.length > 0) throw failures[0];
  return true;
}

interface LargeObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string | undefined;
}

async function bringPart(
  http: ObjectHttp,
  { key, sizeBytes, etag }: LargeObject,
  { index, parts }: { readonly index: number; readonly parts: PartSink },
): Promise<void> {
  const start = index * parts.partBytes;
  const length = Math.min(parts.partBytes, sizeBytes - start);
  const buffer = await parts.buffer();
  const receiver = new RangeReceiver({ key, start, etag }, buffer.subarray(0, length));
  for (let tries = 0; !receiver.isComplete; tries += 1) {
    if (tries === MAX_SHORT_ANSWERS) throw brokenAnswer(key, 'its answers are shorter than the ranges asked for');
    if ((await http.send(receiver.again(), receiver)) === undefined) throw brokenAnswer(key, 'it is gone now');
  }
  await parts.put(index, buffer.subarray(0, length));
}

/** A body in one piece, resumed after a drop. */
class WholeReceiver implements ObjectReceiver {
  isLarge = false;
  /** Message of the server. */
  sizeBytes: number | undefined;
  readonly #wanted: WantedObject;
  readonly #largeBytes: number;
  #received = 0;
  #etag: string | undefined;

  constructor(wanted: WantedObject, largeBytes = LARGE_BYTES) {
    this.#wanted = wanted;
    this.#largeBytes = largeBytes;
  }

  head(head: HttpHead): boolean {
    if (head.status === 206 && rangeOf(head)?.start === this.#received) return true;
    this.#received = 0;
    this.#etag = strongEtag(head);
    const size = contentLength(head);
    this.sizeBytes = size;
    this.isLarge =
      head.status === 200 && (size ?? 0) > this.#largeBytes && head.headers.get('accept-ranges') !== 'none';
    if (!this.isLarge) this.#wanted.sink.begin(size);
    return !this.isLarge;
  }

  data(chunk: Uint8Array): void {
    this.#received += chunk.length;
    const { key, sink, sizeBytes } = this.#wanted;
    // Else a server that never ends fills the disk.
    if (sizeBytes !== undefined && this.#received > Math.max(sizeBytes, LARGE_BYTES)) {
      throw otherSize(key, { said: undefined, sizeBytes });
    }
    sink.write(chunk);
  }

  position(): number {
    return this.#etag === undefined ? 0 : this.#received;
  }

  again(): ObjectCall {
    const call = { method: 'GET', key: this.#wanted.key } as const;
    if (this.#received === 0 || this.#etag === undefined) return call;
    // Another object by now, or a server without ranges: it answers with the whole.
    return { ...call, headers: { range: `bytes=${this.#received}-`, 'if-range': this.#etag } };
  }
}

/** Asks for one byte, to learn the size and whether the server gives ranges. */
class ProbeReceiver implements ObjectReceiver {
  /** Undefined where the server gives no ranges. */
  size: number | undefined;
  etag: string | undefined;
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  head(head: HttpHead): boolean {
    this.size = head.status === 206 ? rangeOf(head)?.total : undefined;
    this.etag = strongEtag(head);
    return head.status === 206;
  }

  data(): void {}

  position(): number {
    return 0;
  }

  again(): ObjectCall {
    return { method: 'GET', key: this.#key, headers: { range: 'bytes=0-0' } };
  }
}

/** A range into a buffer, resumed after a drop. */
class RangeReceiver implements ObjectReceiver {
  readonly #object: { readonly key: string; readonly start: number; readonly etag: string | undefined };
  readonly #buffer: Uint8Array;
  #received = 0;

  constructor(object: { key: string; start: number; etag: string | undefined }, buffer: Uint8Array) {
    this.#object = object;
    this.#buffer = buffer;
  }

  get isComplete(): boolean {
    return this.#received === this.#buffer.length;
  }

  head(head: HttpHead): boolean {
    if (rangeOf(head)?.start !== this.#object.start + this.#received) {
      throw brokenAnswer(this.#object.key, 'the server sent another range than requested');
    }
    return true;
  }

  data(chunk: Uint8Array): void {
    if (this.#received + chunk.length > this.#buffer.length) {
      throw brokenAnswer(this.#object.key, 'the server sent more than requested');
    }
    if (!this.#isInPlace(chunk)) this.#buffer.set(chunk, this.#received);
    this.#received += chunk.length;
  }

  position(): number {
    return this.#received;
  }

  target(): Uint8Array {
    return this.#buffer.subarray(this.#received);
  }

  again(): ObjectCall {
    const { key, start, etag } = this.#object;
    const range = `bytes=${start + this.#received}-${start + this.#buffer.length - 1}`;
    return { method: 'GET', key, headers: { range, ...(etag === undefined ? {} : { 'if-match': etag }) } };
  }

  #isInPlace(chunk: Uint8Array): boolean {
    return chunk.buffer === this.#buffer.buffer && chunk.byteOffset === this.#buffer.byteOffset + this.#received;
  }
}

/** A file of another length than recorded is another file, and nothing is planned for it. */
function otherSize(
  key: string,
  { said, sizeBytes }: { readonly said: number | undefined; readonly sizeBytes: number },
): UserError {
  const has = said === undefined ? 'more' : `${said}`;
  return new UserError('OBJECT_CORRUPT', `the server has ${has} bytes of ${key}, but ${sizeBytes} are expected`, {
    fix: "Check which process wrote it to the remote. Delete it there (and the directory manifest of its folder, which ends in .dir) and push it again with 'dvc push'.",
  });
}

function brokenAnswer(key: string, what: string): ServiceError {
  return new ServiceError('STORE_UNREACHABLE', `${key}: ${what}`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, check the proxy or server between this job and the remote.',
  });
}

function rangeOf({ status, headers }: HttpHead): { readonly start: number; readonly total: number } | undefined {
  const found = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  return status === 206 && found !== null ? { start: Number(found[1]), total: Number(found[2]) } : undefined;
}

/** A weak tag says nothing of bytes. */
function strongEtag({ headers }: HttpHead): string | undefined {
  const etag = headers.get('etag');
  return etag === undefined || etag.startsWith('W/') ? undefined : etag;
}

function contentLength({ headers }: HttpHead): number | undefined {
  const value = headers.get('content-length');
  return value === undefined || !/^\d+$/.test(value) ? undefined : Number(value);
}
