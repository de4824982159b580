import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { S3DataRemote, type S3RemoteOptions } from '../../../../core/adapters/aws/s3-data-remote.ts';
import { plainConnection } from '../../../../core/adapters/aws/s3-plain-connection.ts';
import type { ByteSink } from '../../../../core/ports/data/byte-sink.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '../../../../testkit/http.ts';

const ENV = { AWS_ACCESS_KEY_ID: 'AKEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' };
const KEY = 'files/md5/ac/bd18db4cc2f85cedef654fccc4a4d8';
const MINUTES_MS = 60_000;

let server: LoopbackServer | undefined;
afterEach(() => server?.close());

/** A remote on a server of the test's own, and what that server is asked. */
async function remoteOn(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: Partial<S3RemoteOptions> = {},
) {
  const asked: IncomingMessage[] = [];
  server = await listenOnLoopback(async (request, response) => {
    asked.push(request);
    await readBody(request);
    answer(request, response);
  });
  const endpointUrl = `http://127.0.0.1:${server.port}`;
  return { asked, remote: new S3DataRemote('s3://bucket/dvc', { env: ENV, jobs: 4, endpointUrl, ...options }) };
}

function sink() {
  const got = { text: '' };
  const bytes: ByteSink = {
    begin: () => {
      got.text = '';
    },
    write: (chunk) => {
      got.text += Buffer.from(chunk).toString();
    },
    beginParts: () => {
      throw new Error('not a large object');
    },
  };
  return { got, bytes };
}

function refuse(response: ServerResponse, status: number, code: string, detail = '', headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers });
  response.end(`<Error><Code>${code}</Code>${detail}</Error>`);
}

const scopeOf = ({ headers }: IncomingMessage): string =>
  /Credential=[^/]*\/\d{8}\/([^,]*),/.exec(headers.authorization ?? '')?.[1] ?? '';

const dateOf = ({ headers }: IncomingMessage): number =>
  Date.parse(String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));

describe('S3DataRemote', () => {
  const redirects = [
    {
      name: '400 AuthorizationHeaderMalformed',
      redirect: (response: ServerResponse) =>
        refuse(response, 400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>'),
    },
    {
      name: '301 PermanentRedirect',
      redirect: (response: ServerResponse) =>
        refuse(response, 301, 'PermanentRedirect', '', { 'x-amz-bucket-region': 'eu-west-3' }),
    },
  ];
  it.each(redirects)('signs for the region that a bucket names by $name', async ({ redirect }) => {
    const { remote, asked } = await remoteOn((request, response) => {
      if (scopeOf(request) === 'eu-west-3/s3/aws4_request') response.end('foo');
      else redirect(response);
    });
    const { got, bytes } = sink();
    expect(await remote.read(KEY, bytes)).toBe(true);
    expect(await remote.read(KEY, bytes)).toBe(true);
    expect(got.text).toBe('foo');
    expect(asked.map(scopeOf).map((scope) => scope.split('/')[0])).toEqual(['us-east-1', 'eu-west-3', 'eu-west-3']);
  });

  const changes = [
    {
      name: 'another region',
      isRight: (request: IncomingMessage) => scopeOf(request) === 'eu-west-3/s3/aws4_request',
      refuse: (response: ServerResponse) =>
        refuse(response, 400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>'),
    },
    {
      name: 'another time',
      isRight: (request: IncomingMessage) => dateOf(request) > Date.now() + 100 * MINUTES_MS,
      refuse: (response: ServerResponse) =>
        refuse(response, 403, 'RequestTimeTooSkewed', '', {
          date: new Date(Date.now() + 120 * MINUTES_MS).toUTCString(),
        }),
    },
  ];
  it.each(changes)('mends $name once for all requests that are on their way', async ({ isRight, refuse: no }) => {
    const held: (() => void)[] = [];
    const { remote, asked } = await remoteOn((request, response) => {
      if (isRight(request)) {
        response.end('foo');
        return;
      }
      const later = held.length < 4 ? held.push(() => no(response)) : 0;
      if (later === 0) no(response);
      // All four connections are refused first, and one hears of it after the other.
      if (later === 4) for (const [index, answer] of held.entries()) setTimeout(answer, index * 5);
    });
    const reads = Array.from({ length: 12 }, () => remote.read(KEY, sink().bytes));
    expect(await Promise.all(reads)).toEqual(reads.map(() => true));
    expect(asked.length).toBeLessThan(12 + 12);
  });

  it('ends where a bucket keeps naming regions', async () => {
    let count = 0;
    const { remote, asked } = await remoteOn((_, response) => {
      count += 1;
      refuse(response, 400, 'AuthorizationHeaderMalformed', `<Region>eu-west-${count}</Region>`);
    });
    await expect(remote.read(KEY, sink().bytes)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(asked.length).toBeLessThan(6);
  });

  it('keeps the time of a server whose clock is another', async () => {
    const theirs = () => Date.now() + 120 * MINUTES_MS;
    const { remote, asked } = await remoteOn((request, response) => {
      const isNear = Math.abs(dateOf(request) - theirs()) < 15 * MINUTES_MS;
      if (isNear) response.end('foo');
      else refuse(response, 403, 'RequestTimeTooSkewed', '', { date: new Date(theirs()).toUTCString() });
    });
    const { got, bytes } = sink();
    expect(await remote.read(KEY, bytes)).toBe(true);
    expect(await remote.read(KEY, bytes)).toBe(true);
    expect(got.text).toBe('foo');
    expect(asked).toHaveLength(3);
  });

  it('does not ask for ever where the clock is not what is wrong', async () => {
    const { remote, asked } = await remoteOn((_, response) => refuse(response, 403, 'RequestTimeTooSkewed'));
    await expect(remote.read(KEY, sink().bytes)).rejects.toMatchObject({ code: 'STORE_REFUSED', retryable: false });
    expect(asked).toHaveLength(1);
  });

  it('signs nothing where access is anonymous', async () => {
    const { remote, asked } = await remoteOn((_, response) => response.end('foo'), { anonymous: true });
    expect(await remote.read(KEY, sink().bytes)).toBe(true);
    expect(asked[0]?.url).toBe(`/bucket/dvc/${KEY}`);
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it('sends and signs the headers of encryption with what it stores, and with nothing else', async () => {
    const putHeaders = {
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
    };
    const { remote, asked } = await remoteOn((_, response) => response.end(), { putHeaders });
    const bytes = Buffer.from('foo');
    await remote.put(KEY, { sizeBytes: 3, bytes, open: () => (async function* () {})() });
    await remote.stat(KEY);
    expect(asked[0]?.headers).toMatchObject({ ...putHeaders, 'content-length': '3' });
    for (const name of Object.keys(putHeaders)) expect(asked[0]?.headers.authorization).toContain(name);
    expect(asked[1]?.headers).not.toHaveProperty('x-amz-server-side-encryption');
  });

  it('does not store content of another length than it said', async () => {
    const { remote, asked } = await remoteOn((_, response) => response.end());
    const open = async function* () {
      yield Buffer.from('foo');
    };
    await expect(remote.put(KEY, { sizeBytes: 4, open })).rejects.toThrow(RangeError);
    expect(asked).toEqual([]);
  });

  it('lists page by page, whatever characters the prefix has', async () => {
    const page = (key: string, next: string) =>
      `<ListBucketResult><Contents><Key>${key}</Key></Contents>${next}</ListBucketResult>`;
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b/=</NextContinuationToken>';
    const { remote, asked } = await remoteOn((request, response) => {
      const isSecond = request.url?.includes('continuation-token=a%26b%2F%3D') === true;
      response.end(isSecond ? page('dvc/files/md5/00/%C3%A9+%26', '') : page('dvc/files/md5/00/1', more));
    });
    expect(await Array.fromAsync(remote.listPages('files/md5/00'))).toEqual([['files/md5/00/1'], ['files/md5/00/é &']]);
    expect(asked).toHaveLength(2);
  });
});

describe('plainConnection', () => {
  const location = { bucket: 'bucket', prefix: '' };
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-west-1' };
  const own = { endpointUrl: 'https://s3.example.com:9000/sub/' };

  it('is a server with address, region and keys', () => {
    expect(plainConnection({ env: keys, ...own }, location)).toEqual({
      address: { origin: 'https://s3.example.com:9000', host: 's3.example.com:9000', basePath: '/sub/bucket' },
      region: 'eu-west-1',
      keys: { accessKeyId: 'a', secretAccessKey: 's', sessionToken: undefined },
    });
  });

  const left = [
    { name: 'AWS itself', settings: { env: keys } },
    { name: 'a profile of the remote', settings: { env: keys, ...own, profile: 'team' } },
    { name: 'a profile of the environment', settings: { env: { ...keys, AWS_PROFILE: 'team' }, ...own } },
    { name: 'no keys', settings: { env: { AWS_REGION: 'eu-west-1' }, ...own } },
    { name: 'no region', settings: { env: { ...keys, AWS_REGION: '' }, ...own } },
    { name: 'anonymous access', settings: { env: keys, ...own, anonymous: true } },
    { name: 'what is no address', settings: { env: keys, endpointUrl: 'localhost:9000' } },
  ];
  it.each(left)('leaves $name to the SDK', ({ settings }) => {
    expect(plainConnection(settings, location)).toBeUndefined();
  });

  const page = (keys: number, more: string) =>
    `<ListBucketResult>${'<Contents><Key>dvc/files/md5/aa/bb</Key></Contents>'.repeat(keys)}${more}</ListBucketResult>`;
  it.each([
    { name: 'breaks off', body: page(1, '<IsTruncated>true</IsTruncated>') },
    {
      name: 'gives the same page for ever',
      body: page(1, '<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>'),
    },
    { name: 'has a page of more than 16 MiB', body: page(400_000, '') },
  ])('refuses a list of objects that $name', async ({ body }) => {
    const { remote } = await remoteOn((_, response) => response.end(body));
    const pages = Array.fromAsync(remote.listPages('files/md5/'));
    await expect(pages).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});
