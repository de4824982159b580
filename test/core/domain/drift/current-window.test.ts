import { describe, expect, it } from 'vitest';
import { lastRows, pastWindowMs, rowsOfWindow, windowSpan } from '../../../../core/domain/drift/current-window.ts';

const at = (text: string) => Date.parse(text);
const shown = ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
  [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' to ');

describe('windowSpan', () => {
  it.each([
    // 2001-05-06 was a Sunday.
    { last: '2001-05-06T23:59:59Z', window: 'week', span: '2001-04-30T00:00 to 2001-05-07T00:00' },
    { last: '2001-05-06T00:00:00Z', window: 'week', span: '2001-04-30T00:00 to 2001-05-07T00:00' },
    { last: '2001-05-05T23:59:59Z', window: 'week', span: '2001-04-23T00:00 to 2001-04-30T00:00' },
    { last: '2000-02-29T12:00:00Z', window: 'month', span: '2000-02-01T00:00 to 2000-03-01T00:00' },
    { last: '2000-02-28T12:00:00Z', window: 'month', span: '2000-01-01T00:00 to 2000-02-01T00:00' },
    { last: '2001-01-15T12:00:00Z', window: 'month', span: '2000-12-01T00:00 to 2001-01-01T00:00' },
    { last: '2001-05-06T10:00:00Z', window: 86_400_000, span: '2001-05-06T00:00 to 2001-05-07T00:00' },
  ] as const)('of $window, for data until $last, is $span', ({ last, window, span }) => {
    expect(shown(windowSpan(at(last), window))).toBe(span);
  });
});

describe('rowsOfWindow', () => {
  const times = Float64Array.from([
    at('2001-04-30'),
    Number.NaN,
    at('2001-03-31T23:59:59.999Z'),
    at('2001-04-01'),
    at('2001-05-02'),
    at('2001-04-30'),
  ]);

  it('has the rows of the last whole month, and no row of the one that goes on', () => {
    expect([...rowsOfWindow(times, 'month')]).toEqual([0, 3, 5]);
  });

  it('has the newest rows by time, of equal times the later ones, in the order of the data', () => {
    expect([...rowsOfWindow(times, { rows: 2 })]).toEqual([4, 5]);
    expect([...rowsOfWindow(times, { rows: 3 })]).toEqual([0, 4, 5]);
    expect([...rowsOfWindow(times, { rows: 100 })]).toEqual([0, 2, 3, 4, 5]);
  });

  it('has all rows with a time without a window, and none of data without times', () => {
    expect([...rowsOfWindow(times, undefined)]).toEqual([0, 2, 3, 4, 5]);
    for (const window of ['week', 'month', 1, { rows: 1 }] as const)
      expect([...rowsOfWindow(Float64Array.of(Number.NaN), window)]).toEqual([]);
  });
});

describe('lastRows', () => {
  it('has the last rows, or all where there are fewer', () => {
    expect([...lastRows(5, { rows: 2 })]).toEqual([3, 4]);
    expect([...lastRows(1, { rows: 2 })]).toEqual([0]);
    expect([...lastRows(0, { rows: 2 })]).toEqual([]);
  });
});

describe('pastWindowMs', () => {
  it('is the length of windows that have one', () => {
    expect(pastWindowMs('week')).toBe(7 * 86_400_000);
    expect(pastWindowMs(5)).toBe(5);
    for (const window of ['month', { rows: 9 }, undefined] as const) expect(pastWindowMs(window)).toBeUndefined();
  });
});
