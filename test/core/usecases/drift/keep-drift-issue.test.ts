import { describe, expect, it } from 'vitest';
import type { DriftReport } from '../../../../core/reports/drift-report.ts';
import { keepDriftIssue } from '../../../../core/usecases/drift/keep-drift-issue.ts';
import { InMemoryIssueTracker } from '../../../fakes/in-memory-issue-tracker.ts';

const report = (verdict: DriftReport['verdict'], day: number): DriftReport => ({
  schema: 'tidegate.dev/drift/v1',
  createdAt: '2001-05-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  source: { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null },
  model: 'flight-delay',
  reference: { path: 'r', digest: `sha256:${'0'.repeat(64)}`, rows: 100 },
  current: { path: 'c', rows: 50, from: null, to: `2001-05-${String(day).padStart(2, '0')}T00:00:00.000Z` },
  columns: [],
  dataset: { verdict, drifted: 0, tested: 0, falseAlarmRate: 0.05 },
  verdict,
});

describe('keepDriftIssue', () => {
  it('writes nothing while the data are quiet', async () => {
    const issues = new InMemoryIssueTracker();
    expect(await keepDriftIssue(report('no-drift', 1), issues)).toEqual({
      number: null,
      done: 'nothing',
      consecutive: 0,
    });
    expect(await keepDriftIssue(report('inconclusive', 1), issues)).toMatchObject({ number: null, done: 'nothing' });
    expect(issues.issues).toEqual([]);
  });

  it('opens one issue, counts checks in a row, closes it when the data come back, and opens it again', async () => {
    const issues = new InMemoryIssueTracker();
    const check = async (verdict: DriftReport['verdict'], day: number) => {
      const { done, consecutive } = await keepDriftIssue(report(verdict, day), issues);
      return `${done} ${consecutive}`;
    };
    expect(await check('drift', 1)).toBe('opened 1');
    expect(await check('drift', 2)).toBe('updated 2');
    expect(await check('inconclusive', 3)).toBe('updated 2');
    expect(await check('drift', 4)).toBe('updated 3');
    expect(await check('no-drift', 5)).toBe('closed 0');
    expect(await check('no-drift', 6)).toBe('nothing 0');
    expect(await check('drift', 7)).toBe('reopened 1');
    expect(issues.issues).toHaveLength(1);
    expect(issues.issues[0]).toMatchObject({
      state: 'open',
      title: 'Data drift: flight-delay',
      label: 'tidegate/drift',
    });
  });

  it('leaves an issue of somebody else alone, and opens its own', async () => {
    const issues = new InMemoryIssueTracker();
    await keepDriftIssue(report('drift', 1), issues);
    const [ours] = issues.issues.splice(0);
    if (ours === undefined) throw new Error('no issue');
    const theirs = issues.openAsOther('tidegate/drift', { title: ours.title, body: ours.body });
    const kept = await keepDriftIssue(report('drift', 2), issues);
    expect(kept).toMatchObject({ done: 'opened', consecutive: 1 });
    expect(kept.number).not.toBe(theirs);
    expect(issues.issues[0]).toMatchObject({ number: theirs, title: ours.title, body: ours.body });
  });

  it('counts a window that is checked twice once', async () => {
    const issues = new InMemoryIssueTracker();
    await keepDriftIssue(report('drift', 1), issues);
    expect(await keepDriftIssue(report('drift', 1), issues)).toMatchObject({ done: 'updated', consecutive: 1 });
  });

  it('takes nothing from a data block that someone broke', async () => {
    const issues = new InMemoryIssueTracker();
    await keepDriftIssue(report('drift', 1), issues);
    const found = issues.issues[0];
    if (found === undefined) throw new Error('no issue');
    const body = found.body.replace(/data [A-Za-z0-9+/=]+ -->/, 'data AAAA -->');
    await issues.update(1, { title: found.title, body }, 'open');
    expect(await keepDriftIssue(report('drift', 2), issues)).toMatchObject({ consecutive: 1 });
  });
});
