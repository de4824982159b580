import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PlainMap, PlainValue } from '../../../../core/domain/data/plain-value.ts';
import { formatLock, stageLockValue } from '../../../../core/domain/train/lock-text.ts';
import { formatPythonFloat } from '../../../../core/domain/train/python-float.ts';

/** A value as test/golden/dvc-lock.py encodes it. */
type Encoded = null | boolean | number | string | EncodedMap | { list: Encoded[] } | { float: string };
interface EncodedMap {
  map: [string, Encoded][];
}

const golden: { stages: EncodedMap; text: string }[] = JSON.parse(
  readFileSync(new URL('../../../golden/dvc-lock.json', import.meta.url), 'utf8'),
);

describe('formatLock', () => {
  it(`writes ${golden.length} locks byte for byte as the YAML library of DVC does`, () => {
    for (const { stages, text } of golden) expect(formatLock(decodeMap(stages))).toBe(text);
  });
});

describe('stageLockValue', () => {
  it('has the keys, paths and parameters in the order of DVC', () => {
    const path = { md5: 'f'.repeat(32), sizeBytes: 1, fileCount: undefined, isExecutable: false };
    const value = stageLockValue({
      command: 'run',
      outs: [{ path: 'o', ...path, isExecutable: true }],
      deps: [
        { path: 'b', ...path, fileCount: 2 },
        { path: 'B', ...path },
      ],
      params: new Map([
        ['a.yaml', new Map([['k', 1n]])],
        [
          'params.yaml',
          new Map<string, PlainValue>([
            ['z', 1],
            ['a', 2n],
          ]),
        ],
      ]),
    });
    expect(formatLock(new Map([['s', value]]))).toBe(`schema: '2.0'
stages:
  s:
    cmd: run
    deps:
    - path: B
      hash: md5
      md5: ${path.md5}
      size: 1
    - path: b
      hash: md5
      md5: ${path.md5}
      size: 1
      nfiles: 2
    params:
      params.yaml:
        a: 2
        z: 1.0
      a.yaml:
        k: 1
    outs:
    - path: o
      hash: md5
      md5: ${path.md5}
      size: 1
      isexec: true
`);
  });
});

describe('formatPythonFloat', () => {
  it.each([
    [1, '1.0'],
    [1e-4, '0.0001'],
    [1.5e-5, '1.5e-05'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [-0, '-0.0'],
    [5e-324, '5e-324'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('writes %d as repr does', (value, text) => {
    expect(formatPythonFloat(value)).toBe(text);
  });
});

function decodeMap({ map }: EncodedMap): PlainMap {
  return new Map(map.map(([key, value]) => [key, decode(value)]));
}

function decode(value: Encoded): PlainValue {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('map' in value) return decodeMap(value);
  if ('list' in value) return value.list.map(decode);
  return value.float === 'inf' ? Number.POSITIVE_INFINITY : Number(value.float);
}
