/** A request whose body, if any, is in memory. */
export interface HttpRequest {
  /** `https://host:port`. */
  readonly origin: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Encoded, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** The headers of an answer, by their names in lower case. */
export interface HttpHeaders {
  get(name: string): string | undefined;
}

/** The head of an answer. */
export interface HttpHead {
  readonly status: number;
  readonly headers: HttpHeaders;
}

/** Takes an answer as it comes. What it throws ends the connection and is thrown to the caller. */
export interface HttpReceiver {
  /** False: the rest of the answer is not wanted; the connection is dropped. */
  head(head: HttpHead): boolean;
  /** The bytes are used up before it returns. */
  data(chunk: Uint8Array): void;
  /** Buffer for the next bytes of the body; `data` receives them in any case. */
  target?(): Uint8Array | undefined;
}

/** Timeouts for a server. */
export interface HttpPoolOptions {
  /** For a connection. */
  readonly connectTimeoutMs: number;
  /** For the head of an answer, and between two pieces of its body. */
  readonly readTimeoutMs: number;
  /** Connections to one origin. */
  readonly connections: number;
  /** Environment that names proxies (`HTTPS_PROXY`, `NO_PROXY`). */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Why an answer is not believed. */
export class BrokenAnswerError extends Error {
  readonly code = 'EBADANSWER';
}
