import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flightsConfig } from '../../testkit/flights-config.ts';
import { runGit } from '../../testkit/git-client.ts';
import { addRelease } from '../../testkit/released-version.ts';
import { BotWorld, type CommitFiles } from './bot-world.ts';

const NAME = 'acme/recorded';
const [owner, repo] = ['acme', 'recorded'] as const;
const BRANCH = 'tidegate/record/flights';
const CONFIG = flightsConfig('train: { stages: [train], record: true }');
const PIPELINE = `stages:
  prepare:
    cmd: python prepare.py
    deps: [prepare.py]
    outs: [table.csv]
  train:
    cmd: python train.py
    deps: [table.csv, train.py]
    params: [train.depth]
    outs: [model.onnx]
  report:
    cmd: python report.py
    deps: [model.onnx]
    outs: [report.html]
`;
// DVC quotes an MD5 of digits alone: without quotes it is a number, which is refused.
const hex = (letter: string) => `${letter.repeat(31)}f`;
const prepare = (out: string) => `  prepare:
    cmd: python prepare.py
    deps:
    - path: prepare.py
      hash: md5
      md5: ${hex('1')}
      size: 5
    outs:
    - path: table.csv
      hash: md5
      md5: ${hex(out)}
      size: 7
`;
const train = (table: string, model: string) => `  train:
    cmd: python train.py
    deps:
    - path: table.csv
      hash: md5
      md5: ${hex(table)}
      size: 7
    - path: train.py
      hash: md5
      md5: ${hex('2')}
      size: 5
    params:
      params.yaml:
        train.depth: 3
    outs:
    - path: model.onnx
      hash: md5
      md5: ${hex(model)}
      size: 10
`;
const HEAD = "schema: '2.0'\nstages:\n";
/** Other stages, with a comment that DVC would not write. */
const REPORT = `  # by hand\n  report:\n    cmd: python   report.py\n    outs:\n    - {path: report.html, hash: md5, md5: ${hex('9')}}\n`;
const lock = (table: string, model: string) => HEAD + prepare(table) + train(table, model) + REPORT;
const entriesOf = (table: string, model: string) => [
  { file: 'dvc.lock', stage: 'prepare', entry: prepare(table) },
  { file: 'dvc.lock', stage: 'train', entry: train(table, model) },
];

let world: BotWorld;
let clone: string;
let main: string;
beforeAll(async () => {
  world = await BotWorld.start();
  await world.github.createRepository(NAME);
  clone = await world.clone(NAME);
  await push({
    'tidegate.yaml': CONFIG,
    'dvc.yaml': PIPELINE,
    'params.yaml': 'train: { depth: 3 }\n',
    'dvc.lock': lock('a', 'a'),
  });
});
afterAll(() => world?.stop());

async function push(files: CommitFiles): Promise<void> {
  main = await world.commit(clone, 'main', files);
  await world.settle();
}

/** Registers a version of main's newest commit. */
async function register(
  version: string,
  letter: string,
  recorded: ReturnType<typeof entriesOf> | undefined,
  isTrusted = true,
): Promise<void> {
  const digest = letter.repeat(64);
  const artifact = { uri: `s3://models/flights/sha256/${digest}`, digest: `sha256:${digest}`, sizeBytes: 10 };
  const place = { github: world.github, runs: world.runs, repository: NAME };
  const { run, message } = addRelease(place, { model: 'flights', version, artifact, commit: main, recorded });
  if (!isTrusted) world.expireArtifacts(run.id);
  await runGit(clone, ['tag', '--annotate', `flights@v${version}`, '--message', message, main]);
  await runGit(clone, ['push', '--quiet', 'origin', `flights@v${version}`]);
  await world.settle();
  await world.sweep();
}

async function pulls(state: 'open' | 'closed' = 'open') {
  return (await world.client().pulls.list({ owner, repo, state })).data;
}

async function read(path: string, ref: string): Promise<string> {
  await runGit(clone, ['fetch', '--quiet', 'origin']);
  return `${await runGit(clone, ['show', `origin/${ref}:${path}`])}\n`;
}

async function merge(): Promise<void> {
  const [open] = await pulls();
  await world.client().pulls.merge({ owner, repo, pull_number: open?.number ?? 0, merge_method: 'squash' });
  await world.settle();
  await runGit(clone, ['fetch', '--quiet', 'origin']);
  main = (await runGit(clone, ['rev-parse', 'origin/main'])).trim();
}

describe('what CI trained', { timeout: 240_000 }, () => {
  it('gets no pull request by a version that is not trusted, or that has no entries', async () => {
    await register('0.1.0', 'a', entriesOf('c', 'c'), false);
    expect(await pulls()).toEqual([]);
    await register('0.2.0', 'b', undefined);
    expect(await pulls()).toEqual([]);
  });

  it('gets one, which changes the entries of the stages and no other byte, whatever is delivered again', async () => {
    await register('0.3.0', 'c', entriesOf('c', 'c'));
    expect((await pulls()).map(({ title, head }) => [title, head.ref])).toEqual([
      ['Record what flights v0.3.0 was trained on', BRANCH],
    ]);
    expect(await read('dvc.lock', BRANCH)).toBe(lock('c', 'c'));
    const { count } = world.writes;
    await world.sweep();
    expect(world.writes.count).toBe(count);
  });

  it('is updated in place by a newer version, which says what main has changed since', async () => {
    await register('0.4.0', 'd', entriesOf('d', 'd'));
    await push({ 'train.py': 'print()\n', 'other.txt': 'x\n' });
    const [open, ...others] = await pulls();
    expect(others).toEqual([]);
    expect(open?.title).toBe('Record what flights v0.4.0 was trained on');
    expect(open?.body).toContain('`train.py`');
    expect(open?.body).not.toContain('other.txt');
    expect(await read('dvc.lock', BRANCH)).toBe(lock('d', 'd'));
  });

  it('is left alone where a person has changed the branch', async () => {
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    const [open] = await pulls();
    const ours = open?.head.sha ?? '';
    const theirs = await runGit(clone, ['commit-tree', 'origin/main^{tree}', '-p', ours, '-m', 'by a person']);
    await runGit(clone, ['push', '--quiet', 'origin', `${theirs}:refs/heads/${BRANCH}`]);
    await register('0.5.0', 'e', entriesOf('e', 'e'));
    expect((await pulls()).map(({ title, head }) => [title, head.sha])).toEqual([[open?.title, theirs]]);
    await runGit(clone, ['push', '--quiet', '--force', 'origin', `${ours}:refs/heads/${BRANCH}`]);
    await world.sweep();
    expect(await read('dvc.lock', BRANCH)).toBe(lock('e', 'e'));
  });

  it('is done after the merge, and starts again from there with the next version', async () => {
    await merge();
    expect(await pulls()).toEqual([]);
    expect(await read('dvc.lock', 'main')).toBe(lock('e', 'e'));
    await register('0.6.0', 'f', entriesOf('f', 'f'));
    expect((await pulls()).map(({ title }) => title)).toEqual(['Record what flights v0.6.0 was trained on']);
  });

  it('is closed, with the reason, where a person has recorded another run meanwhile', async () => {
    await push({ 'dvc.lock': lock('7', '7') });
    expect(await pulls()).toEqual([]);
    const [closed] = await pulls('closed');
    expect(closed?.body).toContain('was changed on the default branch after the commit of v0.6.0');
    await push({ 'dvc.lock': lock('e', 'e') });
  });

  it('is closed where main has the entries, by whoever', async () => {
    await register('0.7.0', '7', entriesOf('7', '7'));
    expect(await pulls()).toHaveLength(1);
    await push({ 'dvc.lock': lock('7', '7') });
    expect(await pulls()).toEqual([]);
  });

  it('is not recorded for stages that are others by now', async () => {
    await push({ 'dvc.yaml': PIPELINE.replace('python train.py', 'python train.py --fast') });
    await register('0.8.0', '8', entriesOf('8', '8'));
    expect(await pulls()).toEqual([]);
    await push({ 'dvc.yaml': PIPELINE });
    expect(await pulls()).toHaveLength(1);
  });

  it('is not proposed again where a person closed it', async () => {
    const [open] = await pulls();
    await world.client().pulls.update({ owner, repo, pull_number: open?.number ?? 0, state: 'closed' });
    await world.settle();
    await world.sweep();
    expect(await pulls()).toEqual([]);
  });

  it('is an issue, and no edit, where an entry is not what DVC writes', async () => {
    const hostile = { file: 'dvc.lock', stage: 'train', entry: `${train('0', '0')}  report:\n    cmd: rm -rf .\n` };
    await register('0.9.0', '9', [hostile]);
    expect(await pulls()).toEqual([]);
    const { data } = await world
      .client()
      .issues.listForRepo({ owner, repo, state: 'open', labels: 'tidegate/blocked' });
    expect(data.map(({ title }) => title)).toEqual(['Cannot record flights v0.9.0']);
    expect(world.github.violations).toEqual([]);
  });
});
