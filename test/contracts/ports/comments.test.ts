import { describe, expect, it } from 'vitest';
import { GitHubComments } from '../../../core/adapters/github/github-comments.ts';
import type { Comments } from '../../../core/ports/github/comments.ts';
import { InMemoryComments } from '../../../testkit/fakes/in-memory-comments.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

interface World {
  readonly comments: Comments;
  readonly issue: number;
  /** What another person writes there. Returns its number. */
  readonly writeAsOther: (body: string) => Promise<number>;
  /** Numbers of the comments that are hidden. */
  readonly hidden: () => readonly number[];
}

/** What every `Comments` keeps. People: `wim` may write to the repository, `ron` may only read it. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    const marker = '<!-- tidegate:v1 report m -->';

    it('finds its own with the marker, oldest first, and those of no other person', async () => {
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

    it('reads one of anyone, as it is now', async () => {
      const { comments, issue, writeAsOther } = await create();
      const id = await writeAsOther('/tidegate plan');
      expect(await comments.get(id)).toMatchObject({ id, body: '/tidegate plan', issue, author: expect.any(String) });
      expect(await comments.get(id + 1000)).toBeUndefined();
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

    it('knows who may write to the repository', async () => {
      const { comments } = await create();
      expect(await comments.canWrite('wim')).toBe(true);
      expect(await comments.canWrite('ron')).toBe(false);
    });

    it('tells the first that it saw a comment, and again after it was taken back', async () => {
      const { comments, writeAsOther } = await create();
      const [one, other] = [await writeAsOther('/tidegate plan'), await writeAsOther('/tidegate help')];
      expect(await comments.acknowledge(one)).toBe(true);
      expect(await comments.acknowledge(one)).toBe(false);
      expect(await comments.acknowledge(other)).toBe(true);
      await comments.disown(one);
      expect(await comments.acknowledge(one)).toBe(true);
      expect(await comments.acknowledge(other)).toBe(false);
    });
  });
}

const world = useGitHub();

contract('GitHubComments', async () => {
  const { name } = await world().repository();
  const { github } = world();
  const { issues } = world().person();
  world().person('wim', 'write');
  world().person('ron', 'read');
  const { data } = await issues.create({ ...name, title: 'an issue' });
  return {
    comments: new GitHubComments(world().client, name, 'tidegate[bot]'),
    issue: data.number,
    writeAsOther: async (body) => {
      const written = await issues.createComment({ ...name, issue_number: data.number, body });
      return written.data.id;
    },
    hidden: () => [...github.state.hiddenComments],
  };
});

contract('InMemoryComments', async () => {
  const comments = new InMemoryComments();
  comments.writers.add('wim');
  const writeAsOther = async (body: string) => comments.write(1, body);
  return { comments, issue: 1, writeAsOther, hidden: () => [...comments.hidden] };
});

expectDescribed(world);
