import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DvcProjectReader } from '../../../../core/adapters/dvc/dvc-project-reader.ts';
import { readIgnoredPaths } from '../../../../core/adapters/git/ignored-paths.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

const pointer = (name: string) => `outs:\n- md5: 401b30e3b8b5d629635a5c613cdb7919\n  hash: md5\n  path: ${name}\n`;
const BROKEN = 'outs: [no pointer]\n';
let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-walk-'));
  await runProgram('git', ['init', '--quiet', '.'], { cwd: root, env: hostEnvironment() });
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('reads the files of DVC that DVC reads, and none in outputs, in what Git ignores or in another project', async () => {
  const files = {
    '.gitignore': '/made\n/venv/\n*.own.dvc\n',
    '.dvcignore': 'left/\n',
    'dvc.yaml': 'stages:\n  a: { cmd: make, outs: [made, up] }\n',
    'made/x.dvc': BROKEN,
    'up/deep/dvc.yaml': BROKEN,
    'venv/lib/dvc.yaml': BROKEN,
    'mine.own.dvc': BROKEN,
    'left/x.dvc': BROKEN,
    'other/.dvc/config': '',
    'other/x.dvc': BROKEN,
    'near.dvc': pointer('elsewhere.csv'),
    'near/b.csv.dvc': pointer('b.csv'),
    'node_modules/p/c.csv.dvc': pointer('c.csv'),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  const env = hostEnvironment();
  const readIgnored = () => readIgnoredPaths({ directory: root, env });
  const { outputs } = await new DvcProjectReader({ root, env, readIgnored }).read();
  const paths = outputs.map((output) => output.path);
  expect(paths).toEqual(['elsewhere.csv', 'made', 'near/b.csv', 'node_modules/p/c.csv', 'up']);
});
