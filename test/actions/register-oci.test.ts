import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../core/adapters/http/http-fetch.ts';
import { OciArtifactStore } from '../../core/adapters/oci/oci-artifact-store.ts';
import { OciObjectStore } from '../../core/adapters/oci/oci-object-store.ts';
import { textContent } from '../../core/domain/model/text-content.ts';
import { parseOciArtifact } from '../../core/domain/registry/oci-artifact-uri.ts';
import { documentKey, runKey } from '../../core/domain/registry/store-layout.ts';
import { goProgramPath } from '../../scripts/go-program.ts';
import { findProgram } from '../../scripts/system-programs.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type RegistryProxy, startRegistryProxy } from '../../testkit/hostile-registry.ts';
import { type Registry, startRegistry } from '../../testkit/registry.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { MODEL, type Project, RegisterWorld, sha256 } from './register-world.ts';

const BINARY = findProgram('docker-registry');
const [ORAS, REGCTL] = [goProgramPath('oras'), goProgramPath('regctl')];
const ACCESS = { dockerConfig: undefined, fetch: createHttpFetch({}) };

describe.skipIf(BINARY === undefined)('register into a container registry (needs docker-registry)', () => {
  let world: RegisterWorld;
  let directory: string;
  let registry: Registry;
  let proxy: RegistryProxy;

  beforeAll(async () => {
    world = await RegisterWorld.start();
    directory = await mkdtemp(path.join(tmpdir(), 'tidegate-register-oci-'));
    registry = await startRegistry({ directory, binary: BINARY ?? '' });
    proxy = await startRegistryProxy(registry.host);
  });
  afterEach(() => proxy.interfere(undefined));
  afterAll(async () => {
    await proxy?.close();
    await registry?.stop();
    await world?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const storeOf = (project: Project) => `oci://${proxy.host}/${project.name}/models`;

  /** A commit that names the registry as its store. */
  async function moveTo(project: Project, store = storeOf(project)): Promise<string> {
    const file = path.join(project.clone, 'tidegate.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace(/store: ".*"/, `store: "${store}"`));
    await runGit(project.clone, ['add', '.']);
    return project.push('main');
  }

  async function bytesOf(content: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> {
    return content === undefined ? undefined : Buffer.concat(await Array.fromAsync(content)).toString('utf8');
  }

  /** The documents that a version's tag names. */
  async function documentsOf(project: Project, tag: string): Promise<readonly { uri: string; digest: string }[]> {
    const line = await project.tagLine(tag);
    return Object.values(line?.documents ?? {}).map((document) => ({ uri: '', digest: '', ...(document ?? {}) }));
  }

  /** The tag's line is complete: its artifact and its documents are in the registry, with their digests. */
  async function expectComplete(project: Project, tag: string, artifact: string): Promise<void> {
    expect(await project.tags()).toContain(tag);
    const line = await project.tagLine(tag);
    const uri = line?.artifact.uri ?? '';
    expect(parseOciArtifact(uri)).toMatchObject({ store: storeOf(project), digest: sha256(artifact) });
    const [file] = await new OciArtifactStore(storeOf(project), ACCESS).files({ digest: sha256(artifact), uri });
    expect(file?.path).toBe('model.onnx');
    expect(await bytesOf(await file?.open())).toBe(artifact);
    const objects = new OciObjectStore(storeOf(project), ACCESS);
    const documents = await documentsOf(project, tag);
    expect(documents).toHaveLength(4);
    for (const { digest, uri: address } of documents) {
      expect(sha256((await bytesOf(await objects.open(documentKey(digest)))) ?? 'missing')).toBe(digest);
      expect(address).toBe(`${storeOf(project)}:object.documents__${digest.slice(7)}.json`);
    }
  }

  /** Complete, with what is written after the tag: the run by its inputs, and the copy and the name for people. */
  async function expectRegistered(project: Project, version: string, artifact: string): Promise<void> {
    const tag = `${MODEL}@v${version}`;
    await expectComplete(project, tag, artifact);
    const line = await project.tagLine(tag);
    const objects = new OciObjectStore(storeOf(project), ACCESS);
    const run = await bytesOf(await objects.open(runKey(sha256(`inputs of ${artifact}`), sha256(artifact))));
    expect(sha256(run ?? 'missing')).toBe(line?.documents.run?.digest);
    expect(await bytesOf(await objects.open(`v${version}/model-version.json`))).toContain(`"${version}"`);
    const named = await fetch(`http://${registry.host}/v2/${project.name}/models/manifests/v${version}`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    expect(line?.artifact.uri.endsWith(`@${named.headers.get('docker-content-digest')}`)).toBe(true);
  }

  it('registers what it judged, once, however many do so at the same moment', async () => {
    const project = await world.project();
    const commit = await moveTo(project);
    const of = project.startRun(commit);
    const runs = await Promise.all([1, 2, 3].map(() => project.register('bytes', { of, commit })));
    for (const { exitCode, stdout } of runs) expect(exitCode, stdout).toBe(0);
    expect(runs.filter(({ outputs }) => outputs.created === 'true')).toHaveLength(1);
    expect(new Set(runs.map(({ outputs }) => outputs['artifact-uri'])).size).toBe(1);
    expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
    await expectRegistered(project, '0.1.0', 'bytes');
  });

  it('leaves a version in the store that it was registered in, and puts the next one into the new store', async () => {
    const project = await world.project();
    const first = await project.register('bytes');
    expect(first.exitCode, first.stdout).toBe(0);
    const commit = await moveTo(project);
    const again = await project.register('bytes', { commit });
    expect(again.exitCode, again.stdout).toBe(0);
    expect(again.outputs).toMatchObject({ created: 'false', 'artifact-uri': first.outputs['artifact-uri'] });
    const second = await project.register('other bytes', { commit });
    expect(second.exitCode, second.stdout).toBe(0);
    expect(second.outputs).toMatchObject({ 'model-version': '0.1.1', created: 'true' });
    await expectRegistered(project, '0.1.1', 'other bytes');
  });

  it('is right at the next run, whichever write to the registry was its last when it was killed', async () => {
    let writes = 0;
    for (let last = 1; ; last += 1) {
      const project = await world.project();
      const commit = await moveTo(project);
      const artifact = `killed at ${last}`;
      const of = project.startRun(commit);
      let kill = () => {};
      writes = 0;
      proxy.interfere((request) => {
        if (request.method === 'PUT') writes += 1;
        if (request.method === 'PUT' && writes === last) kill();
        return false;
      });
      const killed = await project.register(artifact, {
        ...{ of, commit },
        onStart: (child) => (kill = () => void child.kill('SIGKILL')),
      });
      proxy.interfere(undefined);
      const before = await project.tags();
      for (const tag of before) await expectComplete(project, tag, artifact);
      const next = await project.register(artifact, { of, commit });
      expect(next.exitCode, `after ${last} writes: ${next.stdout}`).toBe(0);
      expect(next.outputs).toMatchObject({ 'model-version': '0.1.0', created: String(before.length === 0) });
      await expectRegistered(project, '0.1.0', artifact);
      if (killed.exitCode === 0) break;
    }
    // Blobs and manifests of the artifact, of four documents, and of what comes after the tag.
    expect(writes).toBeGreaterThanOrEqual(14);
  }, 300_000);

  it('creates no tag where it may not write, and says which permission is missing', async () => {
    const project = await world.project();
    const commit = await moveTo(project);
    proxy.interfere((request, response) => {
      if (request.method === 'GET' || request.method === 'HEAD') return false;
      request.resume();
      response.writeHead(403).end();
      return true;
    });
    const run = await project.register('bytes', { commit });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('this job may not write there without a login');
    expect(run.stdout).toContain('docker/login-action');
    expect(await project.tags()).toEqual([]);
  });

  it.skipIf(!existsSync(ORAS) || !existsSync(REGCTL))('is read by oras and regctl (built with Go)', async () => {
    const project = await world.project();
    const made = await project.register('bytes', { commit: await moveTo(project) });
    expect(made.exitCode, made.stdout).toBe(0);
    const repository = `${registry.host}/${project.name}/models`;
    const tool = async (program: string, ...args: readonly string[]) => {
      const env = { ...hostEnvironment(), HOME: directory };
      const { exitCode, stdout, stderr } = await runProgram(program, args, { cwd: directory, env });
      expect(exitCode, stderr).toBe(0);
      return stdout;
    };
    const pulled = path.join(directory, 'pulled');
    await mkdir(pulled);
    await tool(ORAS, 'pull', '--plain-http', '--output', pulled, `${repository}:v0.1.0`);
    expect(await readFile(path.join(pulled, 'model.onnx'), 'utf8')).toBe('bytes');
    const manifest: unknown = JSON.parse(await tool(ORAS, 'manifest', 'fetch', '--plain-http', `${repository}:v0.1.0`));
    expect(manifest).toMatchObject({ artifactType: 'application/vnd.cncf.model.manifest.v1+json' });
    await tool(REGCTL, 'registry', 'set', registry.host, '--tls', 'disabled');
    expect(await tool(REGCTL, 'artifact', 'get', `${repository}:v0.1.0`, '--file', 'model.onnx')).toBe('bytes');
    expect((await tool(REGCTL, 'tag', 'ls', repository)).split('\n')).toContain('v0.1.0');
  });

  it('needs nothing that a garbage collection of the registry deletes', async () => {
    const project = await world.project();
    const commit = await moveTo(project, `oci://${registry.host}/${project.name}/models`);
    const made = await project.register('bytes', { commit });
    expect(made.exitCode, made.stdout).toBe(0);
    const store = `oci://${registry.host}/${project.name}/models`;
    const objects = new OciObjectStore(store, ACCESS);
    const uri = made.outputs['artifact-uri'] ?? '';
    // What was replaced has no tag any more: it is all that may go.
    for (const text of ['1', '2']) await objects.put('replaced', textContent(text), 'replace');
    await registry.stop();
    expect(await collectGarbage(directory)).toContain('manifest eligible for deletion');
    registry = await startRegistry({ directory, binary: BINARY ?? '', port: Number(registry.host.split(':')[1]) });
    const [file] = await new OciArtifactStore(store, ACCESS).files({ digest: sha256('bytes'), uri });
    expect(await bytesOf(await file?.open())).toBe('bytes');
    for (const { digest } of await documentsOf(project, `${MODEL}@v0.1.0`)) {
      expect(sha256((await bytesOf(await objects.open(documentKey(digest)))) ?? 'missing')).toBe(digest);
    }
  });

  /** Deletes every manifest without a tag, and every blob without a manifest. @returns What it said. */
  async function collectGarbage(folder: string): Promise<string> {
    const config = path.join(folder, 'config.yml');
    const args = ['garbage-collect', '--delete-untagged', config];
    const result = await runProgram(BINARY ?? '', args, { cwd: folder, env: hostEnvironment() });
    expect(result.exitCode, result.stderr).toBe(0);
    return result.stdout;
  }
});
