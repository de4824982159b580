import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../core/adapters/files/file-artifact-hasher.ts';
import { LocalChampionFinder } from '../../../core/adapters/files/local-champion-finder.ts';
import { ServiceError } from '../../../core/errors.ts';
import type { Champion, ChampionFinder } from '../../../core/ports/evaluate/champion-finder.ts';
import { RegisteredChampionFinder } from '../../../core/usecases/evaluate/registered-champion-finder.ts';
import { InMemoryChampionFinder } from '../../../testkit/fakes/in-memory-champion-finder.ts';
import { digestOf } from '../../bot/promotion-world.ts';
import { InMemoryRepository } from '../../core/usecases/promote/in-memory-repository.ts';
import { useFolders } from './folder-under-test.ts';

/** A finder, and a selector. */
interface Asked {
  readonly finder: ChampionFinder;
  readonly selector: string;
}

/** What can be asked for. */
interface Cases {
  /** Selectors of one champion, with its artifact. */
  readonly found: () => Promise<readonly (Asked & { readonly digest: string; readonly path: string })[]>;
  /** A selector that means no champion, or for which there is none. */
  readonly none: () => Promise<Asked>;
  /** A selector that names a champion that does not exist. */
  readonly absent: () => Promise<Asked & { readonly code: string }>;
  /** Champions that are there and cannot be had, or may be there; undefined where that is an error instead. */
  readonly unreadable?: () => Promise<readonly Asked[]>;
}

/** What every `ChampionFinder` keeps for the selectors that it takes. */
function contract(name: string, { found, none, absent, unreadable }: Cases): void {
  describe(name, () => {
    it('finds the champion with its artifact, and the same one again', async () => {
      for (const { finder, selector, digest, path } of await found()) {
        const champion = await finder.find(selector);
        expect(champion).toMatchObject({ kind: 'found', digest, path });
        expect(await finder.find(selector)).toEqual(champion);
      }
    });

    it('says that there is none, where there is none', async () => {
      const { finder, selector } = await none();
      expect(await finder.find(selector)).toMatchObject({ kind: 'none' });
    });

    it('refuses one that is named and does not exist: that is never none', async () => {
      const { finder, selector, code } = await absent();
      await expect(finder.find(selector)).rejects.toMatchObject({ code });
    });

    if (unreadable === undefined) return;
    it('takes one that cannot be had neither for none nor for an error', async () => {
      for (const { finder, selector } of await unreadable()) {
        expect(await finder.find(selector)).toMatchObject({
          kind: 'unreadable',
          reason: expect.stringMatching(/[^.]$/),
        });
      }
    });
  });
}

const folderOf = useFolders();
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

async function local() {
  const folder = await folderOf({ 'models/old.onnx': 'old' });
  return { folder, finder: new LocalChampionFinder(folder, new FileArtifactHasher()) };
}

contract('LocalChampionFinder', {
  found: async () => {
    const { folder, finder } = await local();
    const path = `${folder}/models/old.onnx`;
    return ['models/old.onnx', path].map((selector) => ({ finder, selector, path, digest: sha256('old') }));
  },
  none: async () => ({ finder: (await local()).finder, selector: 'none' }),
  absent: async () => ({ finder: (await local()).finder, selector: 'models/new.onnx', code: 'DATA_NOT_FOUND' }),
});

/** Versions 0.1.0 and 0.2.0, of which production runs the first one; `fetchArtifact` brings artifacts. */
async function registered(
  fetchArtifact = async (digest: string) => `/champions/${digest}`,
  versions: readonly (readonly [version: string, letter: string])[] = [
    ['0.1.0', 'a'],
    ['0.2.0', 'b'],
  ],
): Promise<ChampionFinder> {
  const repository = new InMemoryRepository();
  for (const [version, letter] of versions) await repository.register(version, letter);
  if (versions.length > 0) await repository.deploy('production', 'a');
  const { catalog, config } = await repository.read();
  return new RegisteredChampionFinder(config.environments, {
    catalog,
    commits: repository.commits,
    readHistory: async () => undefined,
    fetchArtifact: ({ artifactDigest }) => fetchArtifact(artifactDigest),
  });
}

async function unreachable(): Promise<never> {
  throw new ServiceError('STORE_UNREACHABLE', 'the server does not answer', { fix: 'Try it later.', retryable: true });
}

/** A finder that cannot read what environments run. */
async function withoutManifests(): Promise<ChampionFinder> {
  const repository = new InMemoryRepository();
  await repository.register('0.1.0', 'a');
  const { catalog, config } = await repository.read();
  return new RegisteredChampionFinder(config.environments, {
    catalog,
    commits: { read: unreachable },
    readHistory: async () => undefined,
    fetchArtifact: async (version) => `/champions/${version.artifactDigest}`,
  });
}

contract('RegisteredChampionFinder', {
  found: async () => {
    const finder = await registered();
    const letters = { auto: 'a', '0.1.0': 'a', 'v0.2.0': 'b' };
    return Object.entries(letters).map(([selector, letter]) => {
      const digest = `sha256:${digestOf(letter)}`;
      return { finder, selector, digest, path: `/champions/${digest}` };
    });
  },
  none: async () => ({ finder: await registered(undefined, []), selector: 'auto' }),
  absent: async () => ({ finder: await registered(), selector: '9.9.9', code: 'VERSION_NOT_FOUND' }),
  unreadable: async () => [
    { finder: await registered(unreachable), selector: 'auto' },
    { finder: await registered(unreachable), selector: '0.2.0' },
    { finder: await withoutManifests(), selector: 'auto' },
  ],
});

const CHAMPION: Champion = { kind: 'found', digest: sha256('old'), path: '/old.onnx', environments: [] };

contract('InMemoryChampionFinder', {
  found: async () => {
    const finder = new InMemoryChampionFinder({ auto: CHAMPION, '1.0.0': CHAMPION });
    return ['auto', '1.0.0'].map((selector) => ({ finder, selector, digest: CHAMPION.digest, path: CHAMPION.path }));
  },
  none: async () => ({ finder: new InMemoryChampionFinder({ '1.0.0': CHAMPION }), selector: 'auto' }),
  absent: async () => ({
    finder: new InMemoryChampionFinder({ auto: CHAMPION }),
    selector: 'v1.0.0',
    code: 'VERSION_NOT_FOUND',
  }),
  unreadable: async () => [
    {
      finder: new InMemoryChampionFinder({ auto: { kind: 'unreadable', reason: 'no credentials' } }),
      selector: 'auto',
    },
  ],
});
