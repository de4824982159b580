import { setTimeout as delay } from 'node:timers/promises';
import type { RequestInit, Response } from 'undici';
import type { WarehouseDialect } from '../../domain/warehouse/warehouse-dialect.ts';
import { type ErrorPlace, ServiceError, UserError } from '../../errors.ts';
import type { AnswerColumns, AnswerKind, Question } from '../../ports/evaluate/relation-engine.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';
import { connectionProblem } from '../http/connection-problem.ts';
import type { HttpFetch } from '../http/http-fetch.ts';
import { isRetriedStatus, MAX_ATTEMPTS, type Sleep, waitBeforeTry } from '../http/retry-policy.ts';

/** Chosen: as for a command. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Chosen: far more than the texts of our statements. */
const MOST_PAGE_BYTES = 64 * 1024 * 1024;
/** Kinds of a query's error that the author of the configuration can do something about. */
const OF_THE_USER = new Set(['USER_ERROR', 'INSUFFICIENT_RESOURCES']);

/** Address of the engine, and the credentials. */
export interface TrinoOptions {
  readonly dialect: WarehouseDialect;
  /** Of the coordinator, without a path. */
  readonly url: string;
  readonly user: string;
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  readonly password?: string | undefined;
  /** A JSON web token; it goes before the password. */
  readonly token?: string | undefined;
  /** Of one statement. */
  readonly timeoutMs: number;
  readonly fetch: HttpFetch;
  readonly sleep?: Sleep;
  /** Milliseconds that only grow. */
  readonly clockMs: () => number;
  /** Place of the address in tidegate.yaml. */
  readonly place: ErrorPlace;
}

/** A page of an answer, as far as it is read. */
interface Page {
  readonly nextUri?: unknown;
  readonly columns?: readonly unknown[];
  readonly data?: readonly unknown[];
  readonly state: string;
  readonly error?: { readonly message: string; readonly errorName: string; readonly errorType: string };
}

/** Asks Trino by its client protocol: a statement is posted, and its answer is read page by page. */
export class TrinoEngine implements SqlEngine {
  readonly dialect: WarehouseDialect;
  readonly isRemote = true;
  readonly #options: TrinoOptions;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: TrinoOptions) {
    this.#options = options;
    this.dialect = options.dialect;
    this.#headers = headersOf(options);
  }

  get shown(): string {
    return new URL(this.#options.url).origin;
  }

  async query({ sql, kinds }: Question): Promise<AnswerColumns> {
    const until = this.#options.clockMs() + this.#options.timeoutMs;
    const answer = kinds.map((): (number | string | null)[] => []);
    let page = await this.#page(new URL('/v1/statement', this.#options.url), { method: 'POST', body: sql });
    let bytes = page.bytes;
    for (;;) {
      this.#take(page.page, kinds, answer);
      const next = this.#next(page.page);
      if (next === undefined) break;
      if (this.#options.clockMs() > until || bytes > MOST_BYTES) {
        await this.#cancel(next);
        throw this.#refused(
          bytes > MOST_BYTES ? `an answer has more than ${MOST_BYTES} bytes` : 'a statement took too long',
        );
      }
      page = await this.#page(next, { method: 'GET' });
      bytes += page.bytes;
    }
    if (page.page.state === 'FINISHED') return answer;
    throw this.#partial(`the query ended in the state ${page.page.state}`);
  }

  #take({ error, columns, data = [] }: Page, kinds: readonly AnswerKind[], answer: (number | string | null)[][]) {
    if (error !== undefined) throw this.#failed(error);
    if (columns !== undefined && columns.length !== kinds.length) {
      throw this.#partial(`the answer has ${columns.length} columns instead of ${kinds.length}`);
    }
    for (const row of data) {
      if (!Array.isArray(row) || row.length !== kinds.length) throw this.#partial('a row has another width');
      for (const [at, kind] of kinds.entries()) answer[at]?.push(this.#value(row[at], kind));
    }
  }

  /** Doubles that are not finite, and decimals, are texts in its JSON. */
  #value(value: unknown, kind: AnswerKind): number | string | null {
    if (value === null) return null;
    if (kind === 'text' && typeof value === 'string') return value;
    if (kind === 'number') {
      if (typeof value === 'number') return value;
      if (typeof value === 'boolean') return value ? 1 : 0;
      if (value === 'NaN') return Number.NaN;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
      if (!Number.isNaN(number)) return number;
    }
    throw this.#partial(`the answer holds ${JSON.stringify(value)?.slice(0, 40)} where a ${kind} belongs`);
  }

  /** Credentials go to the coordinator alone. */
  #next({ nextUri }: Page): URL | undefined {
    if (nextUri === undefined) return undefined;
    const next = typeof nextUri === 'string' && URL.canParse(nextUri) ? new URL(nextUri) : undefined;
    if (next?.origin === this.shown) return next;
    throw new UserError('WAREHOUSE_REFUSED', `${this.shown} continues an answer at another address: ${nextUri}`, {
      fix: 'Set warehouse.url to the address that Trino gives itself. Behind a proxy, set http-server.process-forwarded=true there.',
      place: this.#options.place,
    });
  }

  async #page(url: URL, init: RequestInit): Promise<{ readonly page: Page; readonly bytes: number }> {
    const response = await this.#send(url, init);
    const text = await response.text().catch((cause: unknown) => {
      throw this.#unreachable(connectionProblem(cause), cause);
    });
    if (response.status !== 200) throw this.#status(response.status, text);
    if (text.length > MOST_PAGE_BYTES) throw this.#partial(`a page has more than ${MOST_PAGE_BYTES} bytes`);
    return { page: this.#parsed(text), bytes: text.length };
  }

  /** A read may be sent twice: nothing is changed by it. */
  async #send(url: URL, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const sent = await this.#options
        .fetch(url, { ...init, headers: this.#headers, redirect: 'manual' })
        .catch((cause: unknown) => cause);
      const isAnswer = typeof sent === 'object' && sent !== null && 'status' in sent;
      const response = isAnswer ? (sent as Response) : undefined;
      if (response !== undefined && !isRetriedStatus(response.status)) return response;
      const why = response === undefined ? connectionProblem(sent) : `HTTP ${response.status}`;
      await response?.body?.cancel();
      if (attempt >= MAX_ATTEMPTS) throw this.#unreachable(why, sent);
      await waitBeforeTry(attempt, response?.headers.get('retry-after') ?? undefined, this.#options.sleep ?? delay);
    }
  }

  async #cancel(url: URL): Promise<void> {
    await this.#options.fetch(url, { method: 'DELETE', headers: this.#headers }).catch(() => undefined);
  }

  #parsed(text: string): Page {
    const found = jsonOf(text);
    if (typeof found !== 'object' || found === null) throw this.#partial('it is not JSON of Trino');
    const page = found as Record<string, unknown>;
    const stats = page.stats as { state?: unknown } | undefined;
    return {
      nextUri: page.nextUri,
      ...(Array.isArray(page.columns) ? { columns: page.columns } : {}),
      ...(Array.isArray(page.data) ? { data: page.data } : {}),
      state: String(stats?.state ?? 'unknown'),
      ...(page.error === undefined || page.error === null ? {} : { error: errorOf(page.error) }),
    };
  }

  #failed({ message, errorName, errorType }: NonNullable<Page['error']>): Error {
    const what = `${this.shown} refused a statement: ${message} (${errorName})`;
    if (OF_THE_USER.has(errorType)) return this.#refused(what.slice(0, 2000));
    return new ServiceError('WAREHOUSE_UNREACHABLE', what.slice(0, 2000), {
      fix: 'Look at the query in the web interface of Trino.',
      retryable: true,
    });
  }

  #refused(message: string): UserError {
    return new UserError('WAREHOUSE_REFUSED', message, {
      fix: 'Check evaluate.dataset, evaluate.predictions and the names of the columns in tidegate.yaml, and what the user may read.',
      place: this.#options.place,
    });
  }

  #partial(what: string): UserError {
    return new UserError('WAREHOUSE_ANSWER_INVALID', `${this.shown} gave no whole answer: ${what}`, {
      fix: 'Check that warehouse.url is the address of a Trino coordinator, and run the job again.',
      place: this.#options.place,
    });
  }

  #status(status: number, text: string): UserError {
    const said = text.trim().slice(0, 300);
    if (status === 401 || status === 403) {
      return new UserError('CREDENTIALS_MISSING', `${this.shown} refuses the user ${this.#options.user}: ${said}`, {
        fix: 'Set the input warehouse-password or warehouse-token of the action.',
        place: this.#options.place,
      });
    }
    return this.#refused(`${this.shown} answered HTTP ${status}: ${said}`);
  }

  #unreachable(why: string, cause: unknown): ServiceError {
    return new ServiceError('WAREHOUSE_UNREACHABLE', `${this.shown} cannot be reached: ${why}`, {
      fix: 'Check warehouse.url, and that this runner may connect to it.',
      retryable: true,
      cause,
    });
  }
}

function headersOf({ user, catalog, schema, password, token }: TrinoOptions): Readonly<Record<string, string>> {
  const basic = password === undefined ? {} : { authorization: `Basic ${btoaUtf8(`${user}:${password}`)}` };
  return {
    'content-type': 'text/plain; charset=utf-8',
    'x-trino-user': user,
    'x-trino-source': 'tidegate',
    'x-trino-time-zone': 'UTC',
    ...(catalog === undefined ? {} : { 'x-trino-catalog': catalog }),
    ...(schema === undefined ? {} : { 'x-trino-schema': schema }),
    ...(token === undefined ? basic : { authorization: `Bearer ${token}` }),
  };
}

function btoaUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(found: unknown): NonNullable<Page['error']> {
  const { message, errorName, errorType } = (typeof found === 'object' ? found : {}) as Record<string, unknown>;
  return {
    message: String(message ?? 'no reason given'),
    errorName: String(errorName ?? 'UNKNOWN'),
    errorType: String(errorType ?? 'UNKNOWN'),
  };
}
