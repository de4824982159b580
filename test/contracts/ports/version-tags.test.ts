import { describe, expect, it } from 'vitest';
import { GitVersionTags } from '../../../core/adapters/git/git-version-tags.ts';
import { GitHubVersionTags } from '../../../core/adapters/github/github-version-tags.ts';
import type { VersionTags } from '../../../core/ports/github/version-tags.ts';
import { InMemoryVersionTags } from '../../../testkit/fakes/in-memory-version-tags.ts';
import { useRemote } from './git-under-test.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

/** What every `VersionTags` keeps. `create` gives one, with a commit that tags may point to. */
function contract(name: string, create: () => Promise<{ readonly tags: VersionTags; readonly commit: string }>): void {
  describe(name, () => {
    const message = 'Registering artifact x version v0.1.0\n\n{"a":"é \\"quoted\\""}';

    it('lists and reads what it created, to the byte', async () => {
      const { tags, commit } = await create();
      expect(await tags.list('made')).toEqual([]);
      expect(await tags.create({ name: 'made@v0.1.0', message, commit })).toBe('created');
      const [tag, ...others] = await tags.list('made');
      expect(others).toEqual([]);
      expect(tag).toMatchObject({ name: 'made@v0.1.0', annotated: true });
      expect(await tags.read(tag ?? { name: '', objectSha: '', annotated: true })).toMatchObject({ message, commit });
    });

    it('lists the tags of this model alone, whatever its name begins like', async () => {
      const { tags, commit } = await create();
      for (const model of ['near', 'near-by', 'a=near']) {
        await tags.create({ name: `${model}@v0.1.0`, message, commit });
      }
      expect((await tags.list('near')).map(({ name: found }) => found)).toEqual(['near@v0.1.0']);
      expect((await tags.list('a:near')).map(({ name: found }) => found)).toEqual(['a=near@v0.1.0']);
    });

    it('reads many at once as each alone, in their order', async () => {
      const { tags, commit } = await create();
      for (let minor = 0; minor < 60; minor += 1) {
        await tags.create({ name: `many@v0.${minor}.0`, message: `${message}${minor}`, commit });
      }
      const all = await tags.list('many');
      expect(all).toHaveLength(60);
      expect(await tags.readAll(all)).toEqual(await Promise.all(all.map((tag) => tags.read(tag))));
      expect(await tags.readAll([])).toEqual([]);
    });

    it('gives a name to one of those who race for it, and leaves the tag as it is', async () => {
      const { tags, commit } = await create();
      const results = await Promise.all(
        ['one', 'two', 'three'].map((text) => tags.create({ name: 'raced@v1.0.0', message: text, commit })),
      );
      expect(results.toSorted()).toEqual(['created', 'taken', 'taken']);
      const winner = ['one', 'two', 'three'][results.indexOf('created')];
      const [tag] = await tags.list('raced');
      expect((await tags.read(tag ?? { name: '', objectSha: '', annotated: true })).message).toBe(winner);
    });
  });
}

const world = useGitHub();
const remoteRepository = useRemote();

contract('GitHubVersionTags', async () => {
  const { name, commit } = await world().repository();
  return { tags: new GitHubVersionTags(world().client, name), commit };
});
contract('GitVersionTags', async () => {
  const { remote, commit } = await remoteRepository();
  return { tags: new GitVersionTags(remote), commit };
});
contract('InMemoryVersionTags', async () => ({ tags: new InMemoryVersionTags(), commit: 'c'.repeat(40) }));

expectDescribed(world);
