import { ServiceError, UserError } from '../../errors.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { connectionProblem, isConnectionError } from './connection-problem.ts';
import type { HttpHead, HttpHeaders, HttpReceiver, HttpRequest } from './http-exchange.ts';
import type { HttpPool } from './http-pool.ts';
import { isRetriedStatus, isSlowDown, MAX_ATTEMPTS, waitBeforeTry } from './retry-policy.ts';

/** Request for an object. */
export interface ObjectCall {
  readonly method: HttpRequest['method'];
  /** `''` for the store itself. */
  readonly key: string;
  /** Encoded and sorted, without `?`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer other than success. */
export interface ObjectFailure extends HttpHead {
  readonly key: string;
  /** The first bytes of its body, as text. */
  readonly text: string;
  /** When the request was sent, on the clock of `performance.now()`. */
  readonly sentAtMs: number;
}

/** Kind of a failure: no such object, worth another try at once (something was fixed), or an error. */
export type FailureMeaning = 'absent' | 'mended' | Error;

/** A kind of store that speaks HTTP. */
export interface ObjectEndpoint {
  readonly uri: string;
  /** The request, signed where the store wants it. */
  request(call: ObjectCall): HttpRequest | Promise<HttpRequest>;
  /** Told of failures that another try alone does not fix. */
  judge(failure: ObjectFailure): FailureMeaning | Promise<FailureMeaning>;
}

/** Takes the body of a success. `again` is called before a further try: its call may ask for the rest alone. */
export interface ObjectReceiver {
  head(head: HttpHead): boolean;
  data(chunk: Uint8Array): void;
  /** As in `HttpReceiver`. */
  target?(): Uint8Array | undefined;
  again(): ObjectCall;
  /** Number of bytes of the object, from this receiver's start, that are present and need no transfer. */
  position(): number;
}

/** Chosen: what a connection has to bring before it drops, for the tries to be counted from the start again. */
const PROGRESS_BYTES = 1 << 20;
const MAX_FAILURE_BYTES = 64 * 1024;

/** Sends requests for objects, again where another try may help, and no more at once than the store bears. */
export class ObjectHttp {
  /** One large object at a time: its parts are many requests already, and each has buffers and threads of its own. */
  readonly largeTurns = new AdaptiveLimit(1);
  readonly #endpoint: ObjectEndpoint;
  readonly #pool: HttpPool;
  readonly #limit: AdaptiveLimit;

  constructor(endpoint: ObjectEndpoint, means: { readonly pool: HttpPool; readonly limit: AdaptiveLimit }) {
    this.#endpoint = endpoint;
    this.#pool = means.pool;
    this.#limit = means.limit;
  }

  /**
   * @returns The head of the success, or undefined where there is no such object.
   * @throws {ServiceError} STORE_UNREACHABLE after the last try, what the endpoint makes of a refusal, and what the
   *   receiver throws.
   */
  async send(first: ObjectCall, receiver: ObjectReceiver): Promise<HttpHead | undefined> {
    let call = first;
    let mended = 0;
    let reached = 0;
    for (let attempt = 1; ; attempt += 1) {
      const answer = new Answer(receiver);
      const failure = await this.#once(call, answer);
      if (failure === undefined) return answer.head0;
      // A server that gives a byte and drops, or the same ones each time, is not worth more tries than one without.
      if (receiver.position() - reached >= PROGRESS_BYTES) {
        attempt = 1;
        reached = receiver.position();
      }
      const meaning = await this.#meaning(call, answer, failure);
      if (meaning === 'absent') return undefined;
      if (meaning instanceof Error || (meaning === 'mended' && mended >= 3) || attempt >= MAX_ATTEMPTS) {
        throw meaning instanceof Error ? meaning : this.#unreachable(call, answer, failure);
      }
      if (meaning === 'mended') mended += 1;
      else await waitBeforeTry(attempt, answer.headers.get('retry-after'));
      call = receiver.again();
    }
  }

  /** @returns Undefined for a success, else what went wrong. */
  async #once(call: ObjectCall, answer: Answer): Promise<unknown> {
    const turn = this.#limit.acquire();
    if (turn !== undefined) await turn;
    try {
      const made = this.#endpoint.request(call);
      const request = made instanceof Promise ? await made : made;
      answer.sentAtMs = performance.now();
      await this.#pool.exchange(request, answer);
      return answer.isSuccess ? undefined : answer;
    } catch (error) {
      return error;
    } finally {
      this.#limit.release(isSlowDown(answer.status) ? 'slow-down' : 'answered');
    }
  }

  async #meaning(call: ObjectCall, answer: Answer, failure: unknown): Promise<FailureMeaning | 'retry'> {
    if (answer.receiverError !== undefined) return asError(answer.receiverError);
    if (failure instanceof ServiceError || failure instanceof UserError) return failure;
    if (answer.isSuccess || answer.status === 0 || isRetriedStatus(answer.status)) {
      return isConnectionError(failure) || failure === answer || answer.isSuccess ? 'retry' : asError(failure);
    }
    const { status, headers, text } = answer;
    return this.#endpoint.judge({ status, headers, key: call.key, text, sentAtMs: answer.sentAtMs });
  }

  #unreachable(call: ObjectCall, answer: Answer, failure: unknown): ServiceError {
    const said = failure === answer ? `HTTP ${answer.status}` : connectionProblem(failure);
    return new ServiceError(
      'STORE_UNREACHABLE',
      `${this.#endpoint.uri}/${call.key}: no answer from the store (${said})`,
      {
        retryable: true,
        fix: 'Run the job again. If the error remains, check the address of the remote and the network of the runner.',
        cause: failure === answer ? undefined : failure,
      },
    );
  }
}

const NO_HEADERS: HttpHeaders = { get: () => undefined };

/** One try's answer. */
class Answer implements HttpReceiver {
  status = 0;
  headers: HttpHeaders = NO_HEADERS;
  receiverError: unknown;
  sentAtMs = 0;
  readonly #receiver: ObjectReceiver;
  #text = '';

  constructor(receiver: ObjectReceiver) {
    this.#receiver = receiver;
  }

  get isSuccess(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get head0(): HttpHead {
    return { status: this.status, headers: this.headers };
  }

  get text(): string {
    return this.#text;
  }

  head(head: HttpHead): boolean {
    this.status = head.status;
    this.headers = head.headers;
    return this.isSuccess ? this.#guarded(() => this.#receiver.head(head)) : true;
  }

  target(): Uint8Array | undefined {
    return this.isSuccess ? this.#receiver.target?.() : undefined;
  }

  data(chunk: Uint8Array): void {
    if (this.isSuccess) {
      this.#guarded(() => this.#receiver.data(chunk));
    } else if (this.#text.length < MAX_FAILURE_BYTES) this.#text += Buffer.from(chunk).toString('utf8');
  }

  /** A failure of the receiver (a full disk) is not a failure of the connection: another try would not help. */
  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.receiverError = error;
      throw error;
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
