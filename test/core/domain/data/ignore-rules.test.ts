import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIsIgnored, type IgnoreFile } from '../../../../core/domain/data/ignore-rules.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

/** Files of a tree: their texts by path. */
type Tree = Readonly<Record<string, string>>;

const NAMES = ['a', 'b', 'ab', 'A', 'foo', 'foo.txt', 'b.log', '#x', '!y', 'x y', 'a*', '[a]', 'é', '.git', '.hg'];
const PARTS = [
  ...['a', 'b', '*', '**', 'a*', '?', '[ab]', '[!a]', 'foo', '*.txt', '*.log', 'f?o', 'A', '\\#x', '\\!y', '#x', '!y'],
  ...['x y', 'x\\ y', '\\*', 'a\\*', '[a-b]', '[^a]', 'a**', '**b', 'é', '.git'],
];

/** Trees with lines that people write, and what each is about. */
const CASES: readonly { readonly about: string; readonly tree: Tree }[] = [
  { about: 'names anywhere', tree: { '.dvcignore': '*.log\n', 'a.log': '', 'd/b.log': '', 'd/b.log.txt': '' } },
  { about: 'anchored names', tree: { '.dvcignore': '/top\nd/in\n', top: '', 'd/top': '', 'd/in': '', 'e/d/in': '' } },
  { about: 'folders only', tree: { '.dvcignore': 'build/\n', 'build/x': '', 'd/build': '', 'e/build/x': '' } },
  { about: 'two stars', tree: { '.dvcignore': 'a/**/c\n**/z\n', 'a/c': '', 'a/b/b/c': '', 'b/c': '', 'x/y/z': '' } },
  { about: 'all below a folder', tree: { '.dvcignore': 'raw/**\n!raw/keep\n', 'raw/keep': '', 'raw/a': '', raws: '' } },
  { about: 'a negated name', tree: { '.dvcignore': '*.txt\n!keep.txt\n', 'a.txt': '', 'd/keep.txt': '' } },
  { about: 'a negated folder', tree: { '.dvcignore': '*\n!keep\n', 'keep/a': '', 'keep/d/b': '', other: '' } },
  { about: 'a negated folder with /', tree: { '.dvcignore': '*\n!keep/\n', 'keep/a': '', 'keep/d/b': '', other: '' } },
  { about: 'a name in a folder that is left out', tree: { '.dvcignore': 'd\n!d/a\n', 'd/a': '', e: '' } },
  { about: 'spaces at the end', tree: { '.dvcignore': 'a  \nb\t\n  c\n', a: '', b: '', c: '', 'a ': '' } },
  { about: 'a backslash at the end', tree: { '.dvcignore': 'a\\ \n', 'a ': '', a: '' } },
  { about: 'a hash and a bang', tree: { '.dvcignore': '# x\n\\#a\n\\!b\n', '# x': '', '#a': '', '!b': '', a: '' } },
  { about: 'case', tree: { '.dvcignore': 'Data\n*.CSV\n', data: '', 'd/Data': '', 'a.csv': '', 'a.CSV': '' } },
  { about: 'line ends', tree: { '.dvcignore': 'a\r\nb\rc\n\n', a: '', b: '', c: '', d: '' } },
  { about: 'sets', tree: { '.dvcignore': '[!a]b\n[x-z]1\n', ab: '', cb: '', x1: '', a1: '' } },
  {
    about: 'signs of regular expressions',
    tree: { '.dvcignore': 'a.b\nc+\n(d)\n', 'a.b': '', aXb: '', 'c+': '', cc: '', '(d)': '' },
  },
  {
    about: 'a file in a folder',
    tree: {
      '.dvcignore': '*.log\n',
      'd/.dvcignore': '!b.log\n/sub\n',
      'd/b.log': '',
      'd/sub/x': '',
      'd/e/sub/x': '',
      sub: '',
    },
  },
  { about: 'a file that leaves out its own folder', tree: { 'd/.dvcignore': '**\n', 'd/a': '', b: '' } },
  { about: 'a file in a folder that is left out', tree: { '.dvcignore': 'd\n', 'd/.dvcignore': '!a\n', 'd/a': '' } },
  { about: 'nothing but stars', tree: { '.dvcignore': '*/\n', 'd/a': '', b: '' } },
  { about: 'folders of version control', tree: { '.git/a': '', 'd/.git': '', 'e/.hg/a': '', 'f/.hg': '', b: '' } },
  { about: 'the same with rules', tree: { '.dvcignore': 'b\n', '.git/a': '', 'd/.git': '', 'e/.hg/a': '', b: '' } },
];

/** Trees and lines by chance. */
function randomTrees(count: number): readonly Tree[] {
  const random = seededRandom(3);
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  const pick = (list: readonly string[]) => list[below(list.length)] ?? '';
  const some = (most: number, list: readonly string[]) => Array.from({ length: 1 + below(most) }, () => pick(list));
  const line = () => {
    const sign = pick(['', '', '!']);
    return `${sign}${pick(['', '', '/'])}${some(3, PARTS).join('/')}${pick(['', '', '', '/'])}${pick(['', '', ' ', '\t'])}`;
  };
  const lines = (most: number) => Array.from({ length: 1 + below(most) }, line).join('\n');
  return Array.from({ length: count }, () => {
    const paths = Array.from({ length: 4 + below(8) }, () => some(4, NAMES).join('/'));
    const files = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
    const nested = files.find((path) => path.includes('/'));
    const within = nested === undefined ? {} : { [`${nested.slice(0, nested.lastIndexOf('/'))}/.dvcignore`]: lines(2) };
    return { ...Object.fromEntries(files.map((path) => [path, ''])), '.dvcignore': lines(3), ...within };
  });
}

/** The files of a tree that our rules leave, from the root down. */
function leftOf(tree: Tree): readonly string[] | string {
  try {
    return filesBelow(tree, '', []).toSorted();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
  }
}

function filesBelow(tree: Tree, folder: string, above: readonly IgnoreFile[]): readonly string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const text = tree[`${prefix}.dvcignore`];
  const isRead = text !== undefined && !createIsIgnored(above)(`${prefix}.dvcignore`, 'file');
  const files = isRead ? [...above, { folder, text }] : above;
  const isIgnored = createIsIgnored(files);
  const rest = Object.keys(tree).flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []));
  return [...new Set(rest.map((path) => path.split('/')[0] ?? ''))].flatMap((name) => {
    const path = `${prefix}${name}`;
    const isFile = rest.includes(name);
    if (isIgnored(path, isFile ? 'file' : 'folder')) return [];
    return isFile ? [path] : filesBelow(tree, path, files);
  });
}

const byChance = randomTrees(600);
let asDvc: readonly (readonly string[] | string)[];

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  const input = JSON.stringify([...CASES.map(({ tree }) => tree), ...byChance]);
  const script = join(import.meta.dirname, 'ignore-rules.py');
  const run = spawnSync(join(bin, 'python'), [script], { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (run.status !== 0) throw new Error(run.stderr);
  asDvc = JSON.parse(run.stdout);
}, 120_000);

describe('createIsIgnored', () => {
  it.each(CASES.map((one, index) => ({ ...one, index })))('leaves what DVC leaves: $about', ({ tree, index }) => {
    const expected = asDvc[index];
    expect(leftOf(tree)).toEqual(typeof expected === 'string' ? 'DVC_INVALID' : expected);
  });

  it('leaves what DVC leaves of trees and lines by chance', () => {
    const different = byChance.flatMap((tree, index) => {
      const [ours, theirs] = [leftOf(tree), asDvc[CASES.length + index]];
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ tree, ours, theirs }];
    });
    expect(different).toEqual([]);
  });

  it('names the file and the line of a pattern that DVC refuses', () => {
    const read = () => createIsIgnored([{ folder: 'd', text: 'a\n\nb\\ \n' }]);
    expect(read).toThrow(expect.objectContaining({ code: 'DVC_INVALID', place: { file: 'd/.dvcignore', line: 3 } }));
  });
});
