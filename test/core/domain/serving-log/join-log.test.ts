import { describe, expect, it } from 'vitest';
import { LogJoin } from '../../../../core/domain/serving-log/join-log.ts';
import type { LogEvent } from '../../../../core/domain/serving-log/log-format.ts';

const names = { features: undefined, prediction: 'score' };
const request = (id: string, ...values: readonly number[]): LogEvent => ({
  id,
  timeMs: 1,
  rows: values.map((a) => ({ a })),
});
const response = (id: string, ...scores: readonly number[]): LogEvent => ({ id, timeMs: 2, scores });

function joined(events: readonly (LogEvent | undefined)[], format: 'kserve' | 'bentoml' = 'kserve') {
  const join = new LogJoin(format, names);
  for (const event of events) join.add(event);
  return { rows: [...join.rows()], counts: join.counts(0) };
}

describe('LogJoin', () => {
  it('joins in any order, and gives the rows of a batch their own ids', () => {
    const events = [response('2', 0.2, 0.3), request('1', 10), request('2', 20, 30), response('1', 0.1)];
    const expected = [
      { id: '1', timeMs: 1, row: { a: 10, score: 0.1 } },
      { id: '2#0', timeMs: 1, row: { a: 20, score: 0.2 } },
      { id: '2#1', timeMs: 1, row: { a: 30, score: 0.3 } },
    ];
    expect(joined(events).rows).toEqual(expected);
    const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);
    expect(joined([...events].reverse()).rows.sort(byId)).toEqual(expected);
  });

  it('counts a record that was written twice once, and what has no other half', () => {
    const events = [
      request('1', 1),
      request('1', 1),
      response('1', 0.1),
      response('1', 0.1),
      request('2', 2),
      response('3', 0.3),
      undefined,
    ];
    const { rows, counts } = joined(events);
    expect(rows.map(({ row }) => row)).toEqual([
      { a: 1, score: 0.1 },
      { a: 2, score: null },
    ]);
    expect(counts).toEqual({ requests: 2, rows: 2, unanswered: 1, orphans: 1, repeated: 2, ignored: 1, cut: 0 });
  });

  it('keeps a score that was sent with the request where no response is there', () => {
    const sent: LogEvent = { id: '1', timeMs: 1, rows: [{ a: 1, score: 0.9 }] };
    expect(joined([sent]).rows.map(({ row }) => row)).toEqual([{ a: 1, score: 0.9 }]);
    expect(joined([sent, response('1', 0.1)]).rows.map(({ row }) => row)).toEqual([{ a: 1, score: 0.1 }]);
  });

  it('takes no value of a client for the score of a request without a response where others have one', () => {
    const sent: LogEvent = { id: '1', timeMs: 1, rows: [{ a: 1, score: 0.9 }] };
    expect(joined([sent, request('2', 2), response('2', 0.1)]).rows.map(({ row }) => row)).toEqual([
      { a: 1, score: null },
      { a: 2, score: 0.1 },
    ]);
  });

  it('keeps the half of an event that is new', () => {
    const whole = { ...request('1', 1), scores: [0.1] };
    for (const events of [
      [request('1', 1), whole],
      [response('1', 0.1), whole],
      [whole, request('1', 1)],
    ]) {
      expect(joined(events).rows.map(({ row }) => row)).toEqual([{ a: 1, score: 0.1 }]);
    }
    expect(joined([whole, whole]).counts).toMatchObject({ requests: 1, repeated: 1 });
  });

  it('has no unanswered requests where responses are not logged', () => {
    expect(joined([request('1', 1), request('2', 2)]).counts).toMatchObject({ requests: 2, unanswered: 0 });
  });

  it('refuses two records of one id, and scores for another number of rows', () => {
    expect(() => joined([request('1', 1), request('1', 2)])).toThrow('another record has the id "1"');
    expect(() => joined([response('1', 1), response('1', 2)])).toThrow('another record has the id "1"');
    expect(() => joined([request('1', 1, 2), response('1', 0.1)])).toThrow('has 2 rows, and its response 1 scores');
  });

  it('keeps every row of BentoML, which has several of one request', () => {
    const { rows, counts } = joined([request('1', 1), request('1', 1), request('2', 2)], 'bentoml');
    expect(rows.map(({ row }) => row)).toEqual([{ a: 1 }, { a: 1 }, { a: 2 }]);
    expect(counts).toMatchObject({ requests: 2, rows: 3, repeated: 0 });
  });
});
