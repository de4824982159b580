import type { Dispatcher } from 'undici';
import { BrokenAnswerError, type HttpHeaders, type HttpReceiver, type HttpRequest } from './http-exchange.ts';

/** Chosen: answers such as `103 Early Hints` before the answer itself; servers send one or two. */
const MOST_INTERIM_ANSWERS = 16;
/** Chosen: undici copies each piece into memory of its parser, which stays as large as the largest. */
const MOST_READ_BYTES = 1 << 20;
/** Codes that undici gives to a connection that ended. */
const ENDED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Thrown inside to end a connection whose rest is not wanted. */
class NotWanted extends Error {}

/** State of a connection. */
export class ConnectionState {
  /** Since it was opened. */
  exchanges = 0;
  /** The last that was sent on it. */
  current: ExchangeHandler | undefined;
}

/** Takes one answer from undici and hands it to a receiver. */
export class ExchangeHandler implements Dispatcher.DispatchHandlers {
  /** Settled when the answer is complete, or not wanted any more. */
  readonly done: Promise<void>;
  /** Told by the connection that takes the request. */
  connection: ConnectionState | undefined;
  readonly #receiver: HttpReceiver;
  readonly #method: HttpRequest['method'];
  readonly #settle: PromiseWithResolvers<void>;
  #abort: (error?: Error) => void = () => {};
  #isReused = false;
  #hasBegun = false;
  #interimAnswers = 0;
  /** Of a body of known length. */
  #leftBytes = 0;
  #failure: unknown;

  constructor(method: HttpRequest['method'], receiver: HttpReceiver) {
    this.#method = method;
    this.#receiver = receiver;
    this.#settle = Promise.withResolvers();
    this.done = this.#settle.promise;
  }

  /**
   * True if the exchange failed before a byte came, on a connection that had worked: the server had closed it, as it may
   * between two requests.
   */
  get wasStale(): boolean {
    const { code } = { code: undefined, ...(this.#failure as { code?: unknown } | undefined) };
    return this.#isReused && !this.#hasBegun && typeof code === 'string' && ENDED.has(code);
  }

  /** Buffer for the next bytes, so that they need no copying: only body bytes fit there. */
  target(): Uint8Array | undefined {
    if (this.#leftBytes === 0) return undefined;
    const target = this.#receiver.target?.();
    return target === undefined || target.length === 0
      ? undefined
      : target.subarray(0, Math.min(this.#leftBytes, MOST_READ_BYTES));
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.connection === undefined) return;
    this.#isReused = this.connection.exchanges > 0;
    this.connection.exchanges += 1;
    this.connection.current = this;
  }

  onResponseStarted(): void {
    this.#hasBegun = true;
  }

  onHeaders(status: number, raw: Buffer[]): boolean {
    return this.#guard(() => {
      if (status < 200) return this.#interim();
      const headers = new HeaderList(raw);
      if (this.#method !== 'HEAD') {
        const coding = headers.get('transfer-encoding')?.toLowerCase() ?? 'chunked';
        if (coding !== 'chunked') throw new BrokenAnswerError(`the answer is coded as ${coding}`);
        this.#leftBytes = Number(headers.get('content-length') ?? 0);
      }
      if (!this.#receiver.head({ status, headers })) this.#abort(new NotWanted());
    });
  }

  onData(chunk: Buffer): boolean {
    this.#leftBytes = Math.max(0, this.#leftBytes - chunk.length);
    return this.#guard(() => this.#receiver.data(chunk));
  }

  onComplete(): void {
    this.#leftBytes = 0;
    this.#settle.resolve();
  }

  onError(error: Error): void {
    this.#failure = error;
    this.#leftBytes = 0;
    if (error instanceof NotWanted) this.#settle.resolve();
    else this.#settle.reject(isOurs(error) ? new TypeError(error.message, { cause: error }) : error);
  }

  #interim(): void {
    this.#interimAnswers += 1;
    if (this.#interimAnswers > MOST_INTERIM_ANSWERS) throw new BrokenAnswerError('the answer itself never begins');
  }

  #guard(work: () => void): boolean {
    try {
      work();
    } catch (error) {
      // The first rejection counts; what aborting brings after it does not.
      this.#settle.reject(error);
      this.#abort(new NotWanted());
    }
    return true;
  }
}

/** A request that is none: another try would not help, and nothing of it was sent. */
function isOurs(error: Error): boolean {
  return 'code' in error && (error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED');
}

/** Headers as they came, copied: the bytes that undici gives are of a buffer that is read into again. */
class HeaderList implements HttpHeaders {
  readonly #texts: readonly string[];

  constructor(raw: readonly Buffer[]) {
    this.#texts = raw.map((bytes) => bytes.toString('latin1'));
  }

  get(name: string): string | undefined {
    for (let index = 0; index + 1 < this.#texts.length; index += 2) {
      const known = this.#texts[index];
      if (known?.length === name.length && known.toLowerCase() === name) return this.#texts[index + 1];
    }
    return undefined;
  }
}
