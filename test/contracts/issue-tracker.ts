import { describe, expect, it } from 'vitest';
import type { IssueText, IssueTracker } from '../../core/ports/github/issue-tracker.ts';

/** An `IssueTracker` without issues of the labels that it is asked with, and a way to open one as somebody else. */
export interface TrackerUnderTest {
  readonly issues: IssueTracker;
  readonly openAsOther: (label: string, text: IssueText) => Promise<number>;
}

/** What every `IssueTracker` keeps. */
export function issueTrackerContract(name: string, create: () => Promise<TrackerUnderTest>): void {
  describe(name, () => {
    const text = (body: string) => ({ title: 'Data drift', body: `<!-- marker m -->\n${body}` });

    it('finds what it opened, by label and marker', async () => {
      const { issues } = await create();
      expect(await issues.find('tidegate/a', '<!-- marker m -->')).toBeUndefined();
      const number = await issues.open('tidegate/a', text('one'));
      expect(await issues.find('tidegate/a', '<!-- marker m -->')).toMatchObject({
        number,
        state: 'open',
        body: text('one').body,
      });
      expect(await issues.find('tidegate/a', '<!-- marker other -->')).toBeUndefined();
      expect(await issues.find('tidegate/other', '<!-- marker m -->')).toBeUndefined();
    });

    it('closes and opens an issue again, and prefers an open one', async () => {
      const { issues } = await create();
      const first = await issues.open('tidegate/b', text('one'));
      await issues.update(first, text('closed'), 'closed');
      expect(await issues.find('tidegate/b', '<!-- marker m -->')).toMatchObject({ number: first, state: 'closed' });
      await issues.update(first, text('again'), 'open');
      const second = await issues.open('tidegate/b', text('two'));
      await issues.update(second, text('two'), 'closed');
      expect(await issues.find('tidegate/b', '<!-- marker m -->')).toMatchObject({
        number: first,
        state: 'open',
        body: text('again').body,
      });
    });

    it('finds no issue of somebody else, whatever it says', async () => {
      const { issues, openAsOther } = await create();
      await openAsOther('tidegate/c', text('theirs'));
      expect(await issues.find('tidegate/c', '<!-- marker m -->')).toBeUndefined();
      const number = await issues.open('tidegate/c', text('ours'));
      await openAsOther('tidegate/c', text('theirs again'));
      expect(await issues.find('tidegate/c', '<!-- marker m -->')).toMatchObject({ number });
    });
  });
}
