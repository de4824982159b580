import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectGcs } from '../../../../core/adapters/gcs/gcs-connection.ts';
import { GcsDataRemote } from '../../../../core/adapters/gcs/gcs-data-remote.ts';
import { GcsEndpoint } from '../../../../core/adapters/gcs/gcs-endpoint.ts';
import { parseGcsUri } from '../../../../core/adapters/gcs/gcs-location.ts';
import { InMemoryByteSink } from '../../../../testkit/fakes/in-memory-data-remote.ts';
import { type LoopbackServer, listenOnLoopback } from '../../../../testkit/http.ts';

let root: string;
let server: LoopbackServer;
/** Answers of the server, by the start of a path. */
const answers = new Map<string, { readonly status: number; readonly body: string }>();

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-gcs-login-'));
  server = await listenOnLoopback((request, response) => {
    const found = [...answers].find(([start]) => request.url?.startsWith(start))?.[1];
    response.writeHead(found?.status ?? 404, { 'content-type': 'application/json' });
    response.end(found?.body ?? '{}');
  });
});
afterAll(async () => {
  await server?.close();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

const here = () => `http://127.0.0.1:${server.port}`;

/** A file as google-github-actions/auth writes it, for an identity that this server gives. */
async function workloadIdentity(): Promise<string> {
  const file = path.join(root, 'workload.json');
  const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/github';
  const source = { url: `${here()}/oidc`, format: { type: 'json', subject_token_field_name: 'value' } };
  const content = {
    ...{ type: 'external_account', audience, token_url: `${here()}/sts`, credential_source: source },
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  };
  await writeFile(file, JSON.stringify(content));
  return file;
}

describe('connectGcs', () => {
  it('logs in with a workload identity, and requests to Google carry its token', async () => {
    answers.set('/oidc', { status: 200, body: JSON.stringify({ value: 'identity' }) });
    const token = { access_token: 'short-lived', expires_in: 3600, token_type: 'Bearer' };
    answers.set('/sts', { status: 200, body: JSON.stringify(token) });
    const env = { GOOGLE_APPLICATION_CREDENTIALS: await workloadIdentity() };
    const endpoint = new GcsEndpoint(parseGcsUri('gs://models/m'), { env });
    const request = await endpoint.request({ method: 'GET', key: 'a/b' });
    expect(request).toMatchObject({
      origin: 'https://storage.googleapis.com',
      path: '/storage/v1/b/models/o/m%2Fa%2Fb?alt=media',
      headers: { authorization: 'Bearer short-lived' },
    });
  });

  it('says that Google refuses the identity', async () => {
    answers.set('/oidc', { status: 200, body: JSON.stringify({ value: 'identity' }) });
    answers.set('/sts', { status: 403, body: '{"error":"unauthorized"}' });
    const env = { GOOGLE_APPLICATION_CREDENTIALS: await workloadIdentity() };
    const refused = { code: 'STORE_REFUSED', retryable: false, message: expect.stringContaining('gs://models/m') };
    await expect(connectGcs('gs://models/m', { env })).rejects.toMatchObject(refused);
  });

  it('refuses an endpoint that is not an address', async () => {
    const connected = connectGcs('gs://models', { env: {}, endpointUrl: 'http://[' });
    await expect(connected).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('GcsDataRemote', () => {
  const remote = () => new GcsDataRemote('gs://models/m', { env: { STORAGE_EMULATOR_HOST: here() }, jobs: 2 });

  it('says that an object may not be read, rather than that it is absent', async () => {
    answers.set('/storage/v1/b/models/o/', { status: 403, body: '{}' });
    const forbidden = { code: 'OBJECT_FORBIDDEN', message: expect.stringContaining('gs://models/m/a/b') };
    await expect(remote().read('a/b', new InMemoryByteSink())).rejects.toMatchObject(forbidden);
    await expect(remote().stat('a/b')).rejects.toMatchObject(forbidden);
  });

  it('says that a bucket is missing, rather than the object', async () => {
    answers.delete('/storage/v1/b/models/o/');
    answers.set('/storage/v1/b/models/o?', { status: 404, body: '{}' });
    await expect(remote().stat('a/b')).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    answers.set('/storage/v1/b/models/o?', { status: 200, body: '{}' });
    expect(await remote().stat('a/b')).toBeUndefined();
  });

  it.each(['no JSON', '{"items":{}}', '{"items":[{}]}'])('refuses the list %s: it could hide objects', async (body) => {
    answers.set('/storage/v1/b/models/o?', { status: 200, body });
    await expect(Array.fromAsync(remote().listPages('files/'))).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('does not read the same page of a list for ever', async () => {
    answers.set('/storage/v1/b/models/o?', { status: 200, body: '{"nextPageToken":"same"}' });
    await expect(Array.fromAsync(remote().listPages('files/'))).rejects.toThrow('again and again');
  });
});
