import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { listenOnLoopback, readBody } from '../../testkit/http.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';

const CONFIG = `version: 1
models:
  m:
    task: regression
    artifact: model.bin
    train: { command: "true" }
    data: { label: y }
    evaluate: { dataset: data, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;
const PIPELINE = `stages:
  prepare:
    foreach: [a, b]
    do:
      cmd: mkdir -p made && cp raw/\${item} made/\${item}
      deps: ['raw/\${item}']
      outs: ['made/\${item}']
  split:
    matrix:
      part: [one, two]
    cmd: echo \${item.part} > \${item.part}.txt
    outs: ['\${item.part}.txt']
  inside:
    wdir: sub
    cmd: echo inside > made.txt
    outs: [made.txt]
  kept:
    frozen: true
    cmd: echo kept > kept.txt
    outs: [kept.txt]
  score:
    cmd: 'echo 1 > score.json; mkdir -p plots; echo 2 > plots/p; echo 3 > private.txt'
    metrics: [score.json: {cache: false}]
    outs: [plots, private.txt: {push: false}]
`;

let root: string;
let origin: DvcRepository;
let lockBefore: string;
let pushed: ActionRun;
let count = 0;

const place = (name: string): string => {
  count += 1;
  return path.join(root, `${name}-${count}`, 'repository');
};

const ours = (
  name: string,
  repository: DvcRepository,
  options: { inputs?: Record<string, string>; env?: Record<string, string> } = {},
) =>
  runActionSource(name, {
    workspace: repository.folder,
    temp: path.join(path.dirname(repository.folder), 'temp'),
    inputs: { targets: 'all', ...options.inputs },
    env: options.env ?? {},
  });

const text = (repository: DvcRepository, file: string) => readFile(path.join(repository.folder, file), 'utf8');

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-pipelines-'));
  origin = await DvcRepository.create(place('origin'));
  await origin.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
  await origin.write({
    'tidegate.yaml': CONFIG,
    // Frozen stages do not run, so that it is made first.
    'dvc.yaml': PIPELINE.replace('    frozen: true\n', ''),
    'raw/a': 'a',
    'raw/b': 'b',
    'sub/.keep': '',
    'deep/data/x': 'x',
    'deep/single.bin': 'single',
  });
  await origin.dvc('add', '--quiet', 'raw', 'deep/data');
  // A .dvc file whose paths are relative to another folder than its own.
  await origin.dvc('add', '--quiet', 'deep/single.bin');
  const single = await text(origin, 'deep/single.bin.dvc');
  await rm(path.join(origin.folder, 'deep/single.bin.dvc'));
  await origin.write({ 'single.dvc': `wdir: deep\n${single}` });
  await origin.dvc('repro', '--quiet');
  await origin.write({ 'dvc.yaml': PIPELINE });
  await origin.commit('pipeline');
  lockBefore = await text(origin, 'dvc.lock');
  pushed = await ours('data-push', origin);
}, 120_000);

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

describe('the outputs of stages', () => {
  it('are pushed with dvc.lock left as dvc wrote it, and the real dvc finds all of them', async () => {
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    expect(pushed.outputs).toMatchObject({ 'changed-files': '' });
    expect(await text(origin, 'dvc.lock')).toBe(lockBefore);
    expect(await origin.git('status', '--porcelain')).toBe('');
    expect(await origin.dvc('status', '--cloud')).toContain('in sync');
    const checked = await ours('data-pull', origin, { inputs: { 'check-only': 'true', 'allow-missing': 'true' } });
    expect(checked.exitCode, checked.stdout).toBe(0);
    expect(checked.outputs.missing, 'what is never pushed').toBe('private.txt');
  });

  it('of foreach, matrix, wdir and frozen stages are pulled, all or by the names of their stages', async () => {
    const clone = await origin.clone(place('clone'));
    const some = await ours('data-pull', clone, { inputs: { targets: 'prepare@a\nsplit@two\ninside' } });
    expect(some.exitCode, some.stdout).toBe(0);
    expect(some.outputs).toMatchObject({ files: '3', 'files-downloaded': '3' });
    expect(await text(clone, 'made/a')).toBe('a');
    expect(await text(clone, 'two.txt')).toBe('two\n');
    expect(await text(clone, 'sub/made.txt')).toBe('inside\n');
    const all = await ours('data-pull', clone, { inputs: { 'allow-missing': 'true' } });
    expect(all.exitCode, all.stdout).toBe(0);
    for (const file of ['made/b', 'one.txt', 'kept.txt', 'plots/p', 'raw/a', 'deep/data/x', 'deep/single.bin']) {
      expect(existsSync(path.join(clone.folder, file)), file).toBe(true);
    }
    expect(existsSync(path.join(clone.folder, 'private.txt'))).toBe(false);
    const theirs = await origin.clone(place('theirs'));
    await theirs.dvc('pull', '--quiet', '--allow-missing');
    for (const file of ['made', 'deep/data', 'plots', '.']) {
      const [mine, other] = [clone, theirs].map(({ folder }) => readdir(path.join(folder, file)));
      expect(await mine, file).toEqual(await other);
    }
    expect(await clone.git('status', '--porcelain')).toBe('');
  });

  it('that are not what dvc.lock says are not pushed', async () => {
    const clone = await origin.clone(place('clone'));
    await ours('data-pull', clone, { inputs: { targets: 'kept' } });
    await clone.write({ 'kept.txt': 'by hand' });
    const refused = await ours('data-push', clone, { inputs: { targets: 'kept' } });
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('kept.txt is not what dvc.lock says stage kept made');
  });
});

describe('data-push beside another', () => {
  it('pushes the same objects at the same time without an error', async () => {
    const clones = await Promise.all(['left', 'right'].map((name) => origin.clone(place(name))));
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`deep/data/f-${index}`, `new ${index}`]),
    );
    for (const clone of clones) await clone.write({ 'deep/data/x': 'x', ...files });
    const pushes = await Promise.all(
      clones.map((clone) => ours('data-push', clone, { inputs: { targets: 'deep/data' } })),
    );
    for (const push of pushes) expect(push.exitCode, push.stdout).toBe(0);
    const [left, right] = await Promise.all(clones.map((clone) => text(clone, 'deep/data.dvc')));
    expect(left).toBe(right);
    const [first] = clones;
    await first?.commit('data');
    const other = await first?.clone(place('other'));
    await other?.dvc('pull', '--quiet', 'deep/data');
    expect(await readdir(path.join(other?.folder ?? '', 'deep/data'))).toHaveLength(61);
  });
});

describe('a .dvc file that lies', () => {
  it.each(['../../etc/x', '/etc/x', '../origin/x', '.git/hooks/pre-commit', '.dvc/config'])(
    'of the path %j is refused, and nothing is pulled',
    async (hostile) => {
      const clone = await origin.clone(place('clone'));
      const md5 = createHash('md5').update('a').digest('hex');
      await clone.write({ 'evil.dvc': `outs:\n- md5: ${md5}\n  size: 1\n  hash: md5\n  path: ${hostile}\n` });
      const before = await readFile(path.join(clone.folder, '.dvc/config'), 'utf8');
      const pulled = await ours('data-pull', clone);
      expect(pulled.exitCode).toBe(1);
      expect(pulled.stdout).toContain('is not a place for data in this repository');
      expect(pulled.stdout).toContain('evil.dvc');
      expect(existsSync(path.join(clone.folder, 'raw'))).toBe(false);
      expect(await readFile(path.join(clone.folder, '.dvc/config'), 'utf8')).toBe(before);
    },
  );
});

describe('credentials', () => {
  const XMLNS = 'https://sts.amazonaws.com/doc/2011-06-15/';
  const assumed = (keys: { id: string; expiresAt: Date }) => `<AssumeRoleWithWebIdentityResponse xmlns="${XMLNS}">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${keys.id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>session-${keys.id}</SessionToken><Expiration>${keys.expiresAt.toISOString()}</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

  it('of a web identity are asked for, used, and asked for again when they expire on the way', async () => {
    const clone = await origin.clone(place('clone'));
    const served = path.join(root, 'remote');
    const asked: string[] = [];
    let roles = 0;
    const server = await listenOnLoopback(async (request, response) => {
      const body = (await readBody(request)).toString();
      if (body.includes('Action=AssumeRoleWithWebIdentity')) {
        roles += 1;
        expect(body).toContain('WebIdentityToken=the-token');
        response.writeHead(200, { 'content-type': 'text/xml' });
        response.end(assumed({ id: `AKROLE${roles}`, expiresAt: new Date(Date.now() + 3_600_000) }));
        return;
      }
      const key = request.url?.replace('/bucket/', '') ?? '';
      const role = /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
      asked.push(`${role} ${request.headers['x-amz-security-token']}`);
      // The first keys are good for a few requests.
      if (role === 'AKROLE1' && asked.length > 2) {
        response.writeHead(400).end('<Error><Code>ExpiredToken</Code></Error>');
        return;
      }
      response.end(await readFile(path.join(served, key)));
    });
    try {
      const endpoint = `http://127.0.0.1:${server.port}`;
      await clone.dvc('remote', 'add', 'cloud', 's3://bucket');
      await clone.dvc('remote', 'modify', 'cloud', 'endpointurl', endpoint);
      await writeFile(path.join(path.dirname(clone.folder), 'token'), 'the-token');
      const pulled = await ours('data-pull', clone, {
        inputs: { remote: 'cloud', targets: 'raw\ndeep/data\nprepare@a\nprepare@b' },
        env: {
          AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/data',
          AWS_WEB_IDENTITY_TOKEN_FILE: path.join(path.dirname(clone.folder), 'token'),
          AWS_ENDPOINT_URL_STS: endpoint,
          AWS_REGION: 'eu-west-1',
        },
      });
      expect(pulled.exitCode, pulled.stdout).toBe(0);
      expect(await text(clone, 'deep/data/x')).toBe('x');
      expect(roles).toBe(2);
      expect(asked).toContain('AKROLE1 session-AKROLE1');
      expect(asked.at(-1)).toBe('AKROLE2 session-AKROLE2');
    } finally {
      await server.close();
    }
  });
});

describe('a folder that may not be written', () => {
  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot || process.platform !== 'linux')(
    'is named, and nothing else is lost (skipped where tmpfs cannot be mounted)',
    async (context) => {
      const { runProgram } = await import('../../testkit/run-program.ts');
      const clone = await origin.clone(place('clone'));
      const target = path.join(clone.folder, 'raw');
      const run = (program: string, ...args: string[]) =>
        runProgram(program, args, { cwd: root, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
      await clone.write({ 'raw/.placeholder': '' });
      const mounted = await run('mount', '-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', target);
      if (mounted.exitCode !== 0) context.skip('tmpfs cannot be mounted here');
      try {
        const pulled = await ours('data-pull', clone, { inputs: { targets: 'raw' } });
        expect(pulled.exitCode).toBe(1);
        expect(pulled.stdout).toMatch(/cannot write raw\/[ab]: /);
      } finally {
        await run('umount', '-l', target);
      }
      await rm(target, { recursive: true });
      const again = await ours('data-pull', clone, { inputs: { targets: 'raw' } });
      expect(again.exitCode, again.stdout).toBe(0);
      expect((await stat(path.join(target, 'a'))).size).toBe(1);
    },
  );
});
