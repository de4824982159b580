import type * as net from 'node:net';
import { connect as connectPlain } from 'node:net';
import type * as tls from 'node:tls';
import { connect as connectTls } from 'node:tls';
import { AnswerParser } from './answer-parser.ts';
import type { HttpReceiver, HttpRequest } from './http-exchange.ts';

/** Chosen: a body up to this is sent in one piece with its head. */
const ONE_PIECE_BYTES = 32 * 1024;

/** What connections to one server share. */
export interface ConnectionOptions {
  /** `https://host:port`. */
  readonly origin: string;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Read into and used up before the next read, of whichever connection. */
  readonly readBuffer: Buffer;
  /** Told of the state of a TLS session, which the next connection may continue. */
  readonly session: { latest: Buffer | undefined };
}

/** Why an exchange failed on the way. */
export class ConnectionError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Exchange {
  readonly parser: AnswerParser;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One connection to a server, for one exchange at a time. */
export class HttpConnection {
  /** Told when it ended, whether or not an exchange was under way. */
  onEnd: () => void = () => {};
  readonly #options: ConnectionOptions;
  readonly #socket: net.Socket;
  readonly #connectTimer: NodeJS.Timeout;
  /** Runs from the first byte of an answer to the end of its head: bytes that trickle in say nothing by themselves. */
  #headTimer: NodeJS.Timeout | undefined;
  #exchange: Exchange | undefined;
  #isEnded = false;
  #exchanges = 0;
  #failure: unknown = new ConnectionError('ECONNRESET', 'the connection ended before the answer did');
  #wasStale = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { connectTimeoutMs, readTimeoutMs } = options;
    this.#socket = this.#open();
    this.#socket.setNoDelay(true);
    this.#connectTimer = setTimeout(() => this.#fail(timedOut('connecting', connectTimeoutMs)), connectTimeoutMs);
    this.#socket.once(this.#isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(this.#connectTimer);
      this.#socket.setTimeout(readTimeoutMs, () => this.#fail(timedOut('an answer', readTimeoutMs)));
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('end', () => this.#atEnd());
    this.#socket.on('close', () => this.#atEnd());
  }

  /** Whether a further exchange may be tried. */
  get isUsable(): boolean {
    return !this.#isEnded && this.#exchange === undefined;
  }

  /** Whether the last exchange failed before a byte came, on a connection that had worked: the server had closed it. */
  get wasStale(): boolean {
    return this.#wasStale;
  }

  /** Sends a request and hands its answer on. */
  exchange(request: HttpRequest, receiver: HttpReceiver): Promise<void> {
    this.#exchanges += 1;
    this.#wasStale = this.#exchanges > 1;
    if (this.#isEnded) return Promise.reject(this.#failure);
    this.#socket.ref();
    return new Promise((resolve, reject) => {
      this.#exchange = { parser: new AnswerParser(request.method, receiver), resolve, reject };
      try {
        this.#send(request);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Ends it at once. */
  destroy(): void {
    this.#isEnded = true;
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#headTimer);
    this.#socket.destroy();
  }

  get #isTls(): boolean {
    return this.#options.origin.startsWith('https:');
  }

  #open(): net.Socket {
    const { hostname, port } = new URL(this.#options.origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    if (this.#isTls) return this.#openTls(host, Number(port || 443));
    return connectPlain({
      host,
      port: Number(port || 80),
      onread: {
        buffer: () => this.#readTarget(),
        callback: (length, bytes) => {
          this.#take(Buffer.from(bytes.buffer, bytes.byteOffset, length));
          return true;
        },
      },
    });
  }

  #openTls(host: string, port: number): tls.TLSSocket {
    const { session } = this.#options;
    const socket = connectTls({
      host,
      port,
      ...(isAddress(host) ? {} : { servername: host }),
      ALPNProtocols: ['http/1.1'],
      ...(session.latest === undefined ? {} : { session: session.latest }),
    });
    socket.on('session', (state) => {
      session.latest = state;
    });
    socket.on('data', (bytes) => this.#take(bytes));
    return socket;
  }

  /** A body goes straight to where it is wanted. */
  #readTarget(): Uint8Array {
    return this.#exchange?.parser.target() ?? this.#options.readBuffer;
  }

  #send({ method, path, headers, body }: HttpRequest): void {
    let head = `${method} ${checkedPath(path)} HTTP/1.1\r\n`;
    if (headers.host === undefined) head += `host: ${new URL(this.#options.origin).host}\r\n`;
    if (body !== undefined) head += `content-length: ${body.length}\r\n`;
    for (const name in headers) head += `${checkedName(name)}: ${checkedValue(headers[name] ?? '')}\r\n`;
    head += '\r\n';
    if (body === undefined) this.#socket.write(head, 'latin1');
    else if (body.length <= ONE_PIECE_BYTES) this.#socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  #take(bytes: Buffer): void {
    const exchange = this.#exchange;
    this.#wasStale = false;
    if (exchange === undefined) {
      // Nobody asked for anything.
      this.destroy();
      return;
    }
    try {
      const isWanted = exchange.parser.push(bytes);
      this.#watchHead(exchange.parser.hasHead);
      if (!isWanted) this.destroy();
      else if (!exchange.parser.isComplete) return;
      this.#settle();
    } catch (error) {
      this.#fail(error);
    }
  }

  #watchHead(hasHead: boolean): void {
    if (hasHead) {
      clearTimeout(this.#headTimer);
      this.#headTimer = undefined;
    } else {
      const { readTimeoutMs } = this.#options;
      this.#headTimer ??= setTimeout(() => this.#fail(timedOut('the head of an answer', readTimeoutMs)), readTimeoutMs);
    }
  }

  #settle(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    if (!exchange.parser.isReusable) this.destroy();
    this.#exchange = undefined;
    if (!this.#isEnded) this.#socket.unref();
    exchange.resolve();
  }

  #atEnd(): void {
    this.#isEnded = true;
    if (this.#exchange?.parser.end() === true) this.#settle();
    this.#fail(this.#failure);
    this.onEnd();
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#failure = error;
    if (error instanceof ConnectionError && error.code === 'ETIMEDOUT') this.#wasStale = false;
    this.destroy();
    exchange?.reject(error);
  }
}

function timedOut(what: string, afterMs: number): ConnectionError {
  return new ConnectionError('ETIMEDOUT', `waited ${afterMs} ms for ${what}`);
}

/** A line break would begin a header of somebody else's choice. */
function checkedValue(value: string): string {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError('a header holds characters that HTTP does not allow');
  return value;
}

/** The characters of a token: RFC 9110, section 5.6.2. */
function checkedName(name: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw new TypeError('the name of a header is not one of HTTP');
  return name;
}

/** A space or line break would end the path, and begin another request. */
function checkedPath(path: string): string {
  if (!/^\/[\x21-\x7e]*$/.test(path)) throw new TypeError('the path of a request is not encoded');
  return path;
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
