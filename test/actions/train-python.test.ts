import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const CONFIG = `version: 1
models:
  m:
    task: regression
    artifact: model.txt
    train: { stages: [train] }
    data: { label: y }
    evaluate: { dataset: raw.csv, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;

type Files = Readonly<Record<string, string>>;

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-python-'));
});

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function repository(files: Files): Promise<DvcRepository> {
  count += 1;
  const made = await DvcRepository.create(path.join(root, `${count}`, 'repository'));
  await made.write({ 'tidegate.yaml': CONFIG, ...files });
  return made;
}

const train = (made: DvcRepository) =>
  runActionSource('train', { workspace: made.folder, temp: path.join(path.dirname(made.folder), 'temp') });

/** The stages of a lock: DVC runs those that do not wait for each other in any order. */
async function stagesOf(made: DvcRepository): Promise<readonly string[]> {
  return (await readFile(path.join(made.folder, 'dvc.lock'), 'utf8')).split(/^(?= {2}\S)/m).sort();
}

/** One stage for each parameters file, and one that waits for all. */
function pipeline(snippets: Files, keys: Readonly<Record<string, readonly string[]>> = {}): Files {
  const names = Object.keys(snippets);
  const stages = names.map((name) => {
    const params = JSON.stringify([{ [`${name}.py`]: keys[name] ?? null }]);
    return `  ${name}: { cmd: echo > ${name}.txt, params: ${params}, outs: [${name}.txt] }\n`;
  });
  const deps = JSON.stringify(names.map((name) => `${name}.txt`));
  const last = `  train: { cmd: echo > model.txt, deps: ${deps}, outs: [model.txt] }\n`;
  const files = Object.fromEntries(names.map((name) => [`${name}.py`, snippets[name] ?? '']));
  return { ...files, 'dvc.yaml': `stages:\n${stages.join('')}${last}` };
}

const SNIPPETS: Files = {
  integers: 'a = 1_000\nb = 0xFF\nc = 0o17\nd = 0b1_01\ne = 00\nf = 12345678901234567890123\ng = -0\n',
  floats:
    'a = 1.\nb = .5\nc = 1.e-3\nd = 1e22\ne = 0.1e-6\nf = -0.0\ng = 1e400\nh = -1e400\ni = 1_0.2_5e1_0\nj = 1e16\n',
  signs: 'a = - 1\nb = +2\nc = -(3)\nd = -(-4)\ne = +-5\nf = ~6\ng = not True\n',
  words: 'a = None\nb = True\nc = False\nd = nan\ne = x.y\n',
  quotes: `a = 'x'\nb = "it's"\nc = '''two\nlines'''\nd = """\n"quoted"\n"""\ne = ''\n`,
  prefixes: "a = r'\\n'\nb = u'x'\nc = R\"\\q\"\nd = f'{x}'\n",
  escapes: `a = '\\t\\\\\\'\\"\\x41\\u00e9\\U0001f600\\101\\0'\nb = 'a\\\nb'\nc = '\\q\\8'\n`,
  adjacent: "a = 'x' \"y\" '''z'''\nb = ('x'  # one\n     'y')\nc = 'x' f'y'\n",
  texts: "a = '2020-01-01'\nb = '1e3'\nc = 'a: b'\nd = 'yes'\ne = '# no'\nf = ' '\ng = 'é😀'\nh = 'null'\n",
  lists: 'a = []\nb = [1, 2.0, None]\nc = [[1], [[2]], []]\nd = [\n  1,  # one\n  2,\n]\ne = [*a]\n',
  tuples: "a = ()\nb = (1,)\nc = (1, 'x')\nd = 1, 2\ne = 3,\nf = (4)\n",
  maps: "a = {}\nb = {'y': 1, 'x': {'z': []}}\nc = {'a': 1, 'a': 2}\nd = {**b}\ne = {'k': lambda: 1}\n",
  keys: 'a = {1: 1.5, 0: 2.5}\nb = {2.5: 1, True: 2}\nc = {None: 1}\nd = {1: 1, True: 2, 1.0: 3}\n',
  order: "a = {'2': 1, '10': 2, '1': 3, 'b': 4}\n",
  annotated: "a: int = 1\nb: 'list[int]' = [1]\nc: int\n(d): int = 2\nself.e: float = 3\n",
  targets: 'a, b = 1, 2\nc = d = 3\n(e) = 4\nf[0] = 5\ng.h = 6\nself.i = 7\nself.j.k = 8\n[l] = [9]\n',
  updates: 'a = 1\na += 1\na = 2\nb = 1\ndel b\nc = 3\n',
  semicolons: 'a = 1; b = 2;\nclass C: x = 1; y = 2\n',
  classes: 'class A:\n  lr = 0.1\n  """doc"""\n  class B(Base, metaclass=M):\n    n = 1\nclass E:\n  pass\n',
  init: 'class A:\n  x = 1\n  def __init__(self, n=3):\n    self.x = 2\n    self.y: int = 4\n    z = 5\n    other.q = 6\n    self.w = n\n',
  decorated: '@dataclass\nclass A:\n  lr: float = 0.1\n  n: int = field(default=1)\n',
  functions: 'def f():\n  a = 1\nasync def __init__(self):\n  self.b = 2\ndef __init__(self):\n  self.c = 3\n',
  conditions: 'if True:\n  a = 1\nfor b in x:\n  c = 2\nd = 3 if x else 4\ne = 10 ** 3\nf = 1 + 2\n',
  comments: '# a = 1\nb = 2  # c = 3\n"""\nd = 4\n"""\n\n\te = 5\n'.replace('\n\te', '\ne'),
  program:
    'import os\nfrom a import *\n\nhome = os.environ["HOME"]\nlr = 0.1\n\nif __name__ == "__main__":\n  print(lr)\n',
  names: 'é = 1\nﬁ = 2\n_x = 3\nmatch = 4\ntype = 5\nself = 6\n',
  windows: 'a = 1\r\nb = """x\r\ny"""\r\n',
  continued: 'a = \\\n  1\nb = [1,\n2]; c = 3\n',
  last: 'a = 1',
  nothing: '',
};

describe('parameters in Python', () => {
  it(`of ${Object.keys(SNIPPETS).length} files are those that dvc repro records`, async () => {
    const files = pipeline(SNIPPETS);
    const [mine, theirs] = [await repository(files), await repository(files)];
    const trained = await train(mine);
    expect(trained.exitCode, trained.stdout).toBe(0);
    await theirs.dvc('repro', '--quiet', 'train');
    expect(await stagesOf(mine)).toEqual(await stagesOf(theirs));
    expect(await mine.dvc('status')).toContain('up to date');
    expect((await train(mine)).outputs.ran).toBe('false');
  });

  it('are taken by their keys, of classes, lists and tuples too, whatever else is in the file', async () => {
    const text =
      'class Train:\n  batch = 32\n  sizes = (1, (2, 3))\nlr = 0.1\nweights = {0: 0.5, 1: 2.0}\nodd = {1, 2}\nraw = b"x"\n';
    const files = pipeline({ p: text }, { p: ['Train.batch', 'Train.sizes.0', 'lr', 'weights.1', 'Train.sizes.-1'] });
    const [mine, theirs] = [await repository(files), await repository(files)];
    const trained = await train(mine);
    expect(trained.exitCode, trained.stdout).toBe(0);
    await theirs.dvc('repro', '--quiet', 'train');
    expect(await stagesOf(mine)).toEqual(await stagesOf(theirs));
  });

  it('change as they do for dvc repro, for which a tuple within a value is another one each time', async () => {
    const of = (value: string) => pipeline({ p: `t = ${value}\n` }, { p: ['t'] });
    for (const [value, ran] of [
      ['(1, 2)', 'false'],
      ['[(1, 2)]', 'true'],
      ['{1: (1,)}', 'true'],
    ] as const) {
      const made = await repository(of(value));
      expect((await train(made)).exitCode).toBe(0);
      expect((await made.dvc('repro', '--dry', 'train')).includes("Running stage 'p'"), value).toBe(ran === 'true');
      expect((await train(made)).outputs.ran, value).toBe(ran);
    }
  });

  it('can be variables of dvc.yaml', async () => {
    const files = {
      'params.py': "lr = 0.1\nsizes = [1, 2]\nmodels = {'cnn': {'depth': 3}}\npair = (1, 2)\n",
      'dvc.yaml': `vars: ['params.py:lr,sizes,models']
stages:
  size:
    foreach: \${sizes}
    do: { cmd: 'echo \${item} > \${item}.txt', outs: ['\${item}.txt'] }
  train:
    cmd: echo \${lr} \${models} > model.txt
    deps: [1.txt, 2.txt]
    params: [params.py: [models.cnn]]
    outs: [model.txt]
`,
    };
    const [mine, theirs] = [await repository(files), await repository(files)];
    const trained = await train(mine);
    expect(trained.exitCode, trained.stdout).toBe(0);
    await theirs.dvc('repro', '--quiet', 'train');
    expect(await stagesOf(mine)).toEqual(await stagesOf(theirs));
  });

  it.each([
    ['a set', 't = {1, 2}\n', 'a set'],
    ['a set within a list', 't = [set()]\n', 'holds a set'],
    ['bytes', "t = b'x'\n", 'bytes'],
    ['a complex number', 't = 1+2j\n', 'a complex number'],
    ['an ellipsis', 't = ...\n', 'an ellipsis'],
    ['keys of several kinds', "t = {1: 1, 'a': 2}\n", 'keys of several kinds'],
    ['tuples as keys', 't = {(1, 2): 3}\n', 'tuples'],
    ['a list as a key', 't = 1\nu = {[1]: 2}\n', 'a list is a key'],
    ['a text without an end', 't = 1\nu = "x\n', 'p.py'],
    ['an indented line', 't = 1\nu = 2\n  v = 3\n', 'indented'],
    ['a conflict of a merge', '<<<<<<< HEAD\nt = 1\n=======\nt = 2\n>>>>>>> b\n', 'marks of a merge conflict'],
    ['a number with a zero first', 't = 1\nu = 012\n', '012 is not a number'],
    ['an escape that is cut', "t = 1\nu = '\\x4'\n", 'escape'],
    ['an absent parameter', 'u = 1\n', 'missing'],
    ['a value that is no literal', 't = 10 ** 3\n', 'missing'],
  ])('are refused for %s, as DVC refuses them', async (_, text, message) => {
    const made = await repository(pipeline({ p: text }, { p: ['t'] }));
    const trained = await train(made);
    expect(trained.exitCode, trained.stdout).toBe(1);
    expect(trained.stdout).not.toContain('defect of Tidegate');
    expect(trained.stdout).toContain(message);
    await expect(made.dvc('repro', 'train')).rejects.toThrow();
  });

  it.each([
    ['(1, 2)', 'a tuple'],
    ['{1, 2}', 'a set'],
    ['2j', 'a complex number'],
  ])('are no variables where the file has %s, as for DVC', async (value, message) => {
    const pipelineText = `vars: [params.py]\nstages: { train: { cmd: 'echo \${lr} > model.txt', outs: [model.txt] } }\n`;
    const made = await repository({ 'params.py': `lr = 1\nt = ${value}\n`, 'dvc.yaml': pipelineText });
    const trained = await train(made);
    expect(trained.exitCode, trained.stdout).toBe(1);
    expect(trained.stdout).toContain(message);
    await expect(made.dvc('repro', 'train')).rejects.toThrow();
    await made.write({ 'dvc.yaml': pipelineText.replace('params.py', "'params.py:lr'") });
    expect((await train(made)).exitCode).toBe(0);
  });
});
