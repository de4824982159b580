import { describe, expect, it } from 'vitest';
import { decideRetrain, type RetrainFacts } from '../../../../core/domain/retrain/decide-retrain.ts';

const at = (text: string) => Date.parse(text);
const facts: RetrainFacts = {
  drift: { consecutive: 3, checkedAtMs: at('2026-04-01T06:00:05.700Z') },
  scheduledAtMs: undefined,
  after: 2,
  cooldownMs: 0,
  nowMs: at('2026-04-01T06:00:06Z'),
  startedAtMs: [],
  running: false,
  pullRequestOpen: false,
};

describe('decideRetrain', () => {
  it('starts when enough checks in a row found drift', () => {
    expect(decideRetrain(facts)).toEqual({ start: true, reason: '3 drifted checks in a row' });
  });

  const waiting: readonly { name: string; changed: Partial<RetrainFacts>; reason: RegExp }[] = [
    {
      name: 'too few checks in a row drifted',
      changed: { drift: { consecutive: 1, checkedAtMs: at('2026-04-01T06:00:05.700Z') } },
      reason: /1 of 2/,
    },
    { name: 'a retrain pull request is open', changed: { pullRequestOpen: true }, reason: /is open/ },
    { name: 'the workflow is running', changed: { running: true }, reason: /is running/ },
    {
      name: 'it was started for this check, in the second of the check itself, which GitHub rounds down',
      changed: { startedAtMs: [at('2026-04-01T06:00:05Z')] },
      reason: /after this check/,
    },
    {
      name: 'the last retraining is younger than the cooldown',
      changed: { startedAtMs: [at('2026-03-30T06:00:00Z')], cooldownMs: 7 * 86_400_000 },
      reason: /cooldown/,
    },
  ];
  it.each(waiting)('waits when $name', ({ changed, reason }) => {
    const decided = decideRetrain({ ...facts, ...changed });
    expect(decided.start).toBe(false);
    expect(decided.reason).toMatch(reason);
  });

  it('starts again for a later check once the cooldown is over', () => {
    const started = { startedAtMs: [at('2026-03-01T06:00:00Z'), at('2026-03-20T06:00:00Z')] };
    expect(decideRetrain({ ...facts, ...started, cooldownMs: 7 * 86_400_000 }).start).toBe(true);
  });

  describe('with a schedule', () => {
    const quiet = { ...facts, drift: undefined, scheduledAtMs: at('2026-04-01T04:00:00Z') };

    it('starts once for each time of it, without drift', () => {
      expect(decideRetrain(quiet)).toEqual({ start: true, reason: 'its schedule, 2026-04-01T04:00 UTC' });
      const started = { ...quiet, startedAtMs: [at('2026-04-01T04:00:30Z')] };
      expect(decideRetrain(started)).toEqual({
        start: false,
        reason: 'the retrain workflow was started after this time of its schedule',
      });
      const before = { ...quiet, startedAtMs: [at('2026-03-25T04:00:30Z')] };
      expect(decideRetrain(before).start).toBe(true);
      expect(decideRetrain({ ...before, cooldownMs: 30 * 86_400_000 }).reason).toMatch(/cooldown/);
    });

    it('waits for the next time where one was missed by more than a day, as before it was written', () => {
      expect(decideRetrain({ ...quiet, nowMs: at('2026-04-02T04:00:00Z') }).start).toBe(false);
      expect(decideRetrain({ ...quiet, scheduledAtMs: undefined }).reason).toBe('no drift, and no schedule');
    });

    it('starts for drift though the time of the schedule was used', () => {
      const drifted = {
        ...facts,
        scheduledAtMs: at('2026-04-01T04:00:00Z'),
        startedAtMs: [at('2026-04-01T04:00:30Z')],
      };
      expect(decideRetrain(drifted)).toEqual({ start: true, reason: '3 drifted checks in a row' });
    });
  });
});
