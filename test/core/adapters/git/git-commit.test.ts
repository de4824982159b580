import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitCommit } from '../../../../core/adapters/git/git-commit.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { gitEnvironment, hostEnvironment } from '../../../../testkit/host-environment.ts';

const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${'d'.repeat(64)}\nsize 12345\n`;
const LARGE = Buffer.alloc(3 << 20, 'a line of a large file\n');
const FILES: Readonly<Record<string, string | Buffer>> = {
  'train.py': 'print(1)\n',
  'data/test.csv': 'x,y\n1,0\n',
  'data/empty.csv': '',
  'data/large.bin': LARGE,
  'data/lfs.parquet': LFS,
  // What only looks like a pointer: too long to be one.
  'data/long.txt': `${LFS}${'x'.repeat(1024)}`,
  'models/eta/tidegate.yaml': 'version: 1\n',
  'models/eta/é f.txt': 'é\n',
};
const sha256 = (bytes: string | Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'git-commit-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function write(folder: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
}

async function commit(folder: string, message: string): Promise<string> {
  await runGit(folder, ['add', '--all']);
  await runGit(folder, ['commit', '--quiet', '--allow-empty', '-m', message]);
  return runGit(folder, ['rev-parse', 'HEAD']);
}

/** A repository with one commit. */
async function repository(): Promise<{ folder: string; sha: string }> {
  const folder = path.join(root, String(count++));
  await write(folder, FILES);
  await symlink('train.py', path.join(folder, 'link.py'));
  await runGit(folder, ['init', '--quiet', '--initial-branch=main', '.']);
  return { folder, sha: await commit(folder, 'start') };
}

function open(
  directory: string,
  expected: readonly string[] = [],
  env: Readonly<Record<string, string>> = hostEnvironment(),
) {
  return GitCommit.open({ directory, env, expected });
}

describe('GitCommit', () => {
  it('has the files of the commit, whatever the workspace, the index and an ignored folder hold now', async () => {
    const { folder, sha } = await repository();
    await write(folder, { 'data/test.csv': 'rewritten', 'more.csv': 'new', '.gitignore': 'ignored', 'ignored/x': 'x' });
    await rm(path.join(folder, 'train.py'));
    await runGit(folder, ['add', '--all']);
    const found = await open(folder, [sha]);
    expect(found).toMatchObject({ sha, isOfRun: true });
    expect(await found?.files()).toEqual(Object.keys(FILES).sort());
    for (const file of ['train.py', 'data/test.csv', 'models/eta/é f.txt']) {
      expect(await found?.text(file)).toBe(FILES[file]);
    }
    expect(await found?.text('more.csv')).toBeUndefined();
    expect(await found?.text('link.py')).toBeUndefined();
  });

  it('hashes blobs of every size, and takes a pointer of Git LFS for what it points at', async () => {
    const { folder } = await repository();
    const found = await open(folder);
    const digests = await found?.digests([...Object.keys(FILES), 'absent.csv']);
    const expected = Object.entries(FILES).map(([file, text]): [string, string] => [file, sha256(text)]);
    expect(digests).toEqual(new Map([...expected, ['data/lfs.parquet', `sha256:${'d'.repeat(64)}`]]));
  });

  it('lists folders', async () => {
    const { folder } = await repository();
    const found = await open(folder);
    expect(await found?.list('')).toEqual(
      expect.arrayContaining([
        { name: 'train.py', isFolder: false },
        { name: 'data', isFolder: true },
        { name: 'models', isFolder: true },
      ]),
    );
    expect(await found?.list('models')).toEqual([{ name: 'eta', isFolder: true }]);
    expect(await found?.list('absent')).toEqual([]);
  });

  it('speaks of the working directory where that lies below the top', async () => {
    const { folder } = await repository();
    const found = await open(path.join(folder, 'models', 'eta'));
    expect(await found?.files()).toEqual(['tidegate.yaml', 'é f.txt']);
    expect(await found?.text('tidegate.yaml')).toBe('version: 1\n');
  });

  it('stays with the commit of the run where a step moved HEAD, replaced an object or led git elsewhere', async () => {
    const { folder, sha } = await repository();
    await write(folder, { 'data/test.csv': 'rewritten' });
    const moved = await commit(folder, 'by a step');
    await runGit(folder, ['replace', '--force', sha, moved]);
    const other = await repository();
    const env = { ...hostEnvironment(), GIT_DIR: path.join(other.folder, '.git'), GIT_WORK_TREE: other.folder };
    const found = await open(folder, ['0'.repeat(40), sha], env);
    expect(found).toMatchObject({ sha, isOfRun: true });
    expect(await found?.text('data/test.csv')).toBe(FILES['data/test.csv']);
  });

  it('takes the head of a pull request where that is checked out, and says of any other commit that it is not the run’s', async () => {
    const { folder, sha } = await repository();
    const next = await commit(folder, 'head of a pull request');
    expect(await open(folder, [sha, next])).toMatchObject({ sha: next, isOfRun: true });
    expect(await open(folder, ['f'.repeat(40)])).toMatchObject({ sha: next, isOfRun: false });
    expect(await open(folder, [])).toMatchObject({ sha: next, isOfRun: true });
  });

  it('is nothing where there is no repository or no commit, and an error where git cannot read one', async () => {
    const empty = path.join(root, 'empty');
    await mkdir(empty);
    expect(await open(empty)).toBeUndefined();
    await runGit(empty, ['init', '--quiet', '.']);
    expect(await open(empty)).toBeUndefined();
    const { folder } = await repository();
    await expect(open(folder, [], { PATH: '/nonexistent' })).rejects.toMatchObject({ code: 'COMMIT_UNREADABLE' });
    await rename(path.join(folder, '.git', 'objects'), path.join(folder, '.git', 'gone'));
    await expect(open(folder)).rejects.toMatchObject({ code: 'COMMIT_UNREADABLE' });
  });

  it('runs no program that the configuration of the repository names', async () => {
    const { folder } = await repository();
    const program = path.join(root, 'program.sh');
    await writeFile(program, `#!/bin/sh\ntouch ${path.join(root, 'it-ran')}\n`);
    await chmod(program, 0o755);
    for (const name of ['core.fsmonitor', 'core.sshCommand', 'filter.lfs.smudge', 'filter.lfs.clean']) {
      await runGit(folder, ['config', name, program]);
    }
    await write(folder, { '.gitattributes': '*.parquet filter=lfs\n' });
    const found = await open(folder, [], gitEnvironment());
    await found?.digests(await found.files());
    await expect(rm(path.join(root, 'it-ran'))).rejects.toThrow('ENOENT');
  });
});
