import { afterEach, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../../../core/adapters/http/http-fetch.ts';
import { OciObjectStore } from '../../../../core/adapters/oci/oci-object-store.ts';
import type { OciStoreAccess } from '../../../../core/adapters/oci/oci-repository.ts';
import { textContent } from '../../../../core/domain/model/text-content.ts';
import { type LoopbackServer, listenOnLoopback, sendJson } from '../../../../testkit/http.ts';

const ACCESS: OciStoreAccess = { dockerConfig: undefined, fetch: createHttpFetch({}), sleep: async () => {} };

let servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

async function listen(answer: Parameters<typeof listenOnLoopback>[0]): Promise<string> {
  const server = await listenOnLoopback(answer);
  servers.push(server);
  return `127.0.0.1:${server.port}`;
}

async function textOf(content: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> {
  if (content === undefined) return undefined;
  return Buffer.concat(await Array.fromAsync(content)).toString('utf8');
}

describe('the tags of a store', () => {
  /** A registry of these tags, in pages, whose every manifest is one small object. */
  async function registryOf(tags: readonly string[], pageSize: number): Promise<{ host: string; asked: string[] }> {
    const asked: string[] = [];
    const host = await listen((request, response) => {
      const url = new URL(request.url ?? '', 'http://registry');
      asked.push(url.pathname + url.search);
      if (!url.pathname.endsWith('/tags/list')) return void response.writeHead(404).end();
      const start = tags.indexOf(url.searchParams.get('last') ?? '') + 1;
      const page = tags.slice(start, start + pageSize);
      const more = start + page.length < tags.length;
      if (more) response.setHeader('link', `</v2/m/tags/list?n=${pageSize}&last=${page.at(-1)}>; rel="next"`);
      sendJson(response, 200, { name: 'm', tags: page });
    });
    return { host, asked };
  }

  it('are read to the last page: of a hundred thousand objects only those with the prefix are asked for', async () => {
    const hex = (index: number) => index.toString(16).padStart(64, '0');
    const many = Array.from({ length: 100_000 }, (_, index) => `object.documents__${hex(index)}.json`);
    const tags = [...many, 'object.runs__a__1.json', 'v1.0.0', 'latest'];
    const { host, asked } = await registryOf(tags, 1000);
    const store = new OciObjectStore(`oci://${host}/m`, ACCESS);
    const started = performance.now();
    expect(await Array.fromAsync(store.list('runs/a/'))).toEqual([]);
    expect(asked.filter((url) => url.includes('tags/list'))).toHaveLength(101);
    expect(asked.filter((url) => url.includes('/manifests/'))).toEqual(['/v2/m/manifests/object.runs__a__1.json']);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it.each([
    ['no JSON', '<html>'],
    ['no list', '{"tags":{}}'],
    ['a list of other things', '{"tags":[1]}'],
  ])('are never taken for none where the answer is %s', async (_, body) => {
    const host = await listen((_request, response) => void response.end(body));
    const store = new OciObjectStore(`oci://${host}/m`, ACCESS);
    await expect(Array.fromAsync(store.list(''))).rejects.toMatchObject({ code: 'STORE_REFUSED' });
  });

  it('are read from the registry that was asked, wherever its next page is said to be', async () => {
    const pages = [['a'], ['object.k']];
    const asked: string[] = [];
    const host = await listen((request, response) => {
      const url = new URL(request.url ?? '', 'http://registry');
      asked.push(url.pathname);
      if (!url.pathname.endsWith('/tags/list')) return void response.writeHead(404).end();
      if (!url.searchParams.has('last'))
        response.setHeader('link', '<https://internal.example/v2/m/tags/list?last=a>; rel=next');
      sendJson(response, 200, { tags: pages[url.searchParams.has('last') ? 1 : 0] });
    });
    const store = new OciObjectStore(`oci://${host}/m`, ACCESS);
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    expect(asked).toContain('/v2/m/manifests/object.k');
  });

  it('of a list that never ends are an error', async () => {
    const host = await listen((_request, response) => {
      response.setHeader('link', '</v2/m/tags/list?n=1&last=a>; rel="next"');
      sendJson(response, 200, { tags: [] });
    });
    const store = new OciObjectStore(`oci://${host}/m`, ACCESS);
    await expect(Array.fromAsync(store.list(''))).rejects.toMatchObject({ code: 'STORE_REFUSED' });
  });
});

describe('the login of a store', () => {
  it('is renewed where its token has expired, in the middle of an upload too', async () => {
    let valid = 0;
    let tokens = 0;
    const stored = new Map<string, Buffer>();
    const host = await listen(async (request, response) => {
      const url = request.url ?? '';
      if (url.startsWith('/token')) return sendJson(response, 200, { token: `t${++tokens}` });
      // Each token is good for two requests.
      if (request.headers.authorization !== `Bearer t${tokens}` || valid-- <= 0) {
        valid = 2;
        request.resume();
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` }).end();
        return;
      }
      const body = Buffer.concat(await Array.fromAsync(request));
      if (request.method === 'POST') return void response.writeHead(202, { location: '/v2/m/blobs/uploads/1' }).end();
      if (request.method === 'PUT') {
        const name = new URL(url, 'http://r').searchParams.get('digest') ?? url.split('/').at(-1) ?? '';
        stored.set(name, body);
        return void response.writeHead(201).end();
      }
      const found = stored.get(url.split('/').at(-1) ?? '');
      response.writeHead(found === undefined ? 404 : 200, { 'content-length': found?.length ?? 0 });
      response.end(request.method === 'HEAD' ? undefined : found);
    });
    const store = new OciObjectStore(`oci://${host}/m`, ACCESS);
    for (const key of ['a', 'b', 'c']) expect(await store.put(key, textContent(key), 'if-absent')).toBe('created');
    for (const key of ['a', 'b', 'c']) expect(await textOf(await store.open(key))).toBe(key);
    expect(tokens).toBeGreaterThan(5);
  });

  it.each([
    ['ghcr.io', 'packages: write', 'Basic dGlkZWdhdGU6Z2hzX3Rva2Vu'],
    ['registry.example', 'docker/login-action', undefined],
  ])('at %s is refused with the way out, and GitHub’s token goes nowhere else', async (host, fix, login) => {
    const seen: (string | undefined)[] = [];
    const real = await listen((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url?.startsWith('/token') === true) return void response.writeHead(403).end('{}');
      response.writeHead(401, { 'www-authenticate': `Bearer realm="https://${host}/token",service="s"` }).end();
    });
    const fetch: OciStoreAccess['fetch'] = (url, init) =>
      ACCESS.fetch(String(url).replace(`https://${host}`, `http://${real}`), init);
    const store = new OciObjectStore(`oci://${host}/acme/m`, { ...ACCESS, fetch, githubToken: 'ghs_token' });
    const put = store.put('k', textContent('x'), 'replace');
    await expect(put).rejects.toMatchObject({ code: 'STORE_REFUSED', fix: expect.stringContaining(fix) });
    expect(seen).toEqual([undefined, login]);
  });
});

describe('the address of a store', () => {
  const open = (uri: string) => new OciObjectStore(uri, ACCESS).uri;
  it.each([
    ['oci://ghcr.io/Acme/Churn/models', 'oci://ghcr.io/acme/churn/models'],
    ['oci://ghcr.io/acme/models:v1', 'oci://ghcr.io/acme/models'],
    [`oci://ghcr.io/acme/models@sha256:${'a'.repeat(64)}`, 'oci://ghcr.io/acme/models'],
    ['oci://acme/models', 'oci://ghcr.io/acme/models'],
  ])('is refused as %s, with a fix that works', (address, proposed) => {
    expect(() => open(address)).toThrow(expect.objectContaining({ fix: expect.stringContaining(`${proposed}.`) }));
    expect(open(proposed)).toBe(proposed);
  });

  it.each(['oci://ghcr.io', 'oci://', 'oci:///x', 'oci://ghcr.io/a b', 'oci://ghcr.io/a/../b'])(
    'is refused as %s',
    (address) => {
      expect(() => open(address)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    },
  );

  it.each([
    ['oci://ghcr.io/acme/models/', 'oci://ghcr.io/acme/models'],
    ['oci://localhost:5000/m', 'oci://localhost:5000/m'],
    ['oci://docker.io/acme/models', 'oci://docker.io/acme/models'],
  ])('%s is %s', (address, uri) => {
    expect(open(address)).toBe(uri);
  });
});
