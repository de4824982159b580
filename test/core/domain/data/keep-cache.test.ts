import { describe, expect, it } from 'vitest';
import { type CacheUses, decideKeepCache } from '../../../../core/domain/data/keep-cache.ts';

/** A job for judging on a runner of GitHub, without an Actions cache. */
const NONE: CacheUses = {
  hasActionsCache: false,
  isShared: false,
  isSelfHosted: false,
  areCopies: true,
  purpose: 'judge',
  hasStages: true,
};

describe('decideKeepCache', () => {
  it.each<{ name: string; uses: Partial<CacheUses>; reason: string }>([
    { name: 'the Actions cache', uses: { hasActionsCache: true }, reason: 'Actions cache' },
    { name: 'other work trees', uses: { isShared: true }, reason: 'cache.dir' },
    { name: 'later jobs', uses: { isSelfHosted: true }, reason: 'self-hosted' },
    { name: 'links', uses: { areCopies: false }, reason: 'links' },
    { name: 'what targets are for', uses: { purpose: undefined }, reason: 'targets' },
    { name: 'stages', uses: { purpose: 'train' }, reason: 'stages' },
  ])('keeps it by default where it may be needed: $name', ({ uses, reason }) => {
    const decision = decideKeepCache('auto', { ...NONE, ...uses });
    expect(decision.isKept).toBe(true);
    expect(decision.reason).toContain(reason);
  });

  it('leaves it out by default where no reader of it is known, and says why', () => {
    expect(decideKeepCache('auto', NONE)).toEqual({
      isKept: false,
      reason: 'the job has no Actions cache and the data are for judging',
    });
    const training = decideKeepCache('auto', { ...NONE, purpose: 'train', hasStages: false });
    expect(training).toMatchObject({ isKept: false, reason: expect.stringContaining('no stage') });
  });

  it('does what was asked for, whatever the job is like', () => {
    expect(decideKeepCache('true', NONE).isKept).toBe(true);
    expect(decideKeepCache('false', { ...NONE, hasActionsCache: true, isShared: true }).isKept).toBe(false);
  });
});
