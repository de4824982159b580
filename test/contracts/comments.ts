import { describe, expect, it } from 'vitest';
import type { Comments } from '../../core/ports/github/comments.ts';

/** What every `Comments` keeps. `create` gives one with an issue, and what somebody else writes there. */
export function commentsContract(
  name: string,
  create: () => Promise<{
    readonly comments: Comments;
    readonly issue: number;
    readonly writeAsOther: (body: string) => Promise<void>;
    /** Ids of the comments that are hidden. */
    readonly hidden: () => readonly number[];
  }>,
): void {
  describe(name, () => {
    const marker = '<!-- tidegate:v1 report m -->';

    it('finds its own with the marker, oldest first, and those of nobody else', async () => {
      const { comments, issue, writeAsOther } = await create();
      await writeAsOther(`${marker}\nlike yours`);
      await comments.create(issue, `${marker}\nfirst`);
      await comments.create(issue, `> ${marker}\nonly quotes it`);
      await comments.create(issue, `${marker}\nsecond`);
      const bodies = (await comments.own(issue, marker)).map(({ body }) => body);
      expect(bodies).toEqual([`${marker}\nfirst`, `${marker}\nsecond`]);
      expect(await comments.own(issue, '<!-- tidegate:v1 report n -->')).toEqual([]);
    });

    it('finds them on any page', async () => {
      const { comments, issue, writeAsOther } = await create();
      for (let index = 0; index < 101; index++) await writeAsOther(`talk ${index}`);
      await comments.create(issue, marker);
      expect(await comments.own(issue, marker)).toHaveLength(1);
    });

    it('changes, hides and shows them', async () => {
      const { comments, issue, hidden } = await create();
      await comments.create(issue, `${marker}\none`);
      const { id = 0 } = (await comments.own(issue, marker))[0] ?? {};
      await comments.update(id, `${marker}\nchanged`);
      for (const isHidden of [true, true, false, false, true]) {
        await comments.setHidden(id, isHidden);
        expect(hidden()).toEqual(isHidden ? [id] : []);
      }
      expect(await comments.own(issue, marker)).toEqual([{ id, body: `${marker}\nchanged` }]);
    });
  });
}
