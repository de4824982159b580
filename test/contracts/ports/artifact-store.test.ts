import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../core/adapters/files/file-artifact-hasher.ts';
import { replaceByArtifact } from '../../../core/adapters/files/replace-by-artifact.ts';
import { OciArtifactStore } from '../../../core/adapters/oci/oci-artifact-store.ts';
import { OciRepository } from '../../../core/adapters/oci/oci-repository.ts';
import type { HashedArtifact } from '../../../core/domain/model/artifact-digest.ts';
import { parseArtifactUri } from '../../../core/domain/registry/store-layout.ts';
import type { ArtifactStore, OpenFile } from '../../../core/ports/store/artifact-store.ts';
import { fetchArtifact } from '../../../core/usecases/registry/fetch-artifact.ts';
import { ObjectArtifacts } from '../../../core/usecases/registry/object-artifacts.ts';
import { InMemoryObjectStore } from '../../../testkit/fakes/in-memory-object-store.ts';
import { ACCESS, withRegistry } from './registry-under-test.ts';

const hasher = new FileArtifactHasher();
let root: string;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-artifact-store-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

/** An artifact on disk: a file, or a folder of files. */
async function artifactOf(content: string | Files): Promise<{ artifact: HashedArtifact; open: OpenFile }> {
  const folder = path.join(root, String(folders++));
  await mkdir(folder);
  const files = typeof content === 'string' ? { 'model.onnx': content } : content;
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const artifact = await hasher.hash(typeof content === 'string' ? path.join(folder, 'model.onnx') : folder);
  const open = async function* (name: string) {
    yield Buffer.from(files[name] ?? '');
  };
  return { artifact, open };
}

/** What every `ArtifactStore` keeps. `createStore` gives an empty store at each call. */
function contract(name: string, createStore: () => ArtifactStore): void {
  describe(name, () => {
    it.each<[string, string | Files]>([
      ['a file', 'bytes'],
      ['an empty file', ''],
      ['a folder', { MLmodel: 'flavors: {}', 'data/model.pkl': 'weights', 'data/é ü.bin': 'more' }],
      ['a folder of which two files are the same', { 'a/__init__.py': '', 'b/__init__.py': '', 'm.bin': 'x' }],
    ])('gives back %s as it was, by its digest alone and by its URI', async (_, content) => {
      const store = createStore();
      const { artifact, open } = await artifactOf(content);
      await store.put(artifact, open);
      const uri = store.uriOf(artifact);
      expect(parseArtifactUri(uri)).toMatchObject({ store: store.uri, digest: artifact.digest });
      for (const wanted of [{ digest: artifact.digest }, { digest: artifact.digest, uri }]) {
        const location = path.join(root, String(folders++));
        await fetchArtifact(wanted, location, { artifacts: store, replace: replaceByArtifact });
        expect(await contentOf(location)).toEqual(content);
      }
    });
    it('has no files of an artifact that was never stored, or only by half', async () => {
      const store = createStore();
      const { artifact } = await artifactOf({ a: '1', b: '2' });
      const broken = async function* (file: string) {
        if (file === 'b') throw new RangeError('a disk that fails');
        yield Buffer.from('1');
      };
      expect(await store.files({ digest: artifact.digest })).toEqual([]);
      await expect(store.put(artifact, broken)).rejects.toThrow('a disk that fails');
      const location = path.join(root, String(folders++));
      const fetched = fetchArtifact({ digest: artifact.digest, uri: store.uriOf(artifact) }, location, {
        artifacts: store,
        replace: replaceByArtifact,
      });
      await expect(fetched).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    });
    it('gives an artifact a name for people, and the name back where other bytes took it', async () => {
      const store = createStore();
      const [one, other] = [await artifactOf('one'), await artifactOf('other')];
      for (const { artifact, open } of [one, other]) {
        await store.put(artifact, open);
        await store.label?.({ digest: artifact.digest, uri: store.uriOf(artifact) }, 'v1.0.0');
      }
      await store.label?.({ digest: one.artifact.digest, uri: store.uriOf(one.artifact) }, 'v1.0.0');
      // A name is neither an artifact nor in the way of one.
      for (const { artifact } of [one, other]) expect(await store.files({ digest: artifact.digest })).toHaveLength(1);
    });
    it('stores the same artifact again, also at the same moment, under the same URI', async () => {
      const store = createStore();
      const { artifact, open } = await artifactOf('again');
      await Promise.all([store.put(artifact, open), store.put(artifact, open)]);
      await store.put(artifact, open);
      expect(await store.files({ digest: artifact.digest })).toHaveLength(1);
    });
  });
}

async function contentOf(location: string): Promise<string | Files> {
  const names = await readdir(location, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (names === undefined) return readFile(location, 'utf8');
  const files: Record<string, string> = {};
  for (const entry of names.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(location, file)] = await readFile(file, 'utf8');
  }
  return files;
}

contract('ObjectArtifacts', () => new ObjectArtifacts(new InMemoryObjectStore(), hasher));

withRegistry((repository) => {
  it('names an artifact of a registry by the tag of its version', async () => {
    const name = repository();
    const store = new OciArtifactStore(`oci://${name}`, ACCESS);
    const { artifact, open } = await artifactOf('named');
    const labelled = { digest: artifact.digest, uri: store.uriOf(artifact) };
    await expect(store.label(labelled, 'v1.0.0')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await store.put(artifact, open);
    await store.label(labelled, 'v1.0.0');
    const read = new OciRepository(`oci://${name}`, ACCESS).manifest('v1.0.0');
    expect(`@${(await read)?.digest}`).toBe(store.uriOf(artifact).slice(store.uriOf(artifact).indexOf('@')));
  });
  contract('OciArtifactStore', () => new OciArtifactStore(`oci://${repository()}`, ACCESS));
});
