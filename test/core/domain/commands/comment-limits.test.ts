import { describe, expect, it } from 'vitest';
import {
  type AskingComment,
  CommentLimits,
  MAX_ANSWERS_PER_ISSUE_AND_MINUTE,
  MAX_ANSWERS_PER_OWNER_AND_HOUR,
  MAX_ANSWERS_PER_PERSON_AND_HOUR,
} from '../../../../core/domain/commands/comment-limits.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ASKED: AskingComment = { repository: 'acme/flights', issue: 1, comment: 1, by: 'stranger', isMember: false };

/** How many of some comments are answered, each written so much later than the one before. */
function answered(count: number, stepMs: number, change: (index: number) => Partial<AskingComment>): number {
  const limits = new CommentLimits();
  const all = Array.from({ length: count }, (_, index) => ({ ...ASKED, comment: index, ...change(index) }));
  return all.filter((asked, index) => limits.grants(asked, index * stepMs)).length;
}

describe('CommentLimits', () => {
  it('answers one comment per issue and minute, whoever writes', () => {
    expect(answered(60, 1_000, (index) => ({ by: `someone-${index}` }))).toBe(MAX_ANSWERS_PER_ISSUE_AND_MINUTE);
    expect(answered(5, MINUTE_MS, () => ({}))).toBe(5);
    expect(answered(5, 1_000, (index) => ({ issue: index }))).toBe(5);
  });

  it('answers a person ten times per hour in a repository, and again in the next hour', () => {
    const most = MAX_ANSWERS_PER_PERSON_AND_HOUR;
    expect(answered(50, 1_000, (index) => ({ issue: index }))).toBe(most);
    expect(answered(2 * most, HOUR_MS / most + 1, () => ({}))).toBe(2 * most);
  });

  it('answers all people together sixty times per hour and owner', () => {
    const most = MAX_ANSWERS_PER_OWNER_AND_HOUR;
    const other = (index: number) => ({ by: `p${index}`, issue: index, repository: `acme/r${index % 7}` });
    expect(answered(500, 1_000, other)).toBe(most);
    expect(answered(500, 1_000, (index) => ({ ...other(index), repository: `owner-${index}/r` }))).toBe(500);
  });

  it('answers members, and for an hour those of whom GitHub said that they may write', () => {
    expect(answered(500, 1, () => ({ isMember: true }))).toBe(500);
    const limits = new CommentLimits();
    limits.trust(ASKED, 0);
    const grants = (comment: number, nowMs: number) => limits.grants({ ...ASKED, comment }, nowMs);
    expect([grants(1, 1), grants(2, 2), grants(3, HOUR_MS), grants(4, HOUR_MS + 1)]).toEqual([true, true, true, false]);
    expect(limits.grants({ ...ASKED, repository: 'acme/other', comment: 5 }, 3)).toBe(true);
    expect(limits.grants({ ...ASKED, repository: 'acme/other', comment: 6 }, 4)).toBe(false);
  });

  it('takes a comment that is tried again for the same answer', () => {
    const limits = new CommentLimits();
    const tries = Array.from({ length: 30 }, (_, index) => limits.grants(ASKED, index));
    expect(tries).toEqual(tries.map(() => true));
    expect(limits.grants({ ...ASKED, comment: 2 }, 40)).toBe(false);
  });

  it('remembers no more than it may, and answers again when the hour is over', () => {
    const limits = new CommentLimits();
    const person = (index: number): AskingComment => ({
      ...ASKED,
      repository: `o${index}/r`,
      by: `p${index}`,
      comment: index,
    });
    const first = Array.from({ length: 10_000 }, (_, index) => limits.grants(person(index), 0));
    expect(first.filter(Boolean).length).toBeLessThan(7_000);
    expect(limits.grants(person(10_001), HOUR_MS + 1)).toBe(true);
  });
});
