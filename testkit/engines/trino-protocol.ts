import { listenOnLoopback, readBody, sendJson } from '../http.ts';
import type { DuckDbDatabase } from './duckdb-in-process.ts';

/** Rows of a page, so that an answer has several. */
const PAGE_ROWS = 300;

/** A server of Trino's client protocol. */
export interface TrinoProtocol {
  readonly url: string;
  stop(): Promise<void>;
}

/** Part of an answer, as the protocol has it. */
type Page = Readonly<Record<string, unknown>>;

/**
 * Serves Trino's client protocol on a free port of this machine, and asks DuckDB: statements are in its dialect. A client
 * has to read the same pages as from Trino.
 */
export async function serveTrinoProtocol(database: DuckDbDatabase): Promise<TrinoProtocol> {
  const answers: Promise<readonly Page[]>[] = [];
  let origin = '';
  const server = await listenOnLoopback(async (request, response) => {
    const nextOf = (answer: number, page: number) => ({ nextUri: `${origin}/v1/statement/${answer}/${page}` });
    if (request.method === 'POST' && request.url === '/v1/statement') {
      const sql = (await readBody(request)).toString();
      const answer = answers.push(pagesOf(sql, database)) - 1;
      return sendJson(response, 200, { ...nextOf(answer, 0), stats: { state: 'QUEUED' } });
    }
    const [answer = -1, at = -1] = (request.url ?? '').split('/').slice(-2).map(Number);
    const pages = (await answers[answer]) ?? [];
    const page = pages[at];
    if (page === undefined) return sendJson(response, 404, {});
    return sendJson(response, 200, { ...page, ...(at < pages.length - 1 ? nextOf(answer, at + 1) : {}) });
  });
  origin = `http://127.0.0.1:${server.port}`;
  return { url: origin, stop: () => server.close() };
}

async function pagesOf(sql: string, database: DuckDbDatabase): Promise<readonly Page[]> {
  try {
    const answer = await database.columns(sql);
    const columns = answer.map((_, at) => ({ name: `c${at}` }));
    const rows = (answer[0] ?? []).map((_, row) => answer.map((column) => fieldOf(column[row])));
    const pages = Array.from({ length: Math.ceil(rows.length / PAGE_ROWS) }, (_, page): Page => {
      const data = rows.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
      return { columns, data, stats: { state: 'RUNNING' } };
    });
    return [...pages, { columns, stats: { state: 'FINISHED' } }];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ error: { message, errorName: 'SYNTAX_ERROR', errorType: 'USER_ERROR' }, stats: { state: 'FAILED' } }];
  }
}

/** Numbers that are not finite, and decimals, are texts in its JSON. */
function fieldOf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'object' && value !== null ? String(value) : value;
}
