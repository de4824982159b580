import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { UserError } from '../../../../core/errors.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'tidegate-artifact-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
/** More than is hashed on the thread that asks. */
const LARGE = Buffer.alloc(40 << 20, 'abc');
const SMALL = Buffer.from('small');

it('hashes a file, small or large, by its bytes', async () => {
  for (const bytes of [SMALL, LARGE]) {
    const file = path.join(root, 'model.onnx');
    writeFileSync(file, bytes);
    const found = { path: 'model.onnx', digest: sha256(bytes), sizeBytes: bytes.length };
    expect(await new FileArtifactHasher().hash(file)).toEqual({
      kind: 'file',
      digest: found.digest,
      sizeBytes: bytes.length,
      files: [found],
    });
  }
});

it('hashes a folder by the lines of its files, in the order of their paths, however large they are', async () => {
  const folder = path.join(root, 'folder');
  mkdirSync(path.join(folder, 'b'), { recursive: true });
  const files = { 'a.bin': SMALL, 'b/c.bin': Buffer.from('c'), 'd.bin': SMALL };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  const small = await new FileArtifactHasher().hash(folder);
  expect(small.files).toEqual(
    Object.entries(files).map(([name, bytes]) => ({ path: name, digest: sha256(bytes), sizeBytes: bytes.length })),
  );
  writeFileSync(path.join(folder, 'd.bin'), LARGE);
  const large = await new FileArtifactHasher().hash(folder);
  expect(large.files.map(({ digest }) => digest)).toEqual([sha256(SMALL), sha256(Buffer.from('c')), sha256(LARGE)]);
  expect(large.sizeBytes).toBe(SMALL.length + 1 + LARGE.length);
  expect(large.digest).not.toBe(small.digest);
});

it('refuses what is not there', async () => {
  await expect(new FileArtifactHasher().hash(path.join(root, 'absent'))).rejects.toMatchObject({
    code: 'DATA_NOT_FOUND',
  });
});

describe('a folder', () => {
  const made = (name: string) => {
    const folder = path.join(root, name);
    mkdirSync(path.join(folder, 'sub'), { recursive: true });
    writeFileSync(path.join(folder, 'sub/model.onnx'), 'weights');
    return folder;
  };

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'a link to nothing',
      (folder) => symlinkSync('gone', path.join(folder, 'sub/link')),
      /sub\/link is a link to something that does not exist/,
    ],
    ['a link to itself', (folder) => symlinkSync('link', path.join(folder, 'link')), /links form a loop/],
    ['a link to its own folder', (folder) => symlinkSync('.', path.join(folder, 'sub/link')), /that contains it/],
    ['a link to a folder above', (folder) => symlinkSync(folder, path.join(folder, 'sub/link')), /that contains it/],
    ['a pipe', (folder) => execFileSync('mkfifo', [path.join(folder, 'sub/pipe')]), /sub\/pipe is neither a file nor/],
  ])('with %s is refused by that name, at once', async (name, add, says) => {
    const folder = made(name.replaceAll(' ', '-'));
    add(folder);
    const hashed = new FileArtifactHasher().hash(folder);
    await expect(hashed).rejects.toThrow(says);
    await expect(hashed).rejects.toBeInstanceOf(UserError);
  });

  it('has the files that its links lead to, as if they lay there', async () => {
    const [plain, linked] = [made('plain'), made('linked')];
    for (const folder of [path.join(plain, 'more'), path.join(root, 'elsewhere')]) {
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'a.bin'), 'a');
    }
    symlinkSync(path.join(root, 'elsewhere'), path.join(linked, 'more'));
    expect(await new FileArtifactHasher().hash(linked)).toEqual(await new FileArtifactHasher().hash(plain));
  });
});
