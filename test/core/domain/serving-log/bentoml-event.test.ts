import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bentoMlEvent } from '../../../../core/domain/serving-log/bentoml-event.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';

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

  it('takes the second of two probabilities for the score', () => {
    expect(bentoMlEvent({ a: 1, score: [0.25, 0.75], ...added }, names)?.rows).toEqual([{ a: 1, score: 0.75 }]);
    expect(() => bentoMlEvent({ a: 1, score: [0.25, 0.5, 0.25], ...added }, names)).toThrow('3 values');
  });

  it('reads the files that BentoML itself writes', async () => {
    const log = await readFile(join(PROJECT_ROOT, 'test/golden/bentoml-log.jsonl'), 'utf8');
    const events = log
      .trim()
      .split('\n')
      .map((line) => bentoMlEvent(JSON.parse(line), names));
    expect(events[0]).toBeUndefined();
    expect(events.slice(1).map((event) => [event?.id, ...(event?.rows ?? [])])).toEqual([
      ['1000', { balance: 10.5, plan: 'a', score: 0.25 }],
      ['1001', { balance: 11.5, plan: 'a', score: 0.5 }],
      ['1001', { balance: 12.5, plan: 'b', score: 0.5 }],
      ['1002', { balance: 12.5, plan: 'a', score: 0.75 }],
    ]);
    expect(events[1]?.timeMs).toBe(Date.UTC(2026, 10, 30, 21, 11, 37, 248));
  });

  it('refuses a line without an id or a time', () => {
    expect(() => bentoMlEvent({ a: 1 }, names)).toThrow('no timestamp and request_id');
  });
});
