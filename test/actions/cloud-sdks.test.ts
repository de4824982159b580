import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionNames, build, bundlePath } from '../../scripts/build.ts';
import { type AzureServer, azureEnvironment, startAzurite } from '../../testkit/azurite.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { CAN_START_GCS, type GcsServer, gcsEnvironment, startGcs } from '../../testkit/gcs.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

let root: string;
let gcs: GcsServer;
let azure: AzureServer;

beforeAll(async () => {
  await build();
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-sdks-'));
  if (CAN_START_GCS) {
    gcs = await startGcs({ directory: path.join(root, 'gcs') });
    await gcs.createBucket('data');
  }
  azure = await startAzurite({ directory: path.join(root, 'azure') });
  await azure.createContainer('data');
  // Without a build before, the bundles are made here.
}, 900_000);

afterAll(async () => {
  await gcs?.stop();
  await azure?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

/** Runs the bundle of an action in a repository. */
async function runBundle(name: string, folder: string, env: Readonly<Record<string, string>>) {
  const temp = `${folder}-temp`;
  const [output, summary] = [`${folder}-output`, `${folder}-summary`];
  await Promise.all([writeFile(output, ''), writeFile(summary, '')]);
  return runProgram(process.execPath, [bundlePath(name)], {
    cwd: folder,
    env: {
      ...hostEnvironment(),
      ...{ HOME: root, GITHUB_WORKSPACE: folder, RUNNER_TEMP: temp },
      ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, ...env },
    },
  });
}

describe('the bundles of the actions', () => {
  const clouds = [
    { scheme: 'gs', env: () => gcsEnvironment(gcs) },
    { scheme: 'azure', env: () => azureEnvironment(azure) },
  ];
  // Without Go there is no fake-gcs-server.
  it.each(clouds.filter(({ scheme }) => scheme !== 'gs' || CAN_START_GCS))(
    'load the SDK of $scheme:// where an address names it: data are pushed and pulled',
    async ({ scheme, env }) => {
      const origin = await DvcRepository.create(path.join(root, scheme, 'origin'), env());
      await origin.dvc('remote', 'add', '--default', 'storage', `${scheme}://data/bundle`);
      // Above what goes up in one request: the SDK's own part.
      const large = Buffer.alloc(20 * 1024 * 1024, scheme);
      await origin.write({ 'one.bin': 'one', 'large.bin': large });
      await origin.dvc('add', '--quiet', 'one.bin', 'large.bin');
      await origin.commit('data');
      const pushed = await runBundle('data-push', origin.folder, env());
      expect(pushed.exitCode, pushed.stdout + pushed.stderr).toBe(0);
      const clone = await origin.clone(path.join(root, scheme, 'clone'));
      const pulled = await runBundle('data-pull', clone.folder, env());
      expect(pulled.exitCode, pulled.stdout + pulled.stderr).toBe(0);
      expect((await readFile(path.join(clone.folder, 'large.bin'))).equals(large)).toBe(true);
    },
  );

  it('contain neither SDK: people who do not use them do not load them', async () => {
    for (const name of await actionNames()) {
      const folder = path.dirname(bundlePath(name));
      const scripts = (await readdir(folder)).filter((file) => file.endsWith('.js'));
      for (const file of scripts) {
        const code = await readFile(path.join(folder, file), 'utf8');
        expect(
          /GOOGLE_APPLICATION_CREDENTIALS"\]|class \w*GoogleAuth|AZURE_FEDERATED_TOKEN_FILE/.test(code),
          `${name}/${file}`,
        ).toBe(false);
      }
    }
  });
});
