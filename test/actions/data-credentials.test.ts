import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openData } from '../../actions/open-data.ts';
import { type LoopbackServer, listenOnLoopback } from '../../testkit/http.ts';
import { runActionSource } from '../../testkit/run-action.ts';

let root: string;
let folder: string;
let mark: string;
let count = 0;
let server: LoopbackServer;
const signatures: (string | undefined)[] = [];
beforeAll(async () => {
  server = await listenOnLoopback((request, response) => {
    signatures.push(request.headers.authorization);
    response.writeHead(404).end();
  });
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-credentials-'));
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = path.join(root, `${count++}`, 'repository');
  mark = path.join(folder, '..', 'RAN');
  await mkdir(path.join(folder, '.dvc'), { recursive: true });
});

/** A repository whose default remote is S3, on a server without objects, with these lines. */
async function remoteWith(...lines: readonly string[]): Promise<void> {
  const remote = ['url = s3://bucket/x', `endpointurl = http://127.0.0.1:${server.port}`, ...lines];
  await writeFile(path.join(folder, '.dvc', 'config'), `[core]\nremote = s\n['remote "s"']\n${remote.join('\n')}\n`);
}

/** What asking for an object ends with. */
async function ask(env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const context = { env: { HOME: folder, ...env }, workingDirectory: folder, maskSecret: () => undefined };
  const data = await openData(context, { verifyCache: false });
  return data
    .openRemote(undefined)
    .remote.stat('files/md5/aa/bb')
    .catch((error: unknown) => error);
}

const CONFIG = `version: 1
models:
  m:
    task: regression
    artifact: model
    data: { label: y }
    evaluate: { dataset: d, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;
const program = () => `credential_process = sh -c "touch ${mark}; echo {}"`;

describe('a remote of .dvc/config', () => {
  it.each<{ name: string; profile: () => string }>([
    { name: 'a program', profile: program },
    { name: 'a program beside keys', profile: () => `aws_access_key_id = A\naws_secret_access_key = S\n${program()}` },
    {
      name: 'a program of another profile, by a role',
      profile: () =>
        `role_arn = arn:aws:iam::1:role/r\nsource_profile = y\n[y]\n${program()}\n[profile y]\n${program()}`,
    },
    {
      name: 'credentials of the machine, by a role',
      profile: () => 'role_arn = arn:aws:iam::1:role/r\ncredential_source = Environment',
    },
    {
      name: 'the token of the job, for another service',
      profile: () =>
        'role_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = token\nendpoint_url = http://127.0.0.1:9',
    },
    { name: 'a single sign-on', profile: () => 'sso_session = s\nsso_account_id = 1\nsso_role_name = r' },
  ])('gets no credentials by $name, wherever the files are', async ({ profile }) => {
    const text = `[profile x]\n${profile()}\n[x]\n${profile()}\n`;
    const places = [
      path.join(folder, 'aws.ini'),
      path.join(folder, '..', 'outside.ini'),
      path.join(folder, 'link.ini'),
    ];
    await symlink('../outside.ini', path.join(folder, 'link.ini'));
    for (const place of places) {
      await writeFile(place, text);
      for (const keys of [['configpath'], ['credentialpath'], ['configpath', 'credentialpath']]) {
        await remoteWith('profile = x', ...keys.map((key) => `${key} = ${place}`));
        expect(await ask({ AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'S' })).toMatchObject({
          code: 'DVC_UNSUPPORTED',
        });
        expect(existsSync(mark)).toBe(false);
      }
    }
  });

  it.each<{ name: string; make: (file: string) => Promise<unknown> }>([
    { name: 'is not there', make: async () => {} },
    { name: 'holds no keys', make: (file) => writeFile(file, '[x]\nregion = us-east-1\n') },
    { name: 'is a folder', make: (file) => mkdir(file) },
    { name: 'has no end', make: (file) => symlink('/dev/zero', file) },
    { name: 'is longer than such files are', make: (file) => writeFile(file, Buffer.alloc(2 << 20, 'x')) },
  ])('says that a file of credentials $name, and nothing that is in it', async ({ make }) => {
    const file = path.join(folder, 'aws.ini');
    await make(file);
    await remoteWith('profile = x', `credentialpath = ${file}`);
    expect(await ask()).toMatchObject({ code: 'CREDENTIALS_MISSING', message: expect.stringContaining(file) });
  });

  it('does not need files that keys of the environment make superfluous', async () => {
    await remoteWith('credentialpath = ../absent', 'configpath = ../absent');
    const env = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'S', AWS_REGION: 'us-east-1' };
    expect(await ask(env)).toBeUndefined();
  });

  it.each(['x.attacker.example/#', 'eu west', 'a.b'])(
    'refuses the region %j, which becomes part of a host',
    async (region) => {
      await remoteWith(`region = "${region}"`);
      await expect(ask()).rejects.toMatchObject({ code: 'DVC_INVALID' });
    },
  );
});

describe('the team’s own ~/.aws', () => {
  it('may name a program, and .dvc/config its profile', async () => {
    const [home, aws] = [path.join(folder, '..', 'temp'), path.join(folder, '..', 'temp', '.aws')];
    await mkdir(aws, { recursive: true });
    const answer = JSON.stringify({ Version: 1, AccessKeyId: 'KEY-OF-A-PROGRAM', SecretAccessKey: 'S' }).replaceAll(
      '"',
      '\\"',
    );
    await writeFile(path.join(home, 'keys.sh'), `touch ${mark}; echo "${answer}"\n`);
    await writeFile(
      path.join(aws, 'config'),
      `[profile x]\nregion = us-east-1\ncredential_process = sh ${home}/keys.sh\n`,
    );
    await remoteWith('profile = x');
    await writeFile(path.join(folder, 'tidegate.yaml'), CONFIG);
    await writeFile(path.join(folder, 'd.dvc'), `outs:\n- md5: ${'a'.repeat(32)}\n  size: 1\n  hash: md5\n  path: d\n`);
    const inputs = { targets: 'all', 'check-only': 'true', 'allow-missing': 'true' };
    const run = await runActionSource('data-pull', { workspace: folder, temp: home, inputs });
    expect(run.outputs.missing, run.stdout).toBe('d');
    expect(signatures.at(-1)).toContain('Credential=KEY-OF-A-PROGRAM/');
    expect(await readFile(mark, 'utf8')).toBe('');
  });
});
