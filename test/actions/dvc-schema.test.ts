import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runActionSource } from '../../testkit/run-action.ts';

let root: string;
let repository: DvcRepository;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-schema-'));
  repository = await DvcRepository.create(path.join(root, 'repository'));
  await repository.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (action: string, inputs: Readonly<Record<string, string>>) =>
  runActionSource(action, { workspace: repository.folder, temp: path.join(root, 'temp'), inputs });

const pointer = (more: string) => `outs:\n- md5: 401b30e3b8b5d629635a5c613cdb7919\n  hash: md5\n  path: x.csv\n${more}`;
const pipeline = (outs: string, more = '') => `stages:\n  s:\n    cmd: touch o p\n    ${outs}\n${more}`;

describe('what the schema of DVC refuses is refused by name', () => {
  it.each<{ file: string; text: string; message: string }>([
    { file: 'x.csv.dvc', text: pointer('frozn: true\n'), message: 'the unknown key "frozn". Did you mean "frozen"?' },
    { file: 'x.csv.dvc', text: pointer('  puhs: false\n'), message: 'the unknown key "puhs". Did you mean "push"?' },
    { file: 'x.csv.dvc', text: pointer('  push: "false"\n'), message: 'push is not true or false' },
    { file: 'x.csv.dvc', text: pointer('deps:\n- pth: a\n'), message: 'an entry of deps: the unknown key "pth"' },
    { file: 'dvc.yaml', text: pipeline('outs: [o]', 'stagse: {}\n'), message: 'the unknown key "stagse"' },
    {
      file: 'dvc.yaml',
      text: pipeline('outs: [{o: {cahce: false}}]'),
      message: 'stage "s": o: the unknown key "cahce"',
    },
    { file: 'dvc.yaml', text: pipeline('outs: [{o: {cache: "no"}}]'), message: 'o: cache is not true or false' },
    { file: 'dvc.yaml', text: pipeline('outs: [{o: }]'), message: 'o of outs has flags that are not a mapping' },
    {
      file: 'dvc.yaml',
      text: `<<<<<<< HEAD\n${pipeline('outs: [o]')}=======\n>>>>>>> b\n`,
      message: 'dvc.yaml:1: the file has the marks of a merge conflict',
    },
  ])('$file: $message', async ({ file, text, message }) => {
    await repository.write({ [file]: text });
    try {
      await expect(repository.dvc('status')).rejects.toThrow();
      const refused = await run('data-pull', { targets: 'all' });
      expect(refused.exitCode).toBe(1);
      expect(refused.stdout).toContain(message);
    } finally {
      await rm(path.join(repository.folder, file));
    }
  });
});

it.each([
  { text: '', message: 'dvc.lock: is not a mapping' },
  { text: 'null\n', message: 'dvc.lock: is not a mapping' },
  { text: "schema: '2.0'\nstages:\n", message: 'dvc.lock: stages is not a mapping' },
])('a dvc.lock that DVC refuses is refused by train, and not taken for none: $text', async ({ text, message }) => {
  await repository.write({ 'dvc.yaml': pipeline('outs: [o]'), 'dvc.lock': text });
  await expect(repository.dvc('repro')).rejects.toThrow("'./dvc.lock' validation failed");
  const refused = await run('train', { stages: 's' });
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toContain(message);
});

it('an entry of outs that names several outputs is all of them, and flags of a path add up, as for DVC', async () => {
  const text = pipeline('outs: [{o: {persist: true}, p: {cache: false}}, {o: {push: false}}]');
  await repository.write({ 'dvc.yaml': text, 'dvc.lock': "schema: '2.0'\n" });
  await repository.dvc('repro', '--quiet');
  const lock = await readFile(path.join(repository.folder, 'dvc.lock'), 'utf8');
  await repository.write({ 'dvc.lock': "schema: '2.0'\n" });
  const trained = await run('train', { stages: 's' });
  expect(trained.exitCode, trained.stdout).toBe(0);
  expect(await readFile(path.join(repository.folder, 'dvc.lock'), 'utf8')).toBe(lock);
});
