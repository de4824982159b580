import { describe, expect, it } from 'vitest';
import type { ControlIssues } from '../../core/ports/github/control-issues.ts';

/** What every `ControlIssues` keeps. `openAsOther` opens an issue as a person. */
export function controlIssuesContract(
  name: string,
  create: () => Promise<{
    readonly issues: ControlIssues;
    readonly openAsOther: (label: string) => Promise<number>;
  }>,
): void {
  describe(name, () => {
    it('lists those of a label with their authors, open ones or all', async () => {
      const { issues, openAsOther } = await create();
      const stop = await openAsOther('tidegate/stop');
      const hold = await issues.create({ title: 'Hold', body: 'held', label: 'tidegate/hold' });
      expect(await issues.list('tidegate/stop', 'open')).toEqual([
        { number: stop, body: '', author: 'mona', isOpen: true },
      ]);
      expect(await issues.list('tidegate/hold', 'open')).toEqual([
        { number: hold, body: 'held', author: 'tidegate[bot]', isOpen: true },
      ]);
      await issues.close(hold, 'over');
      expect(await issues.list('tidegate/hold', 'open')).toEqual([]);
      expect((await issues.list('tidegate/hold', 'all')).map(({ isOpen }) => isOpen)).toEqual([false]);
    });

    it('leaves issues with other labels alone', async () => {
      const { issues, openAsOther } = await create();
      await openAsOther('bug');
      expect(await issues.list('tidegate/stop', 'all')).toEqual([]);
    });
  });
}
