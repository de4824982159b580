import { describe, expect, it } from 'vitest';
import { parsePlain } from '../../../../core/adapters/dvc/parse-plain.ts';
import { readRecordedStage } from '../../../../core/domain/train/recorded-stage.ts';
import { spliceLock } from '../../../../core/domain/train/splice-lock.ts';

const HEAD = "schema: '2.0'\nstages:\n";
const entry = (stage: string, md5: string) =>
  `  ${stage}:\n    cmd: python ${stage}.py\n    outs:\n    - path: ${stage}.bin\n      hash: md5\n      md5: ${md5.repeat(32)}\n      size: 3\n`;
const of = async (stage: string, md5: string) =>
  readRecordedStage({ file: 'dvc.lock', stage, entry: entry(stage, md5) }, parsePlain);
const spliced = async (text: string | undefined, ...stages: [string, string][]) =>
  spliceLock(text, await Promise.all(stages.map(([stage, md5]) => of(stage, md5))), parsePlain);

describe('spliceLock', () => {
  it.each(['first', 'middle', 'last'])('replaces the %s entry, and no other byte', async (stage) => {
    const lock = (changed: string) =>
      HEAD + ['first', 'middle', 'last'].map((name) => entry(name, name === stage ? changed : 'a')).join('');
    expect(await spliced(lock('a'), [stage, 'b'])).toBe(lock('b'));
  });

  it('keeps comments, empty lines, other spellings, and what comes after the stages', async () => {
    const around = (own: string) =>
      `# top\n${HEAD}  # of a\n  "a":   {cmd: x}\n\n${own}\n  # of c\n  c:\n    cmd: |\n      one\n      # two\n\n# end\ndatasets: []\n`;
    expect(await spliced(around(entry('b', 'a')), ['b', 'b'])).toBe(around(entry('b', 'b')));
  });

  it.each(['# c', '  # c', '    # c', '      # c', '          # c', '\n      # c\n\n    # d\n'])(
    'keeps what comes after an entry: %j',
    async (after) => {
      const lock = (first: string, last: string) =>
        `${HEAD}${entry('a', first)}${after}\n${entry('b', last)}${after}\n`;
      expect(await spliced(lock('a', 'a'), ['a', 'b'])).toBe(lock('b', 'a'));
      expect(await spliced(lock('a', 'a'), ['b', 'b'])).toBe(lock('a', 'b'));
      expect(await spliced(lock('a', 'a'), ['a', 'c'], ['b', 'b'])).toBe(lock('c', 'b'));
    },
  );

  it('replaces the whole of a block scalar, with lines in it that look like comments', async () => {
    for (const cmd of ['|\n      one\n      # two\n', '|+\n      one\n\n', '>-\n      one\n      # two\n']) {
      const lock = (own: string) => `${HEAD}${own}${entry('b', 'a')}`;
      expect(await spliced(lock(`  a:\n    cmd: ${cmd}`), ['a', 'b'])).toBe(lock(entry('a', 'b')));
    }
    const empty = `${HEAD}  a:\n    cmd: x\n    deps:\n      # none\n${entry('b', 'a')}`;
    expect(await spliced(empty, ['a', 'b'])).toBe(`${HEAD}${entry('a', 'b')}      # none\n${entry('b', 'a')}`);
  });

  it('adds what is new after the last entry, in order', async () => {
    expect(await spliced(HEAD + entry('a', 'a'), ['b', 'b'], ['c', 'c'])).toBe(
      HEAD + entry('a', 'a') + entry('b', 'b') + entry('c', 'c'),
    );
  });

  it.each([
    { name: 'no file', text: undefined },
    { name: 'an empty file', text: '' },
    { name: 'a lock without stages', text: "schema: '2.0'\nstages: {}\n" },
    { name: 'a lock with a schema alone', text: "schema: '2.0'\n" },
  ])('makes a lock of $name', async ({ text }) => {
    expect(await spliced(text, ['a', 'a'])).toBe(HEAD + entry('a', 'a'));
  });

  it('keeps line ends of Windows, and ends a last line that is open', async () => {
    const crlf = (md5: string) => (HEAD + entry('a', md5)).replaceAll('\n', '\r\n');
    expect(await spliced(crlf('a'), ['a', 'b'])).toBe(crlf('b'));
    expect(await spliced((HEAD + entry('a', 'a')).trimEnd(), ['b', 'b'])).toBe(
      HEAD + entry('a', 'a') + entry('b', 'b'),
    );
  });

  it.each([
    { name: 'stages in one line', text: "schema: '2.0'\nstages: {a: {cmd: x}}\n" },
    { name: 'another column', text: `schema: '2.0'\nstages:\n   a: {cmd: x}\n` },
    { name: 'an anchor that another stage uses', text: `${HEAD}  a:\n    cmd: &x y\n  b:\n    cmd: *x\n` },
    { name: 'another schema', text: "schema: '1.0'\nstages:\n  a:\n    cmd: x\n" },
  ])('refuses $name', async ({ text }) => {
    await expect(spliced(text, ['a', 'a'])).rejects.toMatchObject({ code: expect.stringMatching(/^DVC_/) });
  });
});
