import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../core/adapters/files/file-artifact-hasher.ts';
import { OnnxArtifactHasher } from '../../../core/adapters/onnx/onnx-artifact-hasher.ts';
import type { ArtifactHasher } from '../../../core/ports/evaluate/artifact-hasher.ts';
import { InMemoryArtifactHasher } from '../../../testkit/fakes/in-memory-artifact-hasher.ts';
import { useFolders } from './folder-under-test.ts';

const FILES = { 'model/b.txt': 'b\n', 'model/a/c.txt': '', 'alone.txt': 'é' };
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** What every `ArtifactHasher` keeps. `create` gives one, and the absolute folder of FILES. */
function contract(
  name: string,
  create: () => Promise<{ readonly hasher: ArtifactHasher; readonly folder: string }>,
): void {
  describe(name, () => {
    it('hashes a file by its bytes', async () => {
      const { hasher, folder } = await create();
      const file = { path: 'alone.txt', digest: sha256('é'), sizeBytes: 2 };
      const { digest, sizeBytes } = file;
      expect(await hasher.hash(`${folder}/alone.txt`)).toEqual({ kind: 'file', digest, sizeBytes, files: [file] });
    });

    it('hashes a folder by the lines of its files, sorted by path', async () => {
      const { hasher, folder } = await create();
      const lines = `${sha256('').slice(7)}  a/c.txt\n${sha256('b\n').slice(7)}  b.txt\n`;
      const found = await hasher.hash(`${folder}/model`);
      expect(found).toMatchObject({ digest: sha256(lines), sizeBytes: 2 });
      expect(found.files.map(({ path }) => path)).toEqual(['a/c.txt', 'b.txt']);
    });

    it('refuses what is not there', async () => {
      const { hasher, folder } = await create();
      await expect(hasher.hash(`${folder}/absent`)).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
    });

    it('hashes texts and bytes as they come', async () => {
      const { hasher } = await create();
      async function* chunks() {
        for (const part of ['a', '', 'bc']) yield new TextEncoder().encode(part);
      }
      expect(hasher.hashText('é')).toBe(sha256('é'));
      expect(await hasher.hashChunks(chunks())).toBe(sha256('abc'));
    });
  });
}

const folderOf = useFolders();

contract('FileArtifactHasher', async () => ({ hasher: new FileArtifactHasher(), folder: await folderOf(FILES) }));
contract('OnnxArtifactHasher', async () => ({ hasher: new OnnxArtifactHasher(), folder: await folderOf(FILES) }));
contract('InMemoryArtifactHasher', async () => {
  const files = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`/work/${path}`, text]));
  return { hasher: new InMemoryArtifactHasher(files), folder: '/work' };
});
