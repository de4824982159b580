import { describe, expect, it } from 'vitest';
import { workflowCrons } from '../../../../core/config/workflow-crons.ts';
import { overdueWatch, type WatchFacts } from '../../../../core/domain/watch/watch-schedule.ts';

const at = (text: string) => Date.parse(text);
const DAILY: WatchFacts = {
  crons: ['0 6 * * *'],
  state: 'active',
  createdAtMs: at('2026-01-01T00:00:00Z'),
  lastRunAtMs: at('2026-11-20T06:20:00Z'),
  nowMs: at('2026-11-21T10:00:00Z'),
};

describe('overdueWatch', () => {
  it('says how a workflow was disabled, whatever ran before', () => {
    expect(overdueWatch({ ...DAILY, state: 'disabled_inactivity' })).toBe('is disabled (disabled_inactivity)');
  });

  it('lets one start go by, and not two', () => {
    expect(overdueWatch(DAILY)).toBeUndefined();
    expect(overdueWatch({ ...DAILY, nowMs: at('2026-11-22T08:59:00Z') })).toBeUndefined();
    expect(overdueWatch({ ...DAILY, nowMs: at('2026-11-22T09:01:00Z') })).toContain('the last one started 2026-11-20');
  });

  it('expects nothing of a workflow that is new, and something of one that never ran', () => {
    const { lastRunAtMs: _, ...never } = { ...DAILY, nowMs: at('2026-11-22T12:00:00Z') };
    const facts = { ...never, lastRunAtMs: undefined };
    expect(overdueWatch({ ...facts, createdAtMs: at('2026-11-21T12:00:00Z') })).toBeUndefined();
    expect(overdueWatch(facts)).toContain('it never ran');
  });

  it('counts the starts of all expressions, and leaves out what is none', () => {
    const hourly = { ...DAILY, crons: ['0 6 * * *', 'nonsense', '30 * * * *'], nowMs: at('2026-11-20T10:00:00Z') };
    expect(overdueWatch(hourly)).toBeUndefined();
    expect(overdueWatch({ ...hourly, nowMs: at('2026-11-20T11:00:00Z') })).toContain('is overdue');
  });

  it('expects nothing where there is no schedule', () => {
    expect(overdueWatch({ ...DAILY, crons: [], lastRunAtMs: undefined })).toBeUndefined();
  });
});

describe('workflowCrons', () => {
  it.each([
    { text: 'on:\n  schedule:\n    - cron: "0 6 * * *"\n    - cron: 30 * * * *\n', crons: ['0 6 * * *', '30 * * * *'] },
    { text: 'on: push\n', crons: [] },
    { text: 'on: { schedule: [{ cron: 6 }] }\n', crons: [] },
    { text: 'on: [\n', crons: [] },
    { text: '', crons: [] },
  ])('reads $crons', ({ text, crons }) => {
    expect(workflowCrons(text)).toEqual(crons);
  });
});
