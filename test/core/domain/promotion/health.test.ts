import { describe, expect, it } from 'vitest';
import { decideHealth, type HealthFacts } from '../../../../core/domain/promotion/health.ts';

const facts: HealthFacts = { heldSinceMs: 1000, signals: [], settleMs: 100, deadlineMs: 500, nowMs: 1200 };

describe('decideHealth', () => {
  it('takes the merge for the verification where nobody tells', () => {
    expect(decideHealth({ ...facts, signals: undefined })).toEqual({ state: 'verified', sinceMs: 1000 });
  });

  it('verifies a success that stood for the settling time, and not before', () => {
    const signals = [{ state: 'success', atMs: 1050 }] as const;
    expect(decideHealth({ ...facts, signals, nowMs: 1149 })).toMatchObject({ state: 'waiting', untilMs: 1150 });
    expect(decideHealth({ ...facts, signals, nowMs: 1150 })).toEqual({ state: 'verified', sinceMs: 1150 });
  });

  it('counts the settling time from the first of the successes in a row, in whatever order they are listed', () => {
    const signals = [
      { state: 'success', atMs: 1180 },
      { state: 'pending', atMs: 1080 },
      { state: 'success', atMs: 1090 },
      { state: 'success', atMs: 1010 },
    ] as const;
    expect(decideHealth({ ...facts, signals })).toEqual({ state: 'verified', sinceMs: 1190 });
  });

  it('takes the later one in the list where two were said at the same instant', () => {
    const at = (...states: readonly ('error' | 'failure')[]) => states.map((state) => ({ state, atMs: 1100 }));
    expect(decideHealth({ ...facts, signals: at('error', 'failure') }).state).toBe('failed');
    expect(decideHealth({ ...facts, signals: at('failure', 'error') }).state).toBe('waiting');
  });

  it('ignores what was said of the version before', () => {
    const signals = [{ state: 'success', atMs: 900 }] as const;
    expect(decideHealth({ ...facts, signals })).toMatchObject({ state: 'waiting', untilMs: 1500 });
  });

  it('fails on a failure and at the deadline, and tells an error apart', () => {
    const said = (state: 'failure' | 'error' | 'pending') => [{ state, atMs: 1100 }];
    expect(decideHealth({ ...facts, signals: said('failure') })).toMatchObject({ state: 'failed', atMs: 1100 });
    expect(decideHealth({ ...facts, signals: said('error') })).toMatchObject({ state: 'waiting' });
    expect(decideHealth({ ...facts, signals: said('pending'), nowMs: 1499 })).toMatchObject({ state: 'waiting' });
    expect(decideHealth({ ...facts, signals: said('pending'), nowMs: 1500 })).toMatchObject({
      state: 'failed',
      atMs: 1500,
    });
    expect(decideHealth({ ...facts, deadlineMs: undefined, nowMs: 1e9 })).toMatchObject({
      state: 'waiting',
      untilMs: undefined,
    });
  });

  it('lets a failure stand for a moment, like a success: the last word after a change is about the model before', () => {
    const said = (...states: readonly ('failure' | 'pending' | 'success')[]) =>
      states.map((state, index) => ({ state, atMs: 1100 + index * 10 }));
    const settling = { ...facts, failureSettleMs: 50 };
    expect(decideHealth({ ...settling, signals: said('failure'), nowMs: 1149 })).toMatchObject({
      state: 'waiting',
      untilMs: 1150,
    });
    const stood = decideHealth({ ...settling, signals: said('failure', 'failure'), nowMs: 1150 });
    expect(stood).toMatchObject({ state: 'failed', atMs: 1150, by: 'signal' });
    expect(decideHealth({ ...settling, signals: said('failure', 'pending') }).state).toBe('waiting');
    expect(decideHealth({ ...settling, signals: said('failure', 'success'), nowMs: 1210 }).state).toBe('verified');
  });

  it('tells a deadline from a word about its health', () => {
    expect(decideHealth({ ...facts, nowMs: 1500 })).toMatchObject({ state: 'failed', by: 'deadline' });
    const failing = [{ state: 'failure' as const, atMs: 1499 }];
    const late = decideHealth({ ...facts, failureSettleMs: 100, signals: failing, nowMs: 1500 });
    expect(late).toMatchObject({ state: 'failed', by: 'deadline' });
  });

  it('says whether the version was verified before it failed', () => {
    const then = (atMs: number) => [
      { state: 'success' as const, atMs: 1010 },
      { state: 'failure' as const, atMs },
    ];
    expect(decideHealth({ ...facts, signals: then(1109) })).toMatchObject({ state: 'failed', onceVerified: false });
    expect(decideHealth({ ...facts, signals: then(1110) })).toMatchObject({ state: 'failed', onceVerified: true });
  });

  it('lets a late success of the same version count after its deadline', () => {
    const signals = [{ state: 'success', atMs: 1600 }] as const;
    expect(decideHealth({ ...facts, signals, nowMs: 2000 })).toEqual({ state: 'verified', sinceMs: 1700 });
  });
});
