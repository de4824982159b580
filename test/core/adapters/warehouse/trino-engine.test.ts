import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../../../core/adapters/http/http-fetch.ts';
import { TrinoEngine, type TrinoOptions } from '../../../../core/adapters/warehouse/trino-engine.ts';
import { dialectOf } from '../../../../core/domain/warehouse/dialects/dialect-of.ts';

const QUESTION = { sql: 'SELECT a AS c0, b AS c1 FROM t', kinds: ['number', 'text'] as const };
const PLACE = { file: 'tidegate.yaml', line: 2 };

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))));

/** Answers each request with the next of the pages: an object, or a status with a text. */
async function serve(
  pages: readonly (object | readonly [status: number, text: string])[],
  options: Partial<TrinoOptions> = {},
): Promise<{ readonly engine: TrinoEngine; readonly seen: Seen[]; readonly url: string }> {
  const seen: Seen[] = [];
  let at = 0;
  let url = '';
  server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    const page = pages[Math.min(at++, pages.length - 1)] ?? {};
    const [status, text] = Array.isArray(page) ? (page as [number, string]) : [200, JSON.stringify(page)];
    response.writeHead(status, { 'content-type': 'application/json' }).end(text.replaceAll('SELF', url));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const engine = new TrinoEngine({
    dialect: dialectOf('trino'),
    url,
    user: 'mona',
    catalog: 'ml',
    schema: 'dev',
    timeoutMs: 60_000,
    fetch: createHttpFetch({}),
    sleep: async () => {},
    clockMs: () => performance.now(),
    place: PLACE,
    ...options,
  });
  return { engine, seen, url };
}

const columns = [{ name: 'c0' }, { name: 'c1' }];
const queued = { nextUri: 'SELF/v1/statement/queued/1', stats: { state: 'QUEUED' } };
const done = { columns, data: [[3, 'c']], stats: { state: 'FINISHED' } };

describe('TrinoEngine', () => {
  it('posts the statement and collects all pages', async () => {
    const running = {
      nextUri: 'SELF/v1/statement/2',
      columns,
      data: [
        [1, 'a'],
        ['NaN', null],
      ],
      stats: { state: 'RUNNING' },
    };
    const { engine, seen } = await serve([queued, running, done]);
    expect(await engine.query(QUESTION)).toEqual([
      [1, Number.NaN, 3],
      ['a', null, 'c'],
    ]);
    expect(seen.map(({ method, url }) => [method, url])).toEqual([
      ['POST', '/v1/statement'],
      ['GET', '/v1/statement/queued/1'],
      ['GET', '/v1/statement/2'],
    ]);
    expect(seen[0]).toMatchObject({
      body: QUESTION.sql,
      headers: {
        'x-trino-user': 'mona',
        'x-trino-catalog': 'ml',
        'x-trino-schema': 'dev',
        'x-trino-source': 'tidegate',
      },
    });
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  it('reads decimals and numbers that are not finite, which are texts', async () => {
    const page = {
      columns,
      data: [
        ['1.50', 'x'],
        ['-Infinity', 'y'],
        [true, 'z'],
      ],
      stats: { state: 'FINISHED' },
    };
    const { engine } = await serve([page]);
    expect((await engine.query(QUESTION))[0]).toEqual([1.5, Number.NEGATIVE_INFINITY, 1]);
  });

  it('sends a token, else a password', async () => {
    const { engine, seen } = await serve([done], { password: 'pässword', token: undefined });
    await engine.query(QUESTION);
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('mona:pässword').toString('base64')}`);
    const other = await serve([done], { password: 'p', token: 'jwt' });
    await other.engine.query(QUESTION);
    expect(other.seen[0]?.headers.authorization).toBe('Bearer jwt');
  });

  it('tries again where a server is busy', async () => {
    const { engine, seen } = await serve([[503, 'busy'], queued, [502, 'bad'], done]);
    expect(await engine.query(QUESTION)).toEqual([[3], ['c']]);
    expect(seen).toHaveLength(4);
  });

  it('says that a server cannot be reached, and that it may be temporary', async () => {
    const { engine } = await serve([[503, 'busy']]);
    await expect(engine.query(QUESTION)).rejects.toMatchObject({ code: 'WAREHOUSE_UNREACHABLE', retryable: true });
    const unreachable = await serve([done], { url: 'http://127.0.0.1:1' });
    await expect(unreachable.engine.query(QUESTION)).rejects.toMatchObject({ code: 'WAREHOUSE_UNREACHABLE' });
  });

  it.each([
    ['USER_ERROR', 'WAREHOUSE_REFUSED'],
    ['INSUFFICIENT_RESOURCES', 'WAREHOUSE_REFUSED'],
    ['INTERNAL_ERROR', 'WAREHOUSE_UNREACHABLE'],
    ['EXTERNAL', 'WAREHOUSE_UNREACHABLE'],
  ])('gives the reason of a query that fails: %s', async (errorType, code) => {
    const error = { message: "line 1:8: Column 'a' cannot be resolved", errorName: 'COLUMN_NOT_FOUND', errorType };
    const { engine } = await serve([queued, { error, stats: { state: 'FAILED' } }]);
    await expect(engine.query(QUESTION)).rejects.toMatchObject({
      code,
      message: expect.stringContaining("Column 'a'"),
    });
  });

  it.each([
    ['no JSON', [200, '<html>']],
    ['the state of a query that was stopped', { columns, data: [[1, 'a']], stats: { state: 'FAILED' } }],
    ['an answer without a state', { columns, data: [[1, 'a']] }],
    ['other columns', { ...done, columns: [{ name: 'c0' }], data: [] }],
    ['a row of another width', { ...done, data: [[1]] }],
    ['a text where a number belongs', { ...done, data: [['many', 'a']] }],
    ['a number where a text belongs', { ...done, data: [[1, 2]] }],
    ['nested values', { ...done, data: [[[1], 'a']] }],
  ] as const)('takes no answer from %s', async (_, page) => {
    const { engine } = await serve([page]);
    await expect(engine.query(QUESTION)).rejects.toMatchObject({ code: 'WAREHOUSE_ANSWER_INVALID', place: PLACE });
  });

  it('follows an answer to no other address, which would get the credentials', async () => {
    const { engine } = await serve([{ ...queued, nextUri: 'http://127.0.0.2:1/v1/statement/2' }], { password: 'p' });
    await expect(engine.query(QUESTION)).rejects.toMatchObject({ code: 'WAREHOUSE_REFUSED' });
  });

  it('follows no redirect', async () => {
    const { engine } = await serve([[307, '']]);
    await expect(engine.query(QUESTION)).rejects.toMatchObject({ code: 'WAREHOUSE_REFUSED' });
  });

  it.each([401, 403])('says which credentials are missing: HTTP %d', async (status) => {
    const { engine } = await serve([[status, 'Unauthorized']]);
    await expect(engine.query(QUESTION)).rejects.toMatchObject({ code: 'CREDENTIALS_MISSING', place: PLACE });
  });

  it('cancels a statement that takes too long', async () => {
    let now = 0;
    const { engine, seen } = await serve([queued], { timeoutMs: 5, clockMs: () => now++ });
    await expect(engine.query(QUESTION)).rejects.toMatchObject({ code: 'WAREHOUSE_REFUSED' });
    expect(seen.at(-1)?.method).toBe('DELETE');
  });
});
