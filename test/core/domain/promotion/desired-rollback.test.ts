import { describe, expect, it } from 'vitest';
import { desiredRollback, type RollbackFacts } from '../../../../core/domain/promotion/desired-rollback.ts';

const failed = {
  state: 'failed' as const,
  atMs: 1,
  reason: 'its health status is failure',
  by: 'signal' as const,
  onceVerified: false,
};
const facts: RollbackFacts = { health: failed, hold: undefined, pullRequest: undefined };

describe('desiredRollback', () => {
  it('takes back what failed before it was ever verified, and goes on where it was interrupted', () => {
    expect(desiredRollback(facts)).toEqual({
      kind: 'roll-back',
      reason: 'its health status is failure',
      cause: 'signal',
    });
    expect(desiredRollback({ ...facts, hold: 'open' }).kind).toBe('roll-back');
    expect(desiredRollback({ ...facts, hold: 'open', pullRequest: 'open' }).kind).toBe('roll-back');
  });

  const kept: readonly { name: string; changed: Partial<RollbackFacts> }[] = [
    { name: 'is verified', changed: { health: { state: 'verified', sinceMs: 1 } } },
    { name: 'still has time', changed: { health: { state: 'waiting', untilMs: 5, reason: 'x' } } },
    { name: 'was verified before it failed', changed: { health: { ...failed, onceVerified: true } } },
    { name: 'failed, and a person lifted its hold', changed: { hold: 'lifted' } },
    { name: 'failed, and a person closed the rollback', changed: { hold: 'open', pullRequest: 'declined' } },
  ];
  it.each(kept)('leaves what $name', ({ changed }) => {
    expect(desiredRollback({ ...facts, ...changed }).kind).toBe('none');
  });
});
