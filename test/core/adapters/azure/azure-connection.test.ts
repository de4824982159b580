import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AzureSettings, connectAzure } from '../../../../core/adapters/azure/azure-connection.ts';
import { AzureDataRemote } from '../../../../core/adapters/azure/azure-data-remote.ts';
import { AzureObjectStore } from '../../../../core/adapters/azure/azure-object-store.ts';
import { textContent } from '../../../../core/domain/model/text-content.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { type AzureServer, startAzurite } from '../../../../testkit/azurite.ts';
import { InMemoryByteSink } from '../../../../testkit/fakes/in-memory-data-remote.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

const KEY = Buffer.from('a key').toString('base64');
let root: string;
let azure: AzureServer;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-azure-login-'));
  azure = await startAzurite({ directory: root });
  await azure.createContainer('models');
}, 120_000);
afterAll(async () => {
  await azure?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

const connect = (settings: AzureSettings) => connectAzure('azure://models', 'models', settings);

/** A shared access signature for the container. */
async function signature(permissions: string): Promise<string> {
  const { BlobServiceClient, ContainerSASPermissions } = await import('@azure/storage-blob');
  const container = BlobServiceClient.fromConnectionString(azure.connectionString).getContainerClient('models');
  const expiresOn = new Date(Date.now() + 3_600_000);
  const url = await container.generateSasUrl({ permissions: ContainerSASPermissions.parse(permissions), expiresOn });
  return new URL(url).search.slice(1);
}

const withSignature = (sas: string) =>
  `BlobEndpoint=http://127.0.0.1:${azure.port}/${azure.account};SharedAccessSignature=${sas}`;

describe('connectAzure', () => {
  it('signs with the key of the account, for two hours and without the permission to delete', async () => {
    const { origin, access } = connect({ env: { AZURE_STORAGE_ACCOUNT: 'acme', AZURE_STORAGE_KEY: KEY } });
    const { query, untilMs } = await access();
    expect(origin).toBe('https://acme.blob.core.windows.net');
    expect(new URLSearchParams(query).get('sp')).toBe('racwl');
    expect(untilMs - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  it('uses a SAS token of the environment for its own account', async () => {
    const env = { AZURE_STORAGE_ACCOUNT: 'acme', AZURE_STORAGE_SAS_TOKEN: '?sv=1&sig=x' };
    expect(await connect({ env }).access()).toMatchObject({ query: 'sv=1&sig=x' });
    expect(await connect({ env, accountName: 'acme' }).access()).toMatchObject({ query: 'sv=1&sig=x' });
  });

  it('gives no key or token of the environment to another account', async () => {
    const env = { AZURE_STORAGE_ACCOUNT: 'acme', AZURE_STORAGE_SAS_TOKEN: 'sig=x', AZURE_STORAGE_KEY: KEY };
    const { container } = connect({ env, accountName: 'other' });
    expect(container.url).toBe('https://other.blob.core.windows.net/models');
    expect(container.credential).toHaveProperty('getToken');
  });

  it('adds nothing to a connection string', async () => {
    const env = { AZURE_STORAGE_ACCOUNT: 'acme', AZURE_STORAGE_SAS_TOKEN: 'sig=x', AZURE_STORAGE_KEY: KEY };
    const connectionString = 'BlobEndpoint=http://127.0.0.1:9/else;SharedAccessSignature=sig=own';
    const { origin, access } = connect({ env, connectionString, accountName: 'acme' });
    expect([origin, (await access()).query]).toEqual(['http://127.0.0.1:9', 'sig=own']);
  });

  it('logs in as the Azure CLI is logged in, where the account has no key', async () => {
    const bin = path.join(root, 'bin');
    const expiresOn = Math.floor(Date.now() / 1000) + 3600;
    const answer = JSON.stringify({ accessToken: 'short-lived', expires_on: expiresOn, tokenType: 'Bearer' });
    await mkdir(bin);
    await writeFile(path.join(bin, 'az'), `#!/bin/sh\necho '${answer}'\n`);
    await chmod(path.join(bin, 'az'), 0o755);
    const module = path.join(PROJECT_ROOT, 'core', 'adapters', 'azure', 'azure-connection.ts');
    const code = `const { connectAzure } = await import(${JSON.stringify(module)});
      console.log(JSON.stringify((await connectAzure('azure://m', 'models', { env: process.env }).access()).headers));`;
    const { PATH } = hostEnvironment();
    // A child: the SDK looks for the CLI by the environment of its process.
    const run = await runProgram(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: root,
      env: {
        ...{ PATH: `${bin}${path.delimiter}${PATH}`, HOME: root, AZURE_STORAGE_ACCOUNT: 'acme' },
        AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential',
      },
    });
    expect(run.stdout + run.stderr).toContain('{"authorization":"Bearer short-lived"}');
  });
});

describe('a shared access signature', () => {
  it('that may read and write is enough for a store and a remote', async () => {
    const connectionString = withSignature(await signature('racwl'));
    const store = new AzureObjectStore('azure://models/store', { env: {}, connectionString });
    expect(await store.put('k', textContent('x'), 'if-absent')).toBe('created');
    expect(await store.put('k', textContent('y'), 'if-absent')).toBe('exists');
    const remote = new AzureDataRemote('azure://models/store', { env: {}, connectionString, jobs: 2 });
    const sink = new InMemoryByteSink();
    expect(await remote.read('k', sink)).toBe(true);
    expect(Buffer.from(sink.bytes).toString()).toBe('x');
  });

  it('that may only read is refused a write, with the permission that is missing', async () => {
    const connectionString = withSignature(await signature('rl'));
    const fix = expect.stringContaining('c and w');
    const store = new AzureObjectStore('azure://models/none', { env: {}, connectionString });
    await expect(store.put('k', textContent('x'), 'if-absent')).rejects.toMatchObject({ code: 'STORE_REFUSED', fix });
    const remote = new AzureDataRemote('azure://models/none', { env: {}, connectionString, jobs: 2 });
    await expect(remote.put('k', textContent('x'))).rejects.toMatchObject({ code: 'OBJECT_FORBIDDEN', fix });
  });

  it('that may not read is refused: no blob is called absent', async () => {
    const connectionString = withSignature(await signature('w'));
    const remote = new AzureDataRemote('azure://models/none', { env: {}, connectionString, jobs: 2 });
    await expect(remote.stat('k')).rejects.toMatchObject({ code: 'OBJECT_FORBIDDEN' });
    await expect(remote.read('k', new InMemoryByteSink())).rejects.toMatchObject({ code: 'OBJECT_FORBIDDEN' });
    await expect(Array.fromAsync(remote.listPages(''))).rejects.toMatchObject({ code: 'STORE_REFUSED' });
  });
});
