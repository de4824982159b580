import { describe, expect, it } from 'vitest';
import { encodeKey, encodeQuery, SigV4Signer } from '../../../../core/adapters/aws/sigv4.ts';

// The example keys and requests of "Signature Calculations for the Authorization Header" in the S3 API reference.
const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const AT = new Date('2013-05-24T00:00:00Z');
const HOST = 'examplebucket.s3.amazonaws.com';

describe('SigV4Signer', () => {
  it.each([
    [
      'an object',
      { path: '/test.txt', query: '', headers: { range: 'bytes=0-9' } },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'a list',
      { path: '/', query: encodeQuery({ prefix: 'J', 'max-keys': '2' }), headers: {} },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])("signs %s as AWS's own example", (_, request, signature) => {
    const signer = new SigV4Signer(KEYS, 'us-east-1');
    const signed = signer.sign({ method: 'GET', host: HOST, body: undefined, ...request }, AT);
    expect(signed.authorization).toContain(`Signature=${signature}`);
  });
});

describe('encodeKey', () => {
  it('encodes all but unreserved characters and slashes', () => {
    expect(encodeKey("a b/ü(1)!*'~-_.")).toBe('a%20b/%C3%BC%281%29%21%2A%27~-_.');
  });
});
