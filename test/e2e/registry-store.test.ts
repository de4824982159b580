import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBot, startBot } from '../../bot/server.ts';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import { parseOciArtifact } from '../../core/domain/registry/oci-artifact-uri.ts';
import { findProgram } from '../../scripts/system-programs.ts';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type Registry, startRegistry } from '../../testkit/registry.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { writePython, writeTeam } from './delay-team.ts';

const REGISTRY = findProgram('docker-registry');
const SKOPEO = findProgram('skopeo');
const NAME = 'acme/delay';
const REPOSITORY = { owner: 'acme', repo: 'delay' };

/** A team without a bucket: its versions are in a container registry, and no job has a key. */
describe.skipIf(REGISTRY === undefined || SKOPEO === undefined)(
  'a release into a container registry (needs docker-registry and skopeo)',
  () => {
    let folder: string;
    let forge: Forge;
    let bot: RunningBot;
    let registry: Registry;
    let clone: string;
    let store: string;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-registry-store-'));
      registry = await startRegistry({ directory: path.join(folder, 'registry'), binary: REGISTRY ?? '' });
      store = `oci://${registry.host}/acme/delay/models`;
      const pythonBin = await writePython(path.join(folder, 'bin'));
      forge = await startForge({ directory: path.join(folder, 'forge'), pythonBin });
      await forge.createRepository(NAME);
      const webhookSecret = randomBytes(24).toString('hex');
      const app = { appId: forge.appId, privateKey: forge.appPrivateKey, webhookSecret, apiUrl: forge.apiUrl };
      bot = await startBot({ ...app, host: '127.0.0.1', port: 0, sweepIntervalMs: 3_600_000, isPaced: false }, 'fatal');
      forge.webhook({ url: `${bot.url}/api/github/webhooks`, secret: webhookSecret, isBusy: () => bot.isBusy });
      clone = path.join(folder, 'clone');
      await runGit(folder, ['clone', '--quiet', forge.cloneUrl(NAME, forge.userToken('mona')), clone]);
      await writeTeam(clone, { 'tidegate.yaml': config(store), 'k8s/model.yaml': served(registry.host) });
      await fillWorkflows(clone, { model: 'delay', branch: 'main', update: undefined, watch: false });
      await commit('main', 'the model and how it is judged');
      await forge.idle();
    });

    afterAll(async () => {
      await bot?.stop();
      await forge?.stop();
      await registry?.stop();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });

    async function commit(branch: string, message: string): Promise<void> {
      await runGit(clone, ['add', '--all']);
      await runGit(clone, ['commit', '--quiet', '-m', message]);
      await runGit(clone, ['push', '--quiet', 'origin', `HEAD:${branch}`]);
    }

    const rest = () => getOctokit(forge.userToken('mona'), { baseUrl: forge.apiUrl }).rest;

    async function expectSuccess(workflow: string): Promise<string> {
      const { runs } = await forge.snapshot(NAME);
      const run = runs.findLast(({ name }) => name.startsWith(workflow));
      const log = run?.jobs.map((job) => job.log).join('\n') ?? 'no run';
      expect(run?.conclusion, log).toBe('success');
      return log;
    }

    async function skopeo(command: string, ...args: string[]): Promise<string> {
      const env = { ...hostEnvironment(), HOME: folder };
      return (await runProgram(SKOPEO ?? '', [command, ...args], { cwd: folder, env })).stdout;
    }

    it('goes from a pull request by a registered version to its promotion, and finds the champion where it is', async () => {
      await expectSuccess('model-release');
      await mergePromotion('Promote delay v0.1.0 to production');
      const first = parseOciArtifact(await servedUri());
      expect(first?.store).toBe(store);

      await expectReadable(first?.manifestDigest ?? '', 'poor.onnx');

      const judged = await propose('better', { 'which.txt': 'good.onnx\n' });
      expect(judged).toMatch(/### Tidegate · delay · ✅ pass[\s\S]*champion v0\.1\.0/);
      await expectSuccess('model-release');
      await mergePromotion('Promote delay v0.1.1 to production');
      const second = parseOciArtifact(await servedUri());
      expect(second?.store).toBe(store);
      expect(second?.digest).not.toBe(first?.digest);
      await expectReadable(second?.manifestDigest ?? '', 'good.onnx');
      expect(await digestOf('v0.1.0')).toBe(first?.manifestDigest);
      expect(await digestOf('v0.1.1')).toBe(second?.manifestDigest);

      // Another store: what was registered stays where it is, and is found there.
      const moved = `oci://${registry.host}/acme/delay/elsewhere`;
      const worse = await propose('move', { 'tidegate.yaml': config(moved), 'which.txt': 'poor.onnx\n' });
      expect(worse).toMatch(/### Tidegate · delay · ❌ fail[\s\S]*champion v0\.1\.1/);
      expect(forge.violations).toEqual([]);
    });

    /** Reads the artifact as other tools do: its manifest by digest, and all of it into a layout on disk. */
    async function expectReadable(manifestDigest: string, model: string): Promise<void> {
      const repository = `docker://${registry.host}/acme/delay/models`;
      const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `${repository}@${manifestDigest}`);
      const { artifactType, layers } = JSON.parse(raw);
      expect(artifactType).toBe('application/vnd.cncf.model.manifest.v1+json');
      expect(layers).toHaveLength(1);
      expect(layers[0].annotations['org.cncf.model.filepath']).toBe('model.onnx');
      const layout = path.join(folder, manifestDigest.slice(7, 19));
      await skopeo(
        'copy',
        '--quiet',
        '--src-tls-verify=false',
        `${repository}@${manifestDigest}`,
        `oci:${layout}:model`,
      );
      const copied = await readFile(path.join(layout, 'blobs/sha256', layers[0].digest.slice(7)));
      expect(copied.equals(await readFile(path.join(clone, model)))).toBe(true);
    }

    async function digestOf(tag: string): Promise<string> {
      const image = `docker://${registry.host}/acme/delay/models:${tag}`;
      const manifest = await skopeo('inspect', '--raw', '--tls-verify=false', image);
      return `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
    }

    /** Opens a pull request with these files, and merges it where its check allows that. @returns The bot's comment. */
    async function propose(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
      await runGit(clone, ['pull', '--quiet', '--rebase', 'origin', 'main']);
      for (const [file, text] of Object.entries(files)) await writeFile(path.join(clone, file), text);
      await commit(branch, branch);
      const { data } = await rest().pulls.create({ ...REPOSITORY, head: branch, base: 'main', title: branch });
      await forge.idle();
      const comments = await rest().issues.listComments({ ...REPOSITORY, issue_number: data.number });
      const body = comments.data[0]?.body ?? '';
      if (body.includes('✅ pass')) {
        await expectSuccess('model-ci');
        await rest().pulls.merge({ ...REPOSITORY, pull_number: data.number });
        await forge.idle();
      }
      return body;
    }

    async function mergePromotion(title: string): Promise<void> {
      const { data } = await rest().pulls.list({ ...REPOSITORY, state: 'open' });
      expect(data.map((pull) => pull.title)).toEqual([title]);
      await rest().pulls.merge({ ...REPOSITORY, pull_number: data[0]?.number ?? 0 });
      await forge.idle();
    }

    /** URI in the manifest of the default branch, behind the scheme of artifacts. */
    async function servedUri(): Promise<string> {
      await runGit(clone, ['fetch', '--quiet', 'origin']);
      const manifest = await runGit(clone, ['show', 'origin/main:k8s/model.yaml']);
      return (/storageUri: (\S+)/.exec(manifest)?.[1] ?? '').replace('oci+native://', 'oci://');
    }
  },
);

function config(store: string): string {
  return `version: 1
models:
  delay:
    task: binary-classification
    artifact: model/model.onnx
    train: { command: sh train.sh }
    data: { label: late, time: date, features: [a, b] }
    evaluate: { dataset: test.csv }
    gate:
      rules:
        - { metric: roc_auc, min: 0.5 }
        - { metric: roc_auc, max-regression: 0.01 }
    register: { store: "${store}" }
    environments:
      - name: production
        targets: [{ file: k8s/model.yaml, kind: InferenceService, name: delay }]
`;
}

function served(host: string): string {
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: delay }
spec:
  predictor:
    model:
      modelFormat: { name: onnx }
      storageUri: oci+native://${host}/acme/delay/models:none
`;
}
