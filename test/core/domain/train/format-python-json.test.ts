import { describe, expect, it } from 'vitest';
import { PlainDate, type PlainValue } from '../../../../core/domain/data/plain-value.ts';
import { formatPythonJson } from '../../../../core/domain/train/format-python-json.ts';
import { parsePythonJson } from '../../../../core/domain/train/python-json.ts';

describe('formatPythonJson', () => {
  it.each<readonly [string, PlainValue]>([
    ['whole numbers beyond 2^53', 12345678901234567890n],
    ['floats that are whole', 1],
    ['floats of any size', [1e-7, 5e-324, 1.7976931348623157e308, 0.1, -0]],
    ['numbers that are not finite', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['words', [true, false, null]],
    ['texts', ['', 'é "q" \\ \n\u2028', 'NaN']],
    [
      'nested values in their order',
      new Map<string, PlainValue>([
        ['z', []],
        ['1', new Map()],
        ['a', [new Map([['b', 1n]])]],
      ]),
    ],
  ])('gives the same value back: %s', (_, value) => {
    const text = formatPythonJson(value);
    expect(parsePythonJson(text)).toEqual(value);
    if (value instanceof Map)
      expect([...(parsePythonJson(text) as Map<string, PlainValue>).keys()]).toEqual([...value.keys()]);
  });

  it('writes as Python does with an indent of 2', () => {
    const value = new Map<string, PlainValue>([
      ['a', [1n, 1]],
      ['b', new Map([['c', 'é']])],
      ['d', []],
    ]);
    expect(formatPythonJson(value)).toBe(
      '{\n  "a": [\n    1,\n    1.0\n  ],\n  "b": {\n    "c": "é"\n  },\n  "d": []\n}',
    );
    expect(formatPythonJson(new PlainDate('2001-01-02'))).toBe('"2001-01-02"');
  });
});
