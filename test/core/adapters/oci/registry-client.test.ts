import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../../../core/adapters/http/http-fetch.ts';
import { MAX_ATTEMPTS } from '../../../../core/adapters/http/retry-policy.ts';
import { OciLayoutFolder } from '../../../../core/adapters/oci/oci-layout-folder.ts';
import { RegistryClient } from '../../../../core/adapters/oci/registry-client.ts';
import { RegistryRepository } from '../../../../core/adapters/oci/registry-repository.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '../../../../testkit/http.ts';

const LOGIN = { user: 'user', password: 'pass' };
const ACCESS = { dockerConfig: undefined, fetch: createHttpFetch({}) };
const NO_SLEEP = async () => {};
const MEANS = { login: LOGIN, fetch: ACCESS.fetch, sleep: NO_SLEEP };
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let servers: LoopbackServer[] = [];
let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-registry-'));
});
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
  await rm(root, { recursive: true, force: true });
});

async function listen(answer: Parameters<typeof listenOnLoopback>[0]): Promise<string> {
  const server = await listenOnLoopback(answer);
  servers.push(server);
  return `127.0.0.1:${server.port}`;
}

describe('a registry', () => {
  it.each([
    'http://auth.example/token',
    'http://10.0.0.1/token',
    'ftp://127.0.0.1/token',
    'file:///etc/passwd',
    'no address',
  ])('gets no login for a token service at %s', async (realm) => {
    const seen: (string | undefined)[] = [];
    const host = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"` }).end();
    });
    const sent = new RegistryClient(host, MEANS).send({ method: 'GET', path: 'm/manifests/x' }, 'repository:m:pull');
    await expect(sent).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    expect(seen).toEqual([undefined]);
  });

  it.each<[string, number, string, string, RegExp]>([
    ['that cannot answer now', 503, '', 'REGISTRY_UNREACHABLE', /the token service 127\.0\.0\.1:\d+ answered HTTP 503/],
    ['that has too many requests', 429, '', 'REGISTRY_UNREACHABLE', /answered HTTP 429/],
    ['that is a web page', 200, '<html>welcome</html>', 'REGISTRY_REFUSED', /answered no token/],
    ['that answers null', 200, 'null', 'REGISTRY_REFUSED', /answered no token/],
    ['that refuses', 401, '{}', 'REGISTRY_REFUSED', /refused GET m\/manifests\/x as user \(HTTP 401\)/],
  ])('with a token service %s is told by that cause', async (_, status, answer, code, says) => {
    const auth = await listen((_request, response) => void response.writeHead(status).end(answer));
    const host = await listen((_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${auth}/token",service="s"` }).end();
    });
    const sent = new RegistryClient(host, MEANS).send({ method: 'GET', path: 'm/manifests/x' }, 'repository:m:pull');
    await expect(sent).rejects.toMatchObject({ code });
    await expect(sent).rejects.toThrow(says);
  });

  it('is tried again as objects are: so often, after what Retry-After asks for, and with the body again', async () => {
    const bodies: string[] = [];
    let answers: readonly { status: number; headers?: Record<string, string> }[] = [];
    const host = await listen(async (request, response) => {
      bodies.push((await readBody(request)).toString());
      const { status, headers } = answers[Math.min(bodies.length, answers.length) - 1] ?? { status: 500 };
      response.writeHead(status, headers).end();
    });
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => void waits.push(milliseconds);
    const client = new RegistryClient(host, { ...MEANS, sleep });
    const put = { method: 'PUT', path: 'm/manifests/x', body: async () => new Blob(['text']) } as const;
    answers = [{ status: 503, headers: { 'retry-after': '7' } }, { status: 429 }, { status: 201 }];
    expect((await client.send(put, 'repository:m:push')).status).toBe(201);
    expect(bodies).toEqual(['text', 'text', 'text']);
    expect(waits).toEqual([7000, expect.any(Number)]);
    bodies.length = 0;
    answers = [{ status: 502 }];
    await expect(client.send(put, 'repository:m:push')).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    expect(bodies).toHaveLength(MAX_ATTEMPTS);
    bodies.length = 0;
    answers = [{ status: 507 }];
    await expect(client.send(put, 'repository:m:push')).rejects.toThrow(/HTTP 507/);
    expect(bodies).toHaveLength(1);
  });

  it('that is not there is told with what the connection said', async () => {
    const host = await listen(() => {});
    await servers.pop()?.close();
    const sent = new RegistryClient(host, MEANS).send({ method: 'GET', path: 'm/manifests/x' }, 'repository:m:pull');
    await expect(sent).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE', retryable: true });
    await expect(sent).rejects.toThrow(/no answer: .*ECONNREFUSED/);
  });

  it('sends no credentials to another host, by an upload location or by a redirect', async () => {
    const elsewhere: (string | undefined)[] = [];
    const other = await listen((request, response) => {
      elsewhere.push(request.headers.authorization);
      request.resume().on('end', () => response.writeHead(request.method === 'PUT' ? 201 : 200).end('bytes'));
    });
    const host = await listen((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      } else if (request.method === 'HEAD') response.writeHead(404).end();
      else if (request.method === 'POST') response.writeHead(202, { location: `http://${other}/upload` }).end();
      else response.writeHead(307, { location: `http://${other}/blob` }).end();
    });
    const config = { auths: { [host]: { auth: Buffer.from('user:pass').toString('base64') } } };
    const repository = new RegistryRepository({ repository: `${host}/m` }, { ...ACCESS, dockerConfig: config });
    const descriptor = { mediaType: 'application/octet-stream', digest: digestOf('bytes'), size: 5 };
    await writeFile(path.join(root, 'blob'), 'bytes');
    expect(await repository.pushBlob(descriptor, () => openAsBlob(path.join(root, 'blob')))).toBe('pushed');
    expect(await Array.fromAsync(await repository.blob(descriptor))).toHaveLength(1);
    expect(elsewhere).toEqual([undefined, undefined]);
  });

  it.each<[string, Parameters<typeof listenOnLoopback>[0]]>([
    ['answers 200 and a page to everything', (_, response) => void response.end('<html>welcome</html>')],
    [
      'sends everybody to a page to log in at',
      (request, response) =>
        void (request.url === '/login'
          ? response.end('<html>log in</html>')
          : response.writeHead(302, { location: '/login' }).end()),
    ],
  ])('is none that %s: nothing counts as pushed', async (_, answer) => {
    const host = await listen((request, response) => void request.resume().on('end', () => answer(request, response)));
    const repository = new RegistryRepository({ repository: `${host}/m` }, ACCESS);
    const descriptor = { mediaType: 'application/octet-stream', digest: digestOf('bytes'), size: 5 };
    await writeFile(path.join(root, 'blob'), 'bytes');
    await expect(repository.pushBlob(descriptor, () => openAsBlob(path.join(root, 'blob')))).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
    });
    await expect(repository.pushManifest('v1', descriptor, 'bytes')).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
    });
  });

  it('that has no such repository is named so, and not tried again', async () => {
    const host = await listen((request, response) => {
      request.resume().on('end', () => void response.writeHead(404).end());
    });
    const repository = new RegistryRepository({ repository: `${host}/m` }, ACCESS);
    const descriptor = { mediaType: 'application/octet-stream', digest: digestOf('bytes'), size: 5 };
    const pushed = repository.pushBlob(descriptor, () => openAsBlob(path.join(root, 'blob')));
    await expect(pushed).rejects.toMatchObject({ code: 'REGISTRY_REFUSED', retryable: false });
    await expect(pushed).rejects.toThrow(/does not accept uploads there/);
  });

  it('is not believed where a document has another digest than was asked for', async () => {
    const host = await listen((_, response) => void response.end('{"evil":true}'));
    const digest = digestOf('{}');
    const repository = new RegistryRepository({ repository: `${host}/m`, digest }, ACCESS);
    await expect(repository.root()).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    const descriptor = { mediaType: 'application/json', digest, size: 2 };
    await expect(repository.document(descriptor, 'config')).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
  });
});

describe('a layout', () => {
  const bytes = async function* (text: string) {
    yield Buffer.from(text);
  };

  it('gives a blob its name after its digest, or keeps nothing of it', async () => {
    const layout = new OciLayoutFolder(root);
    const descriptor = { mediaType: 'application/octet-stream', digest: digestOf('good'), size: 4 };
    await expect(layout.addBlob(descriptor, bytes('evil'))).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    expect(await readdir(path.join(root, 'blobs', 'sha256'))).toEqual([]);
    await layout.addBlob(descriptor, bytes('good'));
    expect(await readFile(layout.blobPath(descriptor.digest), 'utf8')).toBe('good');
  });

  it.each(['sha256:../../../evil', `sha256:${'A'.repeat(64)}`, `sha512:${'a'.repeat(128)}`, '../x', ''])(
    'has no place for the digest %j',
    (digest) => {
      expect(() => new OciLayoutFolder(root).blobPath(digest)).toThrow(RangeError);
    },
  );
});
