import { describe, expect, it } from 'vitest';
import type { DriftReport } from '../../../../core/reports/drift-report.ts';
import { keepDriftIssue } from '../../../../core/usecases/drift/keep-drift-issue.ts';
import { driftColumn } from '../../../../testkit/drift-report.ts';
import { InMemoryIssues } from '../../../../testkit/fakes/in-memory-issues.ts';

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

const SELF = 'github-actions[bot]';

describe('keepDriftIssue', () => {
  it('writes nothing while the data are quiet', async () => {
    const issues = new InMemoryIssues(SELF);
    expect(await keepDriftIssue(report('no-drift', 1), { issues, self: SELF })).toEqual({
      number: null,
      done: 'nothing',
      consecutive: 0,
    });
    expect(await keepDriftIssue(report('inconclusive', 1), { issues, self: SELF })).toMatchObject({
      number: null,
      done: 'nothing',
    });
    expect(issues.issues).toEqual([]);
  });

  it('opens one issue, counts checks in a row, closes it when the data come back, and opens it again', async () => {
    const issues = new InMemoryIssues(SELF);
    const check = async (verdict: DriftReport['verdict'], day: number) => {
      const { done, consecutive } = await keepDriftIssue(report(verdict, day), { issues, self: SELF });
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
      isOpen: true,
      title: 'Data drift: flight-delay',
      labels: ['tidegate/drift'],
    });
  });

  it('stays closed by a person until performance or the scores are worse too', async () => {
    const issues = new InMemoryIssues(SELF);
    const rule = { name: 'roc_auc', by: 'labels', lower: 0.7, upper: 0.74, evaluated: 0.8, maxDrop: 0.05 } as const;
    const worse = (value: number) => ({ ...rule, value, verdict: 'drift', reason: '' }) as const;
    const check = async (day: number, more: Partial<DriftReport>) =>
      (await keepDriftIssue({ ...report('drift', day), ...more }, { issues, self: SELF })).done;
    expect(await check(1, { columns: [driftColumn('x')] })).toBe('opened');
    await issues.update(1, issues.issues[0] ?? { title: '', body: '' }, 'closed');
    expect(await check(2, { columns: [driftColumn('x')] })).toBe('stays-closed');
    expect(await check(3, { columns: [driftColumn('x')], rules: [worse(0.72)] })).toBe('reopened');
    await issues.update(1, issues.issues[0] ?? { title: '', body: '' }, 'closed');
    expect(await check(4, { columns: [driftColumn('x')], rules: [worse(0.71)] })).toBe('stays-closed');
    expect(await check(5, { columns: [driftColumn('x')], rules: [worse(0.66)] })).toBe('reopened');
    await issues.update(1, issues.issues[0] ?? { title: '', body: '' }, 'closed');
    expect(await check(6, { rules: [worse(0.66)], predictions: driftColumn('score') })).toBe('reopened');
  });

  it('leaves an issue of somebody else alone, and opens its own', async () => {
    const earlier = new InMemoryIssues(SELF);
    await keepDriftIssue(report('drift', 1), { issues: earlier, self: SELF });
    const [ours] = earlier.issues;
    if (ours === undefined) throw new Error('no issue');
    const issues = new InMemoryIssues(SELF);
    const { title, body, labels } = ours;
    const theirs = issues.openAsOther({ author: 'mona', title, body, labels });
    const kept = await keepDriftIssue(report('drift', 2), { issues, self: SELF });
    expect(kept).toMatchObject({ done: 'opened', consecutive: 1 });
    expect(kept.number).not.toBe(theirs);
    expect(issues.issues[0]).toMatchObject({ number: theirs, title: ours.title, body: ours.body });
  });

  it('keeps an open issue rather than a newer one that is closed', async () => {
    const issues = new InMemoryIssues(SELF);
    await keepDriftIssue(report('drift', 1), { issues, self: SELF });
    const [first] = issues.issues;
    const newer = await issues.open('tidegate/drift', { title: 'Data drift', body: first?.body ?? '' });
    await issues.close(newer, 'over');
    expect(await keepDriftIssue(report('drift', 2), { issues, self: SELF })).toMatchObject({
      number: 1,
      consecutive: 2,
    });
    await issues.close(1, 'over');
    expect(await keepDriftIssue(report('drift', 3), { issues, self: SELF })).toMatchObject({
      ...{ number: newer, done: 'stays-closed' },
    });
  });

  it('counts a window that is checked twice once', async () => {
    const issues = new InMemoryIssues(SELF);
    await keepDriftIssue(report('drift', 1), { issues, self: SELF });
    expect(await keepDriftIssue(report('drift', 1), { issues, self: SELF })).toMatchObject({
      done: 'unchanged',
      consecutive: 1,
    });
  });

  it('does not edit an issue that says the same but for the time of the check', async () => {
    const issues = new InMemoryIssues(SELF);
    await keepDriftIssue(report('drift', 1), { issues, self: SELF });
    const before = issues.issues[0]?.body;
    const later = { ...report('drift', 1), createdAt: '2001-05-02T00:00:00.000Z' };
    expect(await keepDriftIssue(later, { issues, self: SELF })).toMatchObject({ done: 'unchanged' });
    expect(issues.issues[0]?.body).toBe(before);
    const larger = { ...later, current: { ...later.current, rows: 51 } };
    expect(await keepDriftIssue(larger, { issues, self: SELF })).toMatchObject({ done: 'updated' });
  });

  describe('where a person closed it', () => {
    const drifted = (day: number, effects: Readonly<Record<string, number>>): DriftReport => ({
      ...report('drift', day),
      columns: Object.entries(effects).map(([name, value]) =>
        driftColumn(name, { effect: { name: 'ks', value, floor: 0.1 } }),
      ),
    });
    const closedAfter = async (before: DriftReport) => {
      const issues = new InMemoryIssues(SELF);
      await keepDriftIssue(before, { issues, self: SELF });
      await issues.close(1, 'we know');
      const check = async (after: DriftReport) => (await keepDriftIssue(after, { issues, self: SELF })).done;
      return { issues, check };
    };

    it.each([
      { name: 'the same', effects: { x: 0.2, y: 0.4 }, done: 'stays-closed' },
      { name: 'a shift that rose by less than half', effects: { x: 0.29, y: 0.4 }, done: 'stays-closed' },
      { name: 'one column less', effects: { y: 0.4 }, done: 'stays-closed' },
      { name: 'a shift that rose by half', effects: { x: 0.3, y: 0.4 }, done: 'reopened' },
      { name: 'another column', effects: { x: 0.2, z: 0.15 }, done: 'reopened' },
    ])('is $done by $name', async ({ effects, done }) => {
      const { issues, check } = await closedAfter(drifted(1, { x: 0.2, y: 0.4 }));
      expect(await check(drifted(2, effects))).toBe(done);
      expect(issues.issues[0]?.isOpen).toBe(done === 'reopened');
      expect(issues.issues).toHaveLength(1);
    });

    it('does not let a slow rise pass: shifts are compared with those when it was closed', async () => {
      const { check } = await closedAfter(drifted(1, { x: 0.2 }));
      expect(await check(drifted(2, { x: 0.25 }))).toBe('stays-closed');
      expect(await check(drifted(3, { x: 0.31 }))).toBe('reopened');
    });

    it('opens again by the same drift after the data came back', async () => {
      const { issues, check } = await closedAfter(drifted(1, { x: 0.2 }));
      expect(await check(report('inconclusive', 2))).toBe('nothing');
      expect(await check(report('no-drift', 3))).toBe('updated');
      expect(issues.issues[0]?.isOpen).toBe(false);
      expect(await check(report('no-drift', 4))).toBe('nothing');
      expect(await check(drifted(5, { x: 0.2 }))).toBe('reopened');
    });

    it('counts columns where there are too many to list', async () => {
      const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, 0.2]));
      const { check } = await closedAfter(drifted(1, many(150)));
      expect(await check(drifted(2, many(150)))).toBe('stays-closed');
      expect(await check(drifted(3, many(151)))).toBe('reopened');
    });
  });

  it('takes nothing from a data block that someone broke', async () => {
    const issues = new InMemoryIssues(SELF);
    await keepDriftIssue(report('drift', 1), { issues, self: SELF });
    const found = issues.issues[0];
    if (found === undefined) throw new Error('no issue');
    const body = found.body.replace(/data [A-Za-z0-9+/=]+ -->/, 'data AAAA -->');
    await issues.update(1, { title: found.title, body }, 'open');
    expect(await keepDriftIssue(report('drift', 2), { issues, self: SELF })).toMatchObject({ consecutive: 1 });
  });
});
