import { describe, expect, it } from 'vitest';
import { bentoMlEvent } from '../../../../core/domain/serving-log/bentoml-event.ts';

const names = { features: undefined, prediction: 'score' };
const added = { timestamp: '2026-03-01T10:00:00.123456', request_id: '17', trace_id: '4' };

describe('bentoMlEvent', () => {
  it('reads a row with its prediction, without the columns that BentoML adds', () => {
    expect(bentoMlEvent({ a: 1, b: 'x', score: 0.5, ...added }, names)).toEqual({
      id: '17',
      timeMs: Date.UTC(2026, 2, 1, 10, 0, 0, 123),
      rows: [{ a: 1, b: 'x', score: 0.5 }],
    });
  });

  it('leaves the schema out, and a list unless it is a feature', () => {
    expect(bentoMlEvent({ meta_data: {}, columns: [{ name: 'a' }] }, names)).toBeUndefined();
    const row = { a: 1, vector: [1, 2], ...added };
    expect(bentoMlEvent(row, names)?.rows).toEqual([{ a: 1 }]);
    expect(() => bentoMlEvent(row, { ...names, features: ['vector'] })).toThrow('vector holds a list');
  });

  it('refuses a line without an id or a time', () => {
    expect(() => bentoMlEvent({ a: 1 }, names)).toThrow('no timestamp and request_id');
  });
});
