import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpDataRemote } from '../../../../core/adapters/http/http-data-remote.ts';
import type { ByteSink } from '../../../../core/ports/data/byte-sink.ts';

const KEY = 'files/md5/aa/bb';
const MIB = 1 << 20;

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

/** A remote whose server answers each request by `answer`. */
async function remoteOn(
  answer: (socket: Socket, request: string) => void,
): Promise<{ remote: HttpDataRemote; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      asked.push(bytes.toString('latin1'));
      answer(socket, bytes.toString('latin1'));
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { remote: new HttpDataRemote(url, { jobs: 1, env: {} }), asked };
}

/** A sink that counts what comes, and says `stop` when parts of an object are begun to be filled. */
function sink() {
  const got = { bytes: 0, planned: [] as number[] };
  const bytes: ByteSink = {
    begin: () => {
      got.bytes = 0;
    },
    write: (chunk) => {
      got.bytes += chunk.length;
    },
    beginParts: (sizeBytes) => {
      got.planned.push(sizeBytes);
      return { partBytes: MIB, buffer: () => Promise.reject(new Error('stop')), put: async () => {} };
    },
  };
  return { got, bytes };
}

const range = (total: number) => `HTTP/1.1 206 P\r\ncontent-range: bytes 0-0/${total}\r\ncontent-length: 1\r\n\r\nx`;
const isRange = (request: string) => /\r\nrange:/i.test(request);

describe('readObject', () => {
  it.each([
    { name: 'was recorded', recorded: 64 * MIB, length: 64 * MIB },
    { name: 'the server said before', recorded: undefined, length: 64 * MIB },
  ])('plans nothing for a total that is another one than $name', async ({ recorded, length }) => {
    const whole = `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\naccept-ranges: bytes\r\n\r\n`;
    const { remote } = await remoteOn((socket, request) => socket.write(isRange(request) ? range(2 ** 50) : whole));
    const { got, bytes } = sink();
    await expect(remote.read(KEY, bytes, recorded)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    expect(got).toEqual({ bytes: 0, planned: [] });
  });

  it('plans no part before its turn, however many a total may have', async () => {
    // More parts of one byte than an array can hold.
    const total = 999_999_999_999_999;
    const whole = `HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`;
    const { remote } = await remoteOn((socket, request) => socket.write(isRange(request) ? range(total) : whole));
    const { bytes } = sink();
    const parts = { partBytes: 1, buffer: () => Promise.reject(new Error('stop')), put: async () => {} };
    await expect(remote.read(KEY, { ...bytes, beginParts: () => parts })).rejects.toThrow('stop');
  });

  it('takes no more of an object without an end than was recorded, and what is held in memory', async () => {
    const { remote } = await remoteOn((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = () => {
        if (!socket.destroyed) socket.write(`${MIB.toString(16)}\r\n${'x'.repeat(MIB)}\r\n`, () => setImmediate(more));
      };
      more();
    });
    const { got, bytes } = sink();
    await expect(remote.read(KEY, bytes, 5)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    expect(got.bytes).toBeLessThanOrEqual(32 * MIB);
  });

  it('counts tries that bring nothing new: the same first byte each time, or one byte more each time', async () => {
    const dropping = async (head: (request: string) => string) => {
      const { remote, asked } = await remoteOn((socket, request) => socket.end(head(request)));
      await expect(remote.read(KEY, sink().bytes)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
      return asked.length;
    };
    const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx';
    const tagged = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\netag: "a"\r\n\r\nx';
    const rest = (request: string) => {
      const from = Number(/range: bytes=(\d+)-/i.exec(request)?.[1]);
      return `HTTP/1.1 206 P\r\ncontent-range: bytes ${from}-99/100\r\ncontent-length: ${100 - from}\r\netag: "a"\r\n\r\nx`;
    };
    const tries = await Promise.all([
      dropping(() => whole),
      dropping((request) => (isRange(request) ? rest(request) : tagged)),
    ]);
    for (const count of tries) expect(count).toBeLessThanOrEqual(8);
  });
});
