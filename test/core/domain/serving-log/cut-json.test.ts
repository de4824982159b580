import { describe, expect, it } from 'vitest';
import { isCutJson } from '../../../../core/domain/serving-log/cut-json.ts';

const RECORD = {
  id: 'a"\\\\\\é\u0001]}',
  'key with, "marks" \\': [[1.5, -2e-7, true, false, null], [], {}],
  data: { instances: [{ x: '', y: 1e300 }], nested: { deep: [{}] } },
};

describe('isCutJson', () => {
  it.each([
    ['a record', JSON.stringify(RECORD)],
    ['a record in lines', JSON.stringify(RECORD, null, 2)],
    ['a list with escapes', '["\\u00e9\\\\\\"\\/", "\\\\\\\\\\\\\\\\", {"\\n": -0.5E+10}]'],
  ])('is true for every beginning of %s', (_, whole) => {
    const refused = Array.from(whole.slice(1), (_character, at) => whole.slice(0, at + 1)).filter(
      (beginning) => !isCutJson(beginning),
    );
    expect(refused).toEqual([]);
  });

  it.each([
    ['NaN', '{"a": NaN}'],
    ['NaN in a record that is cut', '{"a": NaN, "b": '],
    ['an infinity at the end', '{"a": -Infinity'],
    ['text', 'hello'],
    ['the log of a program', '2026-03-01 10:00:00 INFO {"a": 1}'],
    ['two records in one line', '{"a": 1}{"a": 2}'],
    ['a bracket of the other kind', '{"a": [1}'],
    ['single quotes', "{'a': 1}"],
    ['a wrong escape', '{"a": "\\x'],
  ])('is false for %s', (_, text) => {
    expect(isCutJson(text)).toBe(false);
  });
});
