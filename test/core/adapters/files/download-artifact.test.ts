import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadArtifact } from '../../../../core/adapters/files/download-artifact.ts';
import { replaceByArtifact } from '../../../../core/adapters/files/replace-by-artifact.ts';
import type { ArtifactStore } from '../../../../core/ports/store/artifact-store.ts';
import { fetchArtifact as restoreArtifact } from '../../../../core/usecases/registry/fetch-artifact.ts';

let root: string;
let into: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-fetch-'));
  into = path.join(root, 'a', 'b', 'into');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A store that lists what it likes, and gives bytes for any path. */
function lying(paths: readonly string[]): Pick<ArtifactStore, 'files' | 'uri'> {
  const open = async () =>
    (async function* () {
      yield Buffer.from('bytes');
    })();
  return { uri: 's3://store', files: async () => paths.map((file) => ({ path: file, open })) };
}

const everything = async (): Promise<readonly string[]> => {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
};

const HOSTILE = ['../../../../ESCAPED', '../x', 'a/../../x', '/etc/x', 'a//b', './x', 'a\\..\\x', 'a\0b', ''];

describe('downloadArtifact', () => {
  it('brings the artifact of a store to its folder', async () => {
    const file = await downloadArtifact({ artifacts: lying(['model.onnx']), digest: sha256('bytes'), into });
    expect(await readFile(file, 'utf8')).toBe('bytes');
    expect(path.dirname(path.dirname(file))).toBe(into);
  });

  it.each(HOSTILE)('writes nothing for a store that lists %j', async (suffix) => {
    const artifacts = lying(['good', suffix]);
    const fetched = downloadArtifact({ artifacts, digest: sha256('bytes'), into });
    await expect(fetched).rejects.toMatchObject({ code: 'PATH_UNSAFE' });
    const written = (await everything()).filter((file) => !file.startsWith(`${into}/`));
    expect(written).toEqual([]);
    const location = path.join(root, 'model');
    const restored = restoreArtifact({ digest: sha256('bytes') }, location, { artifacts, replace: replaceByArtifact });
    await expect(restored).rejects.toMatchObject({ code: 'PATH_UNSAFE' });
    expect(existsSync(location)).toBe(false);
  });
});
