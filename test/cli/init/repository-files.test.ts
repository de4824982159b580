import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { refuseLinks, regularFiles, writeRepositoryFile } from '../../../cli/init/repository-files.ts';

const folders: string[] = [];
let repository: string;
let outside: string;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'init-files-'));
  folders.push(folder);
  [repository, outside] = [path.join(folder, 'repository'), path.join(folder, 'outside')];
  await mkdir(path.join(repository, 'src'), { recursive: true });
  await mkdir(outside);
  await writeFile(path.join(outside, 'secret.py'), 'theirs\n');
  await writeFile(path.join(repository, 'src', 'train.py'), 'own\n');
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('regularFiles', () => {
  it('has files, and links to files of the repository', async () => {
    await symlink('src/train.py', path.join(repository, 'train.py'));
    expect(await regularFiles(repository, ['src/train.py', 'train.py'])).toEqual(['src/train.py', 'train.py']);
  });

  it.each([
    { name: 'a file outside of the repository', target: '../outside/secret.py' },
    { name: 'a device', target: '/dev/zero' },
    { name: 'a folder', target: 'src' },
    { name: 'nothing', target: 'absent' },
    { name: 'itself', target: 'link.py' },
  ])('does not have a link to $name', async ({ target }) => {
    await symlink(target, path.join(repository, 'link.py'));
    expect(await regularFiles(repository, ['link.py', 'src/train.py'])).toEqual(['src/train.py']);
  });
});

describe('refuseLinks', () => {
  it('lets files and folders of the repository be written, and new ones', async () => {
    await expect(refuseLinks(repository, ['src/train.py', 'new/folder/file'])).resolves.toBeUndefined();
  });

  it.each([
    { name: 'a link', link: 'predict.py', target: '../outside/secret.py', file: 'predict.py' },
    { name: 'a link to nothing', link: 'predict.py', target: '../outside/new.py', file: 'predict.py' },
    { name: 'a folder that is a link', link: '.github', target: '../outside', file: '.github/workflows/ci.yml' },
  ])('refuses $name', async ({ link, target, file }) => {
    await symlink(target, path.join(repository, link));
    await expect(refuseLinks(repository, [file])).rejects.toMatchObject({ code: 'PATH_UNSAFE' });
  });

  it('refuses a path that leaves the repository', async () => {
    await expect(refuseLinks(repository, ['../outside/new.py'])).rejects.toMatchObject({ code: 'PATH_UNSAFE' });
  });
});

describe('writeRepositoryFile', () => {
  it('writes a file and the folders above it', async () => {
    await writeRepositoryFile(repository, { path: 'a/b.txt', text: 'text' });
    expect(await readFile(path.join(repository, 'a/b.txt'), 'utf8')).toBe('text');
  });

  it('leaves the target of a link as it is', async () => {
    await symlink('../outside/secret.py', path.join(repository, 'link.py'));
    await expect(writeRepositoryFile(repository, { path: 'link.py', text: 'other' })).rejects.toMatchObject({
      code: 'PATH_UNSAFE',
    });
    expect(await readFile(path.join(outside, 'secret.py'), 'utf8')).toBe('theirs\n');
  });
});
