import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../../../core/adapters/http/http-fetch.ts';
import { basicHeader, findLogin, parseBearerChallenge } from '../../../../core/adapters/oci/registry-auth.ts';
import { RegistryClient } from '../../../../core/adapters/oci/registry-client.ts';
import { addressOf } from '../../../../core/adapters/oci/registry-repository.ts';

const auth = Buffer.from('user:pass:word').toString('base64');

describe('findLogin', () => {
  it('takes the entry of exactly this host and port', () => {
    const config = { auths: { 'ghcr.io': { auth }, 'https://other.example:5000/v2/': { auth } } };
    expect(findLogin(config, 'ghcr.io')).toEqual({ user: 'user', password: 'pass:word' });
    expect(findLogin(config, 'other.example:5000')).toBeDefined();
    expect(findLogin(config, 'evil-ghcr.io')).toBeUndefined();
    expect(findLogin(config, 'other.example')).toBeUndefined();
    expect(findLogin(undefined, 'ghcr.io')).toBeUndefined();
  });
  it('says when only a credential helper could give it', () => {
    expect(() => findLogin({ credsStore: 'desktop' }, 'ghcr.io')).toThrow('credential helper');
  });
});

describe('parseBearerChallenge', () => {
  it('reads realm, service and scope', () => {
    const header = 'Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull,push"';
    expect(parseBearerChallenge(header)).toEqual({
      realm: 'https://auth.example/token',
      service: 'r',
      scope: 'repository:a:pull,push',
    });
    expect(parseBearerChallenge('Basic realm="x"')).toBeUndefined();
  });
});

describe('addressOf', () => {
  it.each([
    ['localhost/a', 'localhost', 'a'],
    ['ghcr.io/o/m', 'ghcr.io', 'o/m'],
    ['host:5000/m', 'host:5000', 'm'],
    ['o/m', 'registry-1.docker.io', 'o/m'],
    ['busybox', 'registry-1.docker.io', 'library/busybox'],
    ['docker.io/o/m', 'registry-1.docker.io', 'o/m'],
    ['docker.io/busybox', 'registry-1.docker.io', 'library/busybox'],
    ['index.docker.io/o/m', 'registry-1.docker.io', 'o/m'],
    ['registry-1.docker.io/busybox', 'registry-1.docker.io', 'library/busybox'],
  ])('%s', (repository, host, name) => {
    expect(addressOf(repository)).toEqual({ host, name });
  });
});

describe('RegistryClient', () => {
  const login = { user: 'user', password: 'pass' };
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    seen.push(`${url.pathname} ${request.headers.authorization ?? '-'}`);
    if (url.pathname === '/token') {
      const isKnown = request.headers.authorization === basicHeader(login);
      response.end(JSON.stringify({ token: isKnown ? `for ${url.searchParams.get('scope')}` : 'weak' }));
    } else if (request.headers.authorization === 'Bearer for repository:m:pull') response.end('ok');
    else {
      const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"` }).end();
    }
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());

  it('gets a token for the scope with the login, and uses it again', async () => {
    const client = new RegistryClient(`127.0.0.1:${(server.address() as AddressInfo).port}`, {
      login,
      fetch: createHttpFetch({}),
    });
    const get = { method: 'GET', path: 'm/manifests/x' } as const;
    expect(await (await client.send(get, 'repository:m:pull')).text()).toBe('ok');
    const before = seen.length;
    await client.send(get, 'repository:m:pull');
    expect(seen.length - before).toBe(1);
  });

  it('is refused without a login', async () => {
    const client = new RegistryClient(`127.0.0.1:${(server.address() as AddressInfo).port}`, {
      login: undefined,
      fetch: createHttpFetch({}),
    });
    const sent = client.send({ method: 'GET', path: 'm/manifests/x' }, 'repository:m:pull');
    await expect(sent).rejects.toMatchObject({ code: 'REGISTRY_REFUSED', retryable: false });
  });
});
