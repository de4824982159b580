import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileDataBytes } from '../../../../core/adapters/dvc/data-bytes.ts';
import { DvcCache } from '../../../../core/adapters/dvc/dvc-cache.ts';
import { readTrackedProject } from '../../../../core/adapters/dvc/dvc-project-reader.ts';
import { GitCommit } from '../../../../core/adapters/git/git-commit.ts';
import { formatDirectoryManifest } from '../../../../core/domain/data/directory-manifest.ts';
import type { UserError } from '../../../../core/errors.ts';
import { CommitOrigins } from '../../../../core/usecases/evaluate/commit-origins.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Files by what names their digest. */
const IN_GIT = { 'in-git.csv': 'x,y\n1,0\n', 'sub/in-git.csv': 'x,y\n3,1\n' };
const BY_POINTER = { 'data/test.csv': 'x,y\r\n1,1\r\n', 'data/other.csv': 'x,y\n2,1\n' };
const IN_FOLDER = { 'data/folder/a.csv': 'a\n', 'data/folder/deep/b.csv': 'b\n' };
const OF_STAGE = { 'made/by-stage.csv': 'x\n7\n' };
const LEGACY = { 'data/legacy.csv': 'x,y\r\n5,5\r\n' };
const MADE = { 'made/by-nobody.csv': 'x\n8\n' };
const NAMED = { ...IN_GIT, ...BY_POINTER, ...IN_FOLDER, ...OF_STAGE, ...LEGACY };
const LIST = formatDirectoryManifest([
  { path: 'a.csv', md5: md5('a\n') },
  { path: 'deep/b.csv', md5: md5('b\n') },
]);
const LIST_IN_CACHE = `.dvc/cache/files/md5/${md5(LIST).slice(0, 2)}/${md5(LIST).slice(2)}.dir`;
const pointer = (name: string, digest: string) => `outs:\n- md5: ${digest}\n  hash: md5\n  path: ${name}\n`;
const TRACKED = {
  ...IN_GIT,
  'data/test.csv.dvc': pointer('test.csv', md5(BY_POINTER['data/test.csv'])),
  'data/other.csv.dvc': pointer('other.csv', md5(BY_POINTER['data/other.csv'])),
  'data/folder.dvc': pointer('folder', `${md5(LIST)}.dir`),
  // DVC 2 wrote no `hash`, and folded line ends.
  'data/legacy.csv.dvc': `outs:\n- md5: ${md5('x,y\n5,5\n')}\n  path: legacy.csv\n`,
  'dvc.yaml': 'stages: { split: { cmd: make split, outs: [made/by-stage.csv] } }\n',
  'dvc.lock': `schema: '2.0'\nstages:\n  split:\n    cmd: make split\n    outs:\n    - path: made/by-stage.csv\n      hash: md5\n      md5: ${md5('x\n7\n')}\n`,
  '.gitignore': '/data/*.csv\n/data/folder\n/made\n/.dvc\n',
};

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'origins-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
}

/** A check-out with all data in place. */
async function checkOut(): Promise<{ readonly folder: string; readonly sha: string }> {
  const folder = path.join(root, String(count++));
  await write(folder, { ...TRACKED, ...NAMED, ...MADE });
  await runGit(folder, ['init', '--quiet', '--initial-branch=main', '.']);
  await runGit(folder, ['add', '--all']);
  await runGit(folder, ['commit', '--quiet', '-m', 'data']);
  return { folder, sha: await runGit(folder, ['rev-parse', 'HEAD']) };
}

async function check(
  { folder, sha }: Awaited<ReturnType<typeof checkOut>>,
  files: readonly string[],
  { isFetched = false, expected = [sha] } = {},
) {
  const commit = await GitCommit.open({ directory: folder, env: hostEnvironment(), expected });
  if (commit === undefined) throw new Error('no commit');
  const cache = new DvcCache(path.join(folder, '.dvc', 'cache'));
  const origins = new CommitOrigins({
    commit,
    outputs: (await readTrackedProject(commit)).outputs,
    bytes: new FileDataBytes((name) => cache.path(name)),
    relative: (file) => (file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : undefined),
  });
  return origins.check(
    files.map((file) => path.join(folder, file)),
    isFetched,
  );
}

/** What the check says is wrong: one text a problem. */
async function problems(
  place: Awaited<ReturnType<typeof checkOut>>,
  files: readonly string[],
): Promise<readonly string[]> {
  return check(place, files).then(
    () => [],
    (error: UserError) => {
      expect(error.code).toBe('DATASET_MISMATCH');
      return error.problems.map(({ message, fix }) => `${message}. ${fix}`);
    },
  );
}

describe('CommitOrigins', () => {
  it('answers for every file that Git, a pointer, a folder list or a lock names, by the digests of its bytes', async () => {
    const place = await checkOut();
    for (const [file, text] of Object.entries(NAMED)) {
      expect(await check(place, [file]), file).toEqual({ origin: 'commit', note: undefined, digests: [sha256(text)] });
    }
    const all = await check(place, Object.keys(NAMED));
    expect(all).toMatchObject({ origin: 'commit', digests: Object.values(NAMED).map(sha256) });
  });

  it('refuses each of these files once its bytes differ, whatever else is written, and names file and both digests', async () => {
    const random = seededRandom(7);
    for (const [file, text] of Object.entries(NAMED)) {
      const place = await checkOut();
      const changed = `${text}${random.uniform()}`;
      // The pointers of the workspace agree with the new bytes: only the commit does not.
      const pointers = Object.fromEntries(
        Object.entries(TRACKED).map(([name, old]) => [name, old.replaceAll(md5(text), md5(changed))]),
      );
      await write(place.folder, { ...pointers, [file]: changed, [LIST_IN_CACHE]: LIST });
      await runGit(place.folder, ['add', '--all', '--force', '.']);
      await runGit(place.folder, ['commit', '--quiet', '-m', 'by a step']);
      const [problem = '', ...more] = await problems(place, Object.keys(NAMED));
      expect(more, file).toEqual([]);
      expect(problem).toContain(file);
      expect(problem).toMatch(/(MD5 [0-9a-f]{32}|sha256:[0-9a-f]{64}|another folder) there, (MD5 )?[0-9a-f:sh]+/);
      expect(problem).toContain(file in IN_GIT ? sha256(changed) : 'MD5');
    }
  });

  it('refuses a file that was added to a tracked folder, and tells of every wrong file at once', async () => {
    const place = await checkOut();
    await write(place.folder, { 'data/folder/more.csv': 'more\n', 'in-git.csv': 'other', 'data/test.csv': 'other' });
    const found = await problems(place, ['data/folder/more.csv', 'in-git.csv', 'data/test.csv', 'data/other.csv']);
    expect(found).toHaveLength(3);
    // A list in DVC's cache is believed for its digest alone.
    await write(place.folder, { [LIST_IN_CACHE]: LIST });
    expect((await check(place, ['data/folder/a.csv'])).origin).toBe('commit');
    expect((await problems(place, ['data/folder/more.csv']))[0]).toContain('data/folder/more.csv');
    const forged = LIST.replace(md5('a\n'), md5('forged'));
    await write(place.folder, {
      [LIST_IN_CACHE]: forged,
      'data/folder/a.csv': 'forged',
    });
    expect((await problems(place, ['data/folder/a.csv']))[0]).toContain('data/folder/a.csv');
  });

  it('says that the code under review made what nothing names, also as one of several', async () => {
    const place = await checkOut();
    for (const files of [['made/by-nobody.csv'], ['in-git.csv', 'made/by-nobody.csv'], ['../outside.csv']]) {
      await writeFile(path.join(root, 'outside.csv'), 'x\n');
      expect((await check(place, files)).origin).toBe('made');
    }
  });

  it('answers for what was fetched by its digest alone', async () => {
    const place = await checkOut();
    await write(place.folder, { 'in-git.csv': 'fetched' });
    const found = await check(place, ['in-git.csv'], { isFetched: true });
    expect(found).toEqual({ origin: 'fetched', note: undefined, digests: [sha256('fetched')] });
  });

  it('does not answer for files of a commit that the run is not for, and still refuses other bytes', async () => {
    const place = await checkOut();
    const elsewhere = { ...place, sha: 'f'.repeat(40) };
    const found = await check(elsewhere, ['in-git.csv']);
    expect(found).toMatchObject({ origin: 'unknown', note: expect.stringContaining(place.sha) });
    await write(place.folder, { 'in-git.csv': 'other' });
    expect(await problems(elsewhere, ['in-git.csv'])).toHaveLength(1);
  });
});
