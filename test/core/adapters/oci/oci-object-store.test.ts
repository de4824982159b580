import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OciObjectStore } from '../../../../core/adapters/oci/oci-object-store.ts';
import { textContent } from '../../../../core/domain/model/text-content.ts';
import { findProgram } from '../../../../scripts/system-programs.ts';
import { type Registry, startRegistry } from '../../../../testkit/registry.ts';
import { objectStoreContract } from '../../../contracts/ports/object-store.ts';
import { ACCESS, withRegistry } from '../../../contracts/ports/registry-under-test.ts';

const BINARY = findProgram('docker-registry');

withRegistry((repository) => {
  objectStoreContract('OciObjectStore', async () => new OciObjectStore(`oci://${repository()}`, ACCESS));

  it('lets one of two machines win that write the same key, and keeps the whole of one', async () => {
    const uri = `oci://${repository()}`;
    const stores = Array.from({ length: 6 }, () => new OciObjectStore(uri, ACCESS));
    const texts = stores.map((_, index) => String(index).repeat(1000));
    await Promise.all(stores.map((store, index) => store.put('k', textContent(texts[index] ?? ''), 'if-absent')));
    const parts = await Array.fromAsync((await new OciObjectStore(uri, ACCESS).open('k')) ?? []);
    expect(texts).toContain(Buffer.concat(parts).toString('utf8'));
    expect(await stores[0]?.put('k', textContent('late'), 'if-absent')).toBe('exists');
  });
});

describe.skipIf(BINARY === undefined)('a registry with a login (needs docker-registry)', () => {
  let directory: string;
  let registry: Registry;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tidegate-login-'));
    registry = await startRegistry({ directory, binary: BINARY ?? '', needsLogin: true });
  });
  afterAll(async () => {
    await registry?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('takes what comes with the login of Docker for this host, and nothing else', async () => {
    const uri = `oci://${registry.host}/team/m`;
    const dockerConfig: unknown = JSON.parse(registry.dockerConfig);
    const store = new OciObjectStore(uri, { ...ACCESS, dockerConfig });
    expect(await store.put('k', textContent('x'), 'if-absent')).toBe('created');
    expect(await store.stat('k')).toEqual({ key: 'k', sizeBytes: 1 });
    // GitHub's token is no login here.
    const stranger = new OciObjectStore(uri, { ...ACCESS, githubToken: 'ghs_x' });
    await expect(stranger.stat('k')).rejects.toMatchObject({
      code: 'STORE_REFUSED',
      message: expect.stringContaining('this job may not read there without a login'),
      fix: expect.stringContaining('docker/login-action'),
    });
  });
});
