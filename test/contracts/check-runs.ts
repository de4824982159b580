import { describe, expect, it } from 'vitest';
import type { CheckRun, CheckRuns } from '../../core/ports/github/check-runs.ts';

/** A check as a commit shows it. */
export interface ShownCheck {
  readonly name: string;
  /** `pending` while it waits. */
  readonly conclusion: string;
  readonly title: string;
  readonly annotations: number;
}

/** What every `CheckRuns` keeps. `create` gives one with a commit, what it shows, and how often it wrote. */
export function checkRunsContract(
  name: string,
  create: () => Promise<{
    readonly checks: CheckRuns;
    readonly headSha: string;
    readonly shown: () => Promise<readonly ShownCheck[]>;
    readonly writes: () => number;
  }>,
): void {
  describe(name, () => {
    const check = (headSha: string, change: Partial<CheckRun> = {}): CheckRun => {
      const text = { title: 'one', summary: 'why', annotations: [] };
      return { name: 'tidegate / m', headSha, conclusion: 'pending', ...text, ...change };
    };

    it('shows one check of a name, and changes that one', async () => {
      const { checks, headSha, shown } = await create();
      await checks.show(check(headSha));
      expect(await shown()).toEqual([{ name: 'tidegate / m', conclusion: 'pending', title: 'one', annotations: 0 }]);
      await checks.show(check(headSha, { conclusion: 'failure', title: 'two' }));
      await checks.show(check(headSha, { name: 'tidegate / n', conclusion: 'success' }));
      expect((await shown()).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { name: 'tidegate / m', conclusion: 'failure', title: 'two', annotations: 0 },
        { name: 'tidegate / n', conclusion: 'success', title: 'one', annotations: 0 },
      ]);
    });

    it('writes nothing where it is shown already', async () => {
      const { checks, headSha, writes } = await create();
      await checks.show(check(headSha, { conclusion: 'success' }));
      const before = writes();
      await checks.show(check(headSha, { conclusion: 'success' }));
      expect(writes()).toBe(before);
    });

    it('shows as many annotations as it is given', async () => {
      const { checks, headSha, shown } = await create();
      const annotations = Array.from({ length: 120 }, (_, index) => {
        return { path: 'tidegate.yaml', line: index + 1, level: 'warning' as const, message: `note ${index}` };
      });
      await checks.show(check(headSha, { annotations, conclusion: 'neutral' }));
      expect(await shown()).toMatchObject([{ conclusion: 'neutral', annotations: 120 }]);
    });
  });
}
