import { describe, expect, it } from 'vitest';
import { type ConditionFacts, unmetConditions } from '../../../../core/domain/promotion/conditions.ts';

const HOUR = 3_600_000;
const now = Date.parse('2026-11-21T12:00:00Z');
const verified = (sinceMs: number) => ({ state: 'verified' as const, sinceMs });
const open: ConditionFacts = {
  upstream: [{ name: 'staging', holdsDigest: true, health: verified(now - 30 * HOUR) }],
  soakMs: 24 * HOUR,
  freeze: [],
  allow: [],
  stoppedBy: [],
  heldBy: [],
  nowMs: now,
};
const weekend = { cron: '0 18 * * FRI', duration: 62 * HOUR, timezone: 'UTC' };
const conditionsOf = (facts: ConditionFacts) => unmetConditions(facts).map(({ kind, untilMs }) => [kind, untilMs]);

describe('unmetConditions', () => {
  it('is empty where everything is open', () => {
    expect(unmetConditions(open)).toEqual([]);
    expect(unmetConditions({ ...open, upstream: [], soakMs: undefined })).toEqual([]);
  });

  it('soaks from the last verification of all upstream environments', () => {
    const upstream = [...open.upstream, { name: 'eu', holdsDigest: true, health: verified(now - 20 * HOUR) }];
    expect(conditionsOf({ ...open, upstream })).toEqual([['soak', now + 4 * HOUR]]);
    expect(conditionsOf({ ...open, upstream, nowMs: now + 4 * HOUR })).toEqual([]);
  });

  it('waits for an upstream environment that holds another digest, and for its soak', () => {
    const upstream = [{ name: 'staging', holdsDigest: false, health: verified(0) }];
    expect(conditionsOf({ ...open, upstream })).toEqual([
      ['upstream', undefined],
      ['soak', undefined],
    ]);
  });

  it('waits for health, and says until when', () => {
    const health = {
      state: 'waiting' as const,
      untilMs: now + 5,
      reason: 'healthy, and must stay healthy for a while',
    };
    const upstream = [{ name: 'staging', holdsDigest: true, health }];
    expect(conditionsOf({ ...open, upstream, soakMs: undefined })).toEqual([['health', now + 5]]);
  });

  it('never opens by itself after a failure', () => {
    const health = {
      state: 'failed' as const,
      atMs: now,
      reason: 'its health status is failure',
      by: 'signal' as const,
      onceVerified: false,
    };
    const upstream = [{ name: 'staging', holdsDigest: true, health }];
    expect(unmetConditions({ ...open, upstream, soakMs: undefined })).toEqual([
      { kind: 'health', reason: 'failed in staging: its health status is failure', untilMs: undefined },
    ]);
  });

  it('is closed in a freeze, even inside an allowed window', () => {
    const always = { cron: '0 * * * *', duration: HOUR, timezone: 'UTC' };
    expect(conditionsOf({ ...open, freeze: [weekend], allow: [always] })).toEqual([
      ['freeze', Date.parse('2026-11-23T08:00:00Z')],
    ]);
  });

  it('is closed outside the allowed windows until the next one', () => {
    const mornings = { cron: '0 9 * * MON-FRI', duration: 3 * HOUR, timezone: 'UTC' };
    expect(conditionsOf({ ...open, allow: [mornings] })).toEqual([['allow', Date.parse('2026-11-23T09:00:00Z')]]);
  });

  it('is closed while an issue stops the line or holds the version', () => {
    expect(conditionsOf({ ...open, stoppedBy: [7], heldBy: [8] })).toEqual([
      ['stop', undefined],
      ['hold', undefined],
    ]);
  });
});
