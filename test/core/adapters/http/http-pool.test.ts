import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../../core/adapters/http/http-exchange.ts';
import { HttpPool } from '../../../../core/adapters/http/http-pool.ts';

let server: Server | undefined;
let pool: HttpPool | undefined;

afterEach(async () => {
  await pool?.close();
  server?.close();
});

/** Answers each request by what `answer` gives for its number, from 1, on whichever connection. */
async function serve(answer: (count: number, socket: Socket, request: string) => void): Promise<string> {
  let count = 0;
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      count += 1;
      answer(count, socket, bytes.toString('latin1'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

async function ask(origin: string, request: Partial<HttpRequest> = {}, readTimeoutMs = 5000) {
  pool ??= new HttpPool({ env: {}, connections: 2, connectTimeoutMs: 5000, readTimeoutMs });
  const got = { status: 0, length: undefined as string | undefined, text: '' };
  await pool.exchange(
    { origin, method: 'GET', path: '/', headers: {}, ...request },
    {
      head: ({ status, headers }) => {
        got.status = status;
        got.length = headers.get('content-length');
        return true;
      },
      data: (chunk) => {
        got.text += Buffer.from(chunk).toString('latin1');
      },
    },
  );
  return got;
}

afterEach(() => {
  pool = undefined;
});

const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

describe('HttpPool', () => {
  const answers = [
    { name: 'a body of a given length', raw: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc', text: 'abc' },
    { name: 'no body', raw: 'HTTP/1.1 204 No Content\r\n\r\n', text: '', status: 204 },
    {
      name: 'a body in chunks, with a trailer',
      raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: 1\r\n\r\n',
      text: 'abc',
    },
    {
      name: 'an interim answer first',
      raw: 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc',
      text: 'abc',
    },
  ];
  it.each(answers)('reads $name, whole and byte by byte', async ({ raw, text, status = 200 }) => {
    const origin = await serve((count, socket) => {
      if (count === 1) socket.write(raw);
      else void drip(socket, raw);
    });
    expect(await ask(origin)).toMatchObject({ status, text });
    expect(await ask(origin)).toMatchObject({ status, text });
  });

  it('reads a body that ends with the connection', async () => {
    const origin = await serve((_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nabc'));
    expect((await ask(origin)).text).toBe('abc');
    expect((await ask(origin)).text).toBe('abc');
  });

  it('takes no body from an answer to HEAD', async () => {
    const origin = await serve((_, socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n'));
    expect(await ask(origin, { method: 'HEAD' })).toMatchObject({ length: '30', text: '' });
    expect(await ask(origin, { method: 'HEAD' })).toMatchObject({ length: '30', text: '' });
  });

  it('keeps a connection, and asks again on a new one where the server closed it between two requests', async () => {
    const sockets = new Set<Socket>();
    pool = new HttpPool({ env: {}, connections: 1, connectTimeoutMs: 5000, readTimeoutMs: 5000 });
    const origin = await serve((count, socket) => {
      sockets.add(socket);
      // The third request arrives at a connection that the server ends without an answer.
      if (count === 3) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
    });
    for (let count = 0; count < 3; count += 1) expect((await ask(origin)).text).toBe('x');
    expect(sockets.size).toBe(2);
  });

  const broken = [
    { name: 'cut before its end', raw: 'HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nabc' },
    { name: 'cut in a chunk', raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc' },
    { name: 'no HTTP', raw: 'SSH-2.0-OpenSSH_9.6\r\n\r\n' },
    { name: 'of two lengths', raw: 'HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabc' },
    { name: 'in chunks without a size', raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc' },
    { name: 'coded', raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc' },
    { name: 'coded twice', raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n' },
    {
      name: 'of a length and in chunks',
      raw: `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n${CHUNKED}2\r\nok\r\n0\r\n\r\n`,
    },
    {
      name: 'cut in a chunk where the connection was to end',
      raw: `HTTP/1.1 200 OK\r\nConnection: close\r\n${CHUNKED}ff\r\nabc`,
    },
    { name: 'cut before its last chunk', raw: `HTTP/1.1 200 OK\r\nConnection: close\r\n${CHUNKED}2\r\nok\r\n` },
    { name: 'cut in HTTP/1.0', raw: 'HTTP/1.0 200 OK\r\nContent-Length: 30\r\n\r\nabc' },
    { name: 'of a signed length', raw: 'HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc' },
    {
      name: 'in a chunk of less than nothing',
      raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nok\r\n0\r\n\r\n',
    },
    {
      name: 'in a chunk longer than it says',
      raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX\r\n0\r\n\r\n',
    },
  ];
  it.each(broken)('fails with a code for an answer that is $name', async ({ raw }) => {
    const origin = await serve((_, socket) => socket.end(raw));
    await expect(ask(origin)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:E|HPE_|UND_ERR_)/) });
  });

  const endless = [
    { name: 'interim answers', text: 'HTTP/1.1 103 Early Hints\r\n\r\n' },
    { name: 'headers', text: 'x: y\r\n', before: 'HTTP/1.1 200 OK\r\n' },
    { name: 'a trailer', text: 'x: y\r\n', before: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n' },
  ];
  it.each(endless)('ends with an error where $name never end', async ({ text, before = '' }) => {
    const origin = await serve((_, socket) => {
      socket.write(before);
      const more = () => {
        if (!socket.destroyed) socket.write(text.repeat(10), () => setImmediate(more));
      };
      more();
    });
    await expect(ask(origin, {}, 500)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:E|HPE_|UND_ERR_)/) });
  });

  it('follows no redirect, so that credentials go nowhere else', async () => {
    let asked = 0;
    const origin = await serve((count, socket) => {
      asked = count;
      socket.write(`HTTP/1.1 302 Found\r\nlocation: ${origin}/other\r\ncontent-length: 0\r\n\r\n`);
    });
    expect((await ask(origin, { headers: { authorization: 'Basic c2VjcmV0' } })).status).toBe(302);
    expect(asked).toBe(1);
  });

  it('does not use a connection again on which more came than the answer', async () => {
    const sockets = new Set<Socket>();
    const origin = await serve((_, socket) => {
      sockets.add(socket);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny');
    });
    expect((await ask(origin)).text).toBe('x');
    expect((await ask(origin)).text).toBe('x');
    expect(sockets.size).toBe(2);
  });

  it('gives up on a server that says nothing, and does not take that for a stale connection', async () => {
    let asked = 0;
    const origin = await serve((count, socket) => {
      asked = count;
      if (count === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
    });
    await ask(origin, {}, 100);
    await expect(ask(origin)).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
    expect(asked).toBe(2);
  });

  it('fails where nobody listens', async () => {
    const origin = await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(ask(origin)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('sends a body with its length, small or large', async () => {
    const received: string[] = [];
    const origin = await serve((_, socket, text) => {
      received.push(text);
      if (received.join('').endsWith('end')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    await ask(origin, { method: 'PUT', headers: { 'x-a': 'b' }, body: Buffer.from('the end') });
    const [head = '', body] = received.join('').split('\r\n\r\n');
    const host = `host: ${origin.slice('http://'.length)}`;
    const lines = ['PUT / HTTP/1.1', 'connection: keep-alive', 'content-length: 7', host, 'x-a: b'];
    expect([head.split('\r\n').sort(), body]).toEqual([lines, 'the end']);
    received.length = 0;
    await ask(origin, { method: 'PUT', body: Buffer.from(`${'x'.repeat(100_000)}end`) });
    expect(received.join('')).toMatch(/content-length: 100003\r\n\r\nx{100000}end$/);
  });

  const smuggled: { name: string; request: Partial<HttpRequest> }[] = [
    { name: 'in the value of a header', request: { headers: { 'x-a': 'b\r\nx-evil: 1' } } },
    { name: 'in the name of a header', request: { headers: { 'x-a: b\r\nx-evil': '1' } } },
    { name: 'as a colon in the name of a header', request: { headers: { 'x-evil: 1': '2' } } },
    { name: 'in the path', request: { path: '/x HTTP/1.1\r\nx-evil: 1\r\n\r\n' } },
    { name: 'as a space in the path', request: { path: '/x x-evil: 1' } },
    { name: 'in a path without its slash', request: { path: 'x-evil: 1' } },
    { name: 'in characters that are cut to one byte', request: { path: '/\u010d\u010ax-evil: 1' } },
  ];
  it.each(smuggled)('sends nothing of somebody else’s choice $name', async ({ request }) => {
    const seen: string[] = [];
    const origin = await serve((_, socket, text) => {
      seen.push(text);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    await expect(ask(origin, request)).rejects.toThrow(TypeError);
    expect(seen).toEqual([]);
  });

  it('goes through the proxy that the environment names, with a name that the proxy alone resolves', async () => {
    const origin = await serve((_, socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'));
    const { port } = new URL(origin);
    const tunnels: (string | undefined)[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', ({ url }, socket: Socket) => {
      tunnels.push(url);
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const limits = { connections: 2, connectTimeoutMs: 5000, readTimeoutMs: 5000 };
    try {
      pool = new HttpPool({ env: { http_proxy }, ...limits });
      expect((await ask('http://store.tidegate.test')).text).toBe('x');
      expect(tunnels).toEqual(['store.tidegate.test:80']);
      // This machine is reached without it.
      expect((await ask(origin)).text).toBe('x');
      await pool.close();
      pool = new HttpPool({ env: { http_proxy, no_proxy: 'tidegate.test' }, ...limits });
      await expect(ask('http://store.tidegate.test')).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:E|HPE_|UND_ERR_)/),
      });
      expect(tunnels).toHaveLength(1);
    } finally {
      proxy.close();
    }
  });

  it('keeps what one answer said, and brings bodies to their places, while others come into the same buffer', async () => {
    const origin = await serve((_, socket, request) => {
      const name = /^GET \/(\d+)/.exec(request)?.[1] ?? '';
      socket.write(`HTTP/1.1 200 OK\r\nx-name: ${name.repeat(20)}\r\ncontent-length: 200000\r\n\r\n`);
      socket.write(name.repeat(200_000));
    });
    pool = new HttpPool({ env: {}, connections: 4, connectTimeoutMs: 5000, readTimeoutMs: 5000 });
    const bring = async (name: string) => {
      const buffer = new Uint8Array(200_000);
      const got = { headers: (_: string): string | undefined => undefined, bytes: 0 };
      await pool?.exchange(
        { origin, method: 'GET', path: `/${name}`, headers: {} },
        {
          head: ({ headers }) => {
            got.headers = (wanted) => headers.get(wanted);
            return true;
          },
          target: () => buffer.subarray(got.bytes),
          data: (chunk) => {
            buffer.set(chunk, got.bytes);
            got.bytes += chunk.length;
          },
        },
      );
      return { name, got, text: Buffer.from(buffer).toString('latin1') };
    };
    const all = await Promise.all(Array.from({ length: 10 }, (_, index) => bring(String(index))));
    for (const { name, got, text } of all) {
      expect(got.headers('x-name')).toBe(name.repeat(20));
      expect(text === name.repeat(200_000)).toBe(true);
    }
  });

  it('does no more at once than it has connections', async () => {
    let open = 0;
    let most = 0;
    const origin = await serve((_, socket) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
      });
    });
    const got = await Promise.all(Array.from({ length: 10 }, () => ask(origin)));
    expect(got.map(({ text }) => text).join('')).toBe('xxxxxxxxxx');
    expect(most).toBeLessThanOrEqual(2);
  });
});

async function drip(socket: Socket, text: string): Promise<void> {
  for (const character of text) {
    socket.write(character);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
