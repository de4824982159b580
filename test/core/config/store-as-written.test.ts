import { describe, expect, it } from 'vitest';
import { storeAsWritten } from '../../../core/config/store-as-written.ts';

describe('storeAsWritten', () => {
  it('is the store of the model, whatever else the file has', () => {
    const text =
      'version: 0\nold: yes\nmodels:\n  a: { register: { store: s3://a, more: 1 } }\n  b: { register: { store: s3://b } }\n';
    expect(storeAsWritten(text, 'a')).toBe('s3://a');
    expect(storeAsWritten(text, 'b')).toBe('s3://b');
  });
  it.each([
    ['another model', 'models: { b: { register: { store: s3://b } } }'],
    ['a model without one', 'models: { a: { register: {} } }'],
    ['a store that is not text', 'models: { a: { register: { store: [s3://a] } } }'],
    ['a key of all objects', 'models: { }'],
    ['no YAML', 'models: { a: ['],
    ['an unknown alias', 'models: *x'],
    ['nothing', ''],
  ])('is undefined for %s', (_, text) => {
    expect(storeAsWritten(text, 'a')).toBeUndefined();
    expect(storeAsWritten(text, 'constructor')).toBeUndefined();
  });
});
