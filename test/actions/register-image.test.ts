import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { findProgram } from '../../scripts/system-programs.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type Registry, startRegistry } from '../../testkit/registry.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { MODEL, type Project, RegisterWorld } from './register-world.ts';

const REGISTRY = findProgram('docker-registry');
const SKOPEO = findProgram('skopeo');

describe.skipIf(REGISTRY === undefined || SKOPEO === undefined)(
  'register with an image (needs docker-registry)',
  () => {
    let world: RegisterWorld;
    let registry: Registry;
    let env: Record<string, string>;

    beforeAll(async () => {
      world = await RegisterWorld.start();
      registry = await startRegistry({
        directory: path.join(world.root, 'registry'),
        binary: REGISTRY ?? '',
        needsLogin: true,
      });
      const folder = path.join(world.root, 'docker');
      await mkdir(folder);
      await writeFile(path.join(folder, 'config.json'), registry.dockerConfig);
      env = { DOCKER_CONFIG: folder };
    });
    afterAll(async () => {
      await registry?.stop();
      await world?.stop();
    });

    /** Builds and pushes the image of an artifact. */
    async function build(
      project: Project,
      artifact: string,
      tags = '',
    ): Promise<{ reference: string; digest: string }> {
      await writeFile(path.join(project.clone, 'model.onnx'), artifact);
      const inputs = {
        'image-repository': `${registry.host}/team/${project.name.slice(5)}`,
        'artifact-path': 'model.onnx',
        tags,
      };
      const temp = path.join(project.folder, 'image');
      const built = await runActionSource('build-image', { workspace: project.clone, temp, inputs, env });
      expect(built.exitCode, built.stdout).toBe(0);
      return { reference: built.outputs['image-reference'] ?? '', digest: built.outputs['image-digest'] ?? '' };
    }

    async function digestOf(project: Project, tag: string): Promise<string> {
      const image = `docker://${registry.host}/team/${project.name.slice(5)}:${tag}`;
      const login = ['--authfile', path.join(world.root, 'docker', 'config.json'), '--tls-verify=false'];
      const args = ['inspect', ...login, '--format', '{{.Digest}}', image];
      const environment = { ...hostEnvironment(), HOME: world.root };
      const result = await runProgram(SKOPEO ?? '', args, { cwd: world.root, env: environment });
      return result.exitCode === 0 ? result.stdout.trim() : 'absent';
    }

    it('gives the image the number of its version, as the report and the tag say', async () => {
      const project = await world.project();
      const { reference, digest } = await build(project, 'bytes');
      expect(await digestOf(project, '0.1.0')).toBe('absent');
      const run = await project.register('bytes', { env, inputs: { 'image-reference': reference } });
      expect(run.exitCode, run.stdout).toBe(0);
      expect(await digestOf(project, '0.1.0')).toBe(digest);
      const repository = `${registry.host}/team/${project.name.slice(5)}`;
      const image = { reference: `${repository}:0.1.0@${digest}`, repository, tag: '0.1.0', digest };
      const content = await project.store().open('v0.1.0/model-version.json');
      const parts: Uint8Array[] = [];
      for await (const part of content ?? []) parts.push(part);
      expect(readReport('model-version', Buffer.concat(parts), 'copy').image).toEqual(image);
      await project.tags();
      expect((await project.tagLine(`${MODEL}@v0.1.0`))?.image).toEqual(image);
    });

    it('does so at the next run where the first was killed before, and only once', async () => {
      const project = await world.project();
      const { reference, digest } = await build(project, 'bytes');
      const inputs = { 'image-reference': reference };
      const of = project.startRun();
      let kill = () => {};
      // The artifact, four documents, the tag, its ref: the ref was the last.
      world.writes.arm(7, () => kill());
      await project.register('bytes', {
        of,
        env,
        inputs,
        onStart: (child) => (kill = () => void child.kill('SIGKILL')),
      });
      world.writes.arm();
      expect(await project.tags()).toHaveLength(1);
      expect(await digestOf(project, '0.1.0')).toBe('absent');
      for (let again = 0; again < 2; again++) {
        const next = await project.register('bytes', { of, env, inputs });
        expect(next.outputs, next.stdout).toMatchObject({ created: 'false', 'model-version': '0.1.0' });
        expect(await digestOf(project, '0.1.0')).toBe(digest);
      }
    });

    it('never moves the tag of a version that names other bytes', async () => {
      const project = await world.project();
      const other = await build(project, 'other bytes', '0.1.0');
      const { reference } = await build(project, 'bytes');
      const run = await project.register('bytes', { env, inputs: { 'image-reference': reference } });
      expect(run.exitCode).toBe(1);
      expect(run.stdout).toContain('the tag 0.1.0 of');
      expect(await digestOf(project, '0.1.0')).toBe(other.digest);
    });

    it('refuses an image without a digest, one that is not in its registry, and one that it may not see', async () => {
      const project = await world.project();
      const repository = `${registry.host}/team/none`;
      const unpinned = await project.register('bytes', { env, inputs: { 'image-reference': `${repository}:1` } });
      expect(unpinned.stdout).toContain('has no digest');
      expect(await project.tags()).toEqual([]);
      const absent = `${repository}:1@sha256:${'0'.repeat(64)}`;
      const gone = await project.register('bytes', { env, inputs: { 'image-reference': absent } });
      expect(gone.exitCode).toBe(1);
      expect(gone.stdout).toContain('is not in its registry');
      const anonymous = await project.register('bytes', { inputs: { 'image-reference': absent } });
      expect(anonymous.stdout).toContain('without a login');
      expect(await project.tags()).toEqual([]);
    });
  },
);
