import { describe, expect, it } from 'vitest';
import { digestHex, formatDigestLines } from '../../../../core/domain/model/artifact-digest.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;

describe('formatDigestLines', () => {
  it('writes the lines of sha256sum, sorted by path bytes', () => {
    const files = [
      { path: 'b/\u{1F600}', digest: A },
      { path: 'b/\uFF21', digest: B },
      { path: 'b-c', digest: A },
    ];
    expect(formatDigestLines(files)).toBe(
      `${'a'.repeat(64)}  b-c\n${'b'.repeat(64)}  b/\uFF21\n${'a'.repeat(64)}  b/\u{1F600}\n`,
    );
  });
  it('is empty for no files', () => {
    expect(formatDigestLines([])).toBe('');
  });
});

describe('digestHex', () => {
  it('gives the hex digits', () => {
    expect(digestHex(A)).toBe('a'.repeat(64));
  });
  it('refuses another algorithm', () => {
    expect(() => digestHex('md5:abc')).toThrow(RangeError);
  });
});
