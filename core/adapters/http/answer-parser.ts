import type { HttpHead, HttpHeaders, HttpReceiver } from './http-exchange.ts';

/** Chosen: far more than any server sends. */
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_CHUNK_LINE_BYTES = 4096;

/** How the end of a body is known. */
type Body =
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunks'; phase: 'size' | 'data' | 'data-end' | 'trailer'; left: number }
  | { readonly kind: 'until-close' };

/** Why an answer is no HTTP/1.1. */
export class BrokenAnswerError extends Error {
  readonly code = 'EBADANSWER';
}

/** Reads one answer of an HTTP/1.1 server out of the bytes of a connection and hands it to a receiver. */
export class AnswerParser {
  /** Whether the connection may carry a further request once the answer is complete. */
  isReusable = true;
  isComplete = false;
  readonly #receiver: HttpReceiver;
  readonly #hasBody: boolean;
  #pending: Buffer | undefined;
  #trailerBytes = 0;
  #body: Body | undefined;

  /** @param method Of the request: an answer to HEAD has no body, whatever its head says. */
  constructor(method: string, receiver: HttpReceiver) {
    this.#receiver = receiver;
    this.#hasBody = method !== 'HEAD';
  }

  /** Whether the head of the answer itself came; interim answers (`100 Continue`) are none. */
  get hasHead(): boolean {
    return this.#body !== undefined;
  }

  /** Where the next bytes may be read to, so that they need no copying: nothing but body fits there. */
  target(): Uint8Array | undefined {
    if (this.#body?.kind !== 'length' || this.isComplete) return undefined;
    const target = this.#receiver.target?.();
    return target === undefined || target.length === 0 ? undefined : target.subarray(0, this.#body.left);
  }

  /**
   * Takes the next bytes; they are used up before it returns.
   *
   * @returns False when the receiver wants no more: the connection is of no further use.
   * @throws {BrokenAnswerError} and what the receiver throws.
   */
  push(bytes: Buffer): boolean {
    let rest = bytes;
    if (this.#pending !== undefined) {
      rest = Buffer.concat([this.#pending, bytes]);
      this.#pending = undefined;
    }
    while (rest.length > 0 && !this.isComplete) {
      const used = this.#body === undefined ? this.#head(rest) : this.#bodyBytes(rest, this.#body);
      if (used === 'unwanted') return false;
      if (used === 'more') {
        this.#pending = Buffer.from(rest);
        return true;
      }
      rest = rest.subarray(used);
    }
    // What nobody asked for: the connection cannot be trusted.
    if (rest.length > 0) this.isReusable = false;
    return true;
  }

  /** The server ended the connection: fine where that is how its answer ends. */
  end(): boolean {
    if (this.#body?.kind === 'until-close') this.isComplete = true;
    return this.isComplete;
  }

  #head(bytes: Buffer): number | 'more' | 'unwanted' {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length > MAX_HEAD_BYTES) throw new BrokenAnswerError('the head of the answer has no end');
      return 'more';
    }
    const text = bytes.toString('latin1', 0, end);
    const found = /^HTTP\/1\.([01]) (\d{3})/.exec(text);
    if (found === null) throw new BrokenAnswerError('the answer is not HTTP/1.1');
    const status = Number(found[2]);
    if (status < 200) return end + 4;
    const headers = new HeadText(text);
    this.#body = this.#bodyOf({ status, headers });
    const connection = headers.get('connection')?.toLowerCase() ?? '';
    if (connection.includes('close') || (found[1] === '0' && !connection.includes('keep-alive'))) {
      this.isReusable = false;
    }
    if (!this.#receiver.head({ status, headers })) return 'unwanted';
    if (this.#body.kind === 'length' && this.#body.left === 0) this.isComplete = true;
    return end + 4;
  }

  #bodyOf({ status, headers }: HttpHead): Body {
    if (!this.#hasBody || status === 204 || status === 304) return { kind: 'length', left: 0 };
    const coding = headers.get('transfer-encoding')?.toLowerCase();
    if (coding === 'chunked') return { kind: 'chunks', phase: 'size', left: 0 };
    if (coding !== undefined) throw new BrokenAnswerError(`the answer is coded as ${coding}`);
    const length = headers.get('content-length');
    if (length === undefined) {
      this.isReusable = false;
      return { kind: 'until-close' };
    }
    if (!/^\d{1,15}$/.test(length)) throw new BrokenAnswerError('the length of the answer is not a number');
    return { kind: 'length', left: Number(length) };
  }

  #bodyBytes(bytes: Buffer, body: Body): number | 'more' {
    if (body.kind === 'chunks') return this.#chunkBytes(bytes, body);
    const used = body.kind === 'length' ? Math.min(body.left, bytes.length) : bytes.length;
    this.#receiver.data(used === bytes.length ? bytes : bytes.subarray(0, used));
    if (body.kind === 'length') {
      body.left -= used;
      this.isComplete = body.left === 0;
    }
    return used;
  }

  #chunkBytes(bytes: Buffer, body: Body & { kind: 'chunks' }): number | 'more' {
    if (body.phase === 'data') {
      const used = Math.min(body.left, bytes.length);
      this.#receiver.data(bytes.subarray(0, used));
      body.left -= used;
      if (body.left === 0) body.phase = 'data-end';
      return used;
    }
    const end = bytes.indexOf('\r\n');
    if (end < 0) {
      if (bytes.length > MAX_CHUNK_LINE_BYTES) throw new BrokenAnswerError('a piece of the answer has no size');
      return 'more';
    }
    if (body.phase === 'size') {
      const size = /^([0-9A-Fa-f]{1,12})\s*(?:;|$)/.exec(bytes.toString('latin1', 0, end))?.[1];
      if (size === undefined) throw new BrokenAnswerError('a piece of the answer has no size');
      body.left = Number.parseInt(size, 16);
      body.phase = body.left === 0 ? 'trailer' : 'data';
    } else if (body.phase === 'data-end') {
      if (end !== 0) throw new BrokenAnswerError('a piece of the answer is longer than it said');
      body.phase = 'size';
    } else if (end === 0) this.isComplete = true;
    else this.#trailerBytes += end;
    if (this.#trailerBytes > MAX_HEAD_BYTES) throw new BrokenAnswerError('the trailer of the answer has no end');
    return end + 2;
  }
}

/** The head as it came: of ten headers, one or two are ever asked for. */
class HeadText implements HttpHeaders {
  readonly #text: string;
  readonly #lower: string;

  constructor(text: string) {
    this.#text = text;
    this.#lower = text.toLowerCase();
  }

  get(name: string): string | undefined {
    const start = this.#lower.indexOf(`\r\n${name}:`);
    if (start < 0) return undefined;
    const from = start + name.length + 3;
    const end = this.#text.indexOf('\r\n', from);
    return this.#text.slice(from, end < 0 ? undefined : end).trim();
  }
}
