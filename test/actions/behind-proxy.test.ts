import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../scripts/system-programs.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { type Registry, startRegistry } from '../../testkit/registry.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { s3Environment } from '../../testkit/s3.ts';
import { startTunnelProxy, TUNNEL_DOMAIN, type TunnelProxy } from '../../testkit/tunnel-proxy.ts';
import { MODEL, RegisterWorld } from './register-world.ts';

const REGISTRY = findProgram('docker-registry');
const hostOf = (name: string) => `${name}.${TUNNEL_DOMAIN}`;

describe.skipIf(REGISTRY === undefined)(
  'a job that reaches everything by HTTPS_PROXY alone (needs docker-registry, openssl)',
  () => {
    let world: RegisterWorld;
    let registry: Registry;
    let proxy: TunnelProxy | undefined;
    let env: Record<string, string>;

    beforeAll(async () => {
      world = await RegisterWorld.start();
      const { root, s3, github } = world;
      registry = await startRegistry({ directory: path.join(root, 'registry'), binary: REGISTRY ?? '' });
      const ports = new Map([
        ['s3', Number(new URL(s3.endpoint).port)],
        ['api', github.port],
        ['registry', Number(registry.host.split(':')[1])],
      ]);
      proxy = await startTunnelProxy(root, ports);
      env = {
        ...s3Environment(s3),
        ...proxy?.env,
        AWS_ENDPOINT_URL: `https://${hostOf('s3')}`,
        GITHUB_API_URL: `https://${hostOf('api')}/api/v3`,
      };
    });
    afterAll(async () => {
      await proxy?.close();
      await registry?.stop();
      await world?.stop();
    });

    /** The hosts that the proxy was asked for since the last call. */
    const asked = () => [...new Set(proxy?.tunnels.splice(0))].sort();

    it('pulls and pushes data', async (context) => {
      if (proxy === undefined) return context.skip('openssl is not installed');
      await world.s3.createBucket('data');
      const repository = await DvcRepository.create(path.join(world.root, 'dvc'), s3Environment(world.s3));
      await repository.dvc('remote', 'add', '--default', 'storage', 's3://data/dvc');
      await repository.dvc('remote', 'modify', 'storage', 'endpointurl', world.s3.endpoint);
      const large = Buffer.alloc(40 << 20, 'large');
      await repository.write({ 'data/a.csv': 'a\n1\n', 'large.bin': large.toString('latin1') });
      await repository.dvc('add', '--quiet', 'data', 'large.bin');
      await repository.dvc('push', '--quiet');
      await repository.dvc('remote', 'modify', 'storage', 'endpointurl', `https://${hostOf('s3')}`);
      await repository.commit('data');
      const clone = await repository.clone(path.join(world.root, 'clone'));
      const options = { workspace: clone.folder, temp: path.join(world.root, 'temp'), env };
      const pulled = await runActionSource('data-pull', options);
      expect(pulled.exitCode, pulled.stdout).toBe(0);
      expect(await readFile(path.join(clone.folder, 'data/a.csv'), 'utf8')).toBe('a\n1\n');
      expect((await readFile(path.join(clone.folder, 'large.bin'))).equals(large)).toBe(true);
      expect(asked()).toEqual([`${hostOf('s3')}:443`]);
      await clone.write({ 'data/b.csv': 'b\n', 'large.bin': `${large.toString('latin1')}more` });
      await clone.dvc('add', '--quiet', 'data', 'large.bin');
      const pushed = await runActionSource('data-push', options);
      expect(pushed.exitCode, pushed.stdout).toBe(0);
      expect(asked()).toEqual([`${hostOf('s3')}:443`]);
      await clone.dvc('remote', 'modify', 'storage', 'endpointurl', world.s3.endpoint);
      expect(await clone.dvc('status', '--cloud')).toContain('in sync');
    });

    it('builds an image, and registers a version with it in the registry, the store and on GitHub', async (context) => {
      if (proxy === undefined) return context.skip('openssl is not installed');
      const project = await world.project();
      await writeFile(path.join(project.clone, 'model.onnx'), 'bytes');
      const docker = path.join(world.root, 'docker');
      await mkdir(docker);
      await writeFile(path.join(docker, 'config.json'), '{}');
      const job = { ...env, DOCKER_CONFIG: docker };
      const built = await runActionSource('build-image', {
        workspace: project.clone,
        temp: path.join(project.folder, 'image'),
        inputs: { 'image-repository': `${hostOf('registry')}/team/m`, 'artifact-path': 'model.onnx' },
        env: job,
      });
      expect(built.exitCode, built.stdout).toBe(0);
      expect(asked()).toEqual([`${hostOf('registry')}:443`]);
      const inputs = { 'image-reference': built.outputs['image-reference'] ?? '' };
      const run = await project.register('bytes', { env: job, inputs });
      expect(run.exitCode, run.stdout).toBe(0);
      expect(asked()).toEqual(['api', 'registry', 's3'].map((name) => `${hostOf(name)}:443`));
      expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
    });
  },
);
