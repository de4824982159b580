import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBot, startBot } from '../../bot/server.ts';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
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

/** A team whose targets are container images: from its pull request to the promotion of what was merged. */
describe.skipIf(REGISTRY === undefined || SKOPEO === undefined)(
  'a release with an image (needs docker-registry)',
  () => {
    let folder: string;
    let forge: Forge;
    let bot: RunningBot;
    let registry: Registry;
    let clone: string;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-image-release-'));
      registry = await startRegistry({ directory: path.join(folder, 'registry'), binary: REGISTRY ?? '' });
      const pythonBin = await writePython(path.join(folder, 'bin'));
      forge = await startForge({
        directory: path.join(folder, 'forge'),
        pythonBin,
        isSelfHosted: true,
      });
      await forge.createRepository(NAME);
      const webhookSecret = randomBytes(24).toString('hex');
      const app = { appId: forge.appId, privateKey: forge.appPrivateKey, webhookSecret, apiUrl: forge.apiUrl };
      bot = await startBot({ ...app, host: '127.0.0.1', port: 0, sweepIntervalMs: 3_600_000, isPaced: false }, 'fatal');
      forge.webhook({ url: `${bot.url}/api/github/webhooks`, secret: webhookSecret, isBusy: () => bot.isBusy });
      clone = path.join(folder, 'clone');
      await runGit(folder, ['clone', '--quiet', forge.cloneUrl(NAME, forge.userToken('mona')), clone]);
      await writeRepository(clone, { host: registry.host, store: path.join(folder, 'store') });
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

    async function logOf(workflow: string): Promise<{ conclusion: string | null | undefined; log: string }> {
      const { runs } = await forge.snapshot(NAME);
      const run = runs.findLast(({ name }) => name.startsWith(workflow));
      return { conclusion: run?.conclusion, log: run?.jobs.map((job) => job.log).join('\n') ?? 'no run' };
    }

    async function digestIn(tag: string): Promise<string> {
      const image = `docker://${registry.host}/team/delay:${tag}`;
      const args = ['inspect', '--tls-verify=false', '--format', '{{.Digest}}', image];
      const result = await runProgram(SKOPEO ?? '', args, { cwd: folder, env: { ...hostEnvironment(), HOME: folder } });
      return result.stdout.trim();
    }

    it('goes from a pull request by a registered version with its image to the promotion of that image', async () => {
      const released = await logOf('model-release');
      expect(released.conclusion, released.log).toBe('success');
      const digest = await digestIn('0.1.0');
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(await openPromotions()).toEqual(['Promote delay v0.1.0 to production']);
      await mergePromotion();
      expect(await deployedImage()).toBe(`${registry.host}/team/delay:0.1.0@${digest}`);

      await runGit(clone, ['pull', '--quiet', '--rebase', 'origin', 'main']);
      await writeFile(path.join(clone, 'which.txt'), 'good.onnx\n');
      await commit('better', 'a better model');
      const pull = await rest().pulls.create({ ...REPOSITORY, head: 'better', base: 'main', title: 'A better model' });
      await forge.idle();
      const judged = await logOf('model-ci');
      expect(judged.conclusion, judged.log).toBe('success');
      const { data: comments } = await rest().issues.listComments({ ...REPOSITORY, issue_number: pull.data.number });
      expect(comments[0]?.body).toMatch(/### Tidegate · delay · ✅ pass[\s\S]*champion v0\.1\.0/);

      await rest().pulls.merge({ ...REPOSITORY, pull_number: pull.data.number });
      await forge.idle();
      const again = await logOf('model-release');
      expect(again.conclusion, again.log).toBe('success');
      const better = await digestIn('0.1.1');
      expect(better).not.toBe(digest);
      expect(await openPromotions()).toEqual(['Promote delay v0.1.1 to production']);
      const files = await mergePromotion();
      expect(files).toEqual([expect.objectContaining({ filename: 'k8s/deployment.yaml', additions: 1, deletions: 1 })]);
      expect(await deployedImage()).toBe(`${registry.host}/team/delay:0.1.1@${better}`);
      expect(await digestIn('0.1.0')).toBe(digest);
      expect(forge.violations).toEqual([]);
    });

    async function openPromotions(): Promise<readonly string[]> {
      const { data } = await rest().pulls.list({ ...REPOSITORY, state: 'open' });
      return data.map(({ title }) => title);
    }

    /** Merges the one open promotion. @returns The files that it changed. */
    async function mergePromotion() {
      const { data } = await rest().pulls.list({ ...REPOSITORY, state: 'open' });
      const number = data[0]?.number ?? 0;
      const files = await rest().pulls.listFiles({ ...REPOSITORY, pull_number: number });
      await rest().pulls.merge({ ...REPOSITORY, pull_number: number });
      await forge.idle();
      return files.data;
    }

    async function deployedImage(): Promise<string> {
      await runGit(clone, ['fetch', '--quiet', 'origin']);
      const manifest = await runGit(clone, ['show', 'origin/main:k8s/deployment.yaml']);
      return /image: (\S+)/.exec(manifest)?.[1] ?? '';
    }
  },
);

async function writeRepository(clone: string, { host, store }: { host: string; store: string }): Promise<void> {
  await writeTeam(clone, { 'tidegate.yaml': config(host, store), 'k8s/deployment.yaml': deployment(host) });
  await fillWorkflows(clone, { model: 'delay', branch: 'main', update: undefined, image: true, watch: false });
  const release = path.join(clone, '.github/workflows/model-release.yml');
  await writeFile(release, (await readFile(release, 'utf8')).replaceAll('registry: ghcr.io', `registry: ${host}`));
}

function config(host: string, store: string): string {
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
    image: { repository: "${host}/team/delay" }
    environments:
      - name: production
        targets: [{ file: k8s/deployment.yaml, kind: Deployment, name: delay }]
`;
}

function deployment(host: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: delay }
spec:
  template:
    spec:
      containers:
        - name: server
          image: ${host}/team/delay:none
`;
}
