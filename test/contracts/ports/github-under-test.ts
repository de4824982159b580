import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { Probot } from 'probot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GitHubClient, RepositoryName } from '../../../core/adapters/github/github-client.ts';
import { runGit } from '../../../testkit/git-client.ts';
import { FinishedRuns } from '../../../testkit/github/finished-runs.ts';
import type { GitHubOptions, RunningGitHub } from '../../../testkit/github/github-options.ts';
import { startGitHub } from '../../../testkit/github/start-github.ts';
import { WriteCounter } from '../../../testkit/write-proxy.ts';

/** What a person may do in every repository. */
export type PersonRole = 'admin' | 'write' | 'read';

/** A repository of its own with `a.txt` in one commit on main. */
export interface FreshRepository {
  readonly name: RepositoryName;
  readonly fullName: string;
  readonly commit: string;
}

/** GitHub as adapters see it: an emulation that is checked against GitHub's own description. */
export class GitHubUnderTest {
  /** Writes by `client`. */
  readonly writes = new WriteCounter((route) => route.includes('/access_tokens'));
  readonly #root: string;
  readonly #runs: FinishedRuns;
  readonly #github: RunningGitHub;
  #proxy: { readonly port: number; readonly close: () => Promise<void> } | undefined;
  #token = '';

  private constructor(root: string, runs: FinishedRuns, github: RunningGitHub) {
    this.#root = root;
    this.#runs = runs;
    this.#github = github;
  }

  static async start(options: Pick<GitHubOptions, 'otherApp'>): Promise<GitHubUnderTest> {
    const root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-ports-'));
    const runs = await FinishedRuns.start();
    const github = await startGitHub({
      ...options,
      directory: path.join(root, 'github'),
      artifacts: runs.source,
      onDispatch: async ({ repository, workflow, ref }) => {
        const headSha = (await repository.git.objectOf(`refs/heads/${ref}`)) ?? '';
        const started = { event: 'workflow_dispatch', headBranch: ref, headSha, status: 'queued' as const };
        runs.addRun(github, repository.fullName, {
          ...started,
          name: workflow.replace(/\.yml$/, ''),
          conclusion: null,
        });
        return true;
      },
    });
    const world = new GitHubUnderTest(root, runs, github);
    world.#proxy = await world.writes.before(github.port);
    world.#token = await world.#installationToken();
    return world;
  }

  async stop(): Promise<void> {
    await this.#proxy?.close();
    await this.#runs.close();
    await this.#github.stop();
    await rm(this.#root, { recursive: true, force: true });
  }

  get github(): RunningGitHub {
    return this.#github;
  }

  /** Workflow runs, and what they uploaded. */
  get runs(): FinishedRuns {
    return this.#runs;
  }

  /** A token of the App's installation: what it writes is the bot's. */
  get client(): GitHubClient {
    return getOctokit(this.#token, { baseUrl: `http://127.0.0.1:${this.#proxy?.port}/api/v3` });
  }

  /** A person with a role. */
  person(login = 'mona', role: PersonRole = 'write') {
    return this.clientOf(login, role).rest;
  }

  /** The client of a person. */
  clientOf(login: string, role: PersonRole) {
    return getOctokit(this.#github.userToken(login, role), { baseUrl: this.#github.apiUrl });
  }

  /** The client that speaks as the App itself. */
  async asApp(): Promise<GitHubClient> {
    const { appId, appPrivateKey: privateKey, apiUrl: baseUrl } = this.#github;
    const app: unknown = await new Probot({ appId, privateKey, baseUrl, logLevel: 'fatal' }).auth();
    // Probot's Octokit has what adapters use; only the types come from other versions.
    return app as GitHubClient;
  }

  async repository(): Promise<FreshRepository> {
    const repo = `r-${randomUUID().slice(0, 8)}`;
    const fullName = `acme/${repo}`;
    await this.#github.createRepository(fullName);
    const clone = path.join(this.#root, repo);
    const url = this.#github.cloneUrl(fullName, this.#github.userToken('mona'));
    await runGit(this.#root, ['clone', '--quiet', url, clone]);
    await writeFile(path.join(clone, 'a.txt'), 'a\n');
    await runGit(clone, ['add', '.']);
    await runGit(clone, ['commit', '--quiet', '-m', 'start']);
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
    return { name: { owner: 'acme', repo }, fullName, commit: await runGit(clone, ['rev-parse', 'HEAD']) };
  }

  async #installationToken(): Promise<string> {
    const { appId, appPrivateKey: privateKey, apiUrl: baseUrl, installationId } = this.#github;
    const app = await new Probot({ appId, privateKey, baseUrl, logLevel: 'fatal' }).auth();
    const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: installationId });
    return data.token;
  }
}

/** Starts GitHub before the tests of a file, and stops it after them. */
export function useGitHub(options: Pick<GitHubOptions, 'otherApp'> = {}): () => GitHubUnderTest {
  let world: GitHubUnderTest | undefined;
  const get = () => {
    if (world === undefined) throw new Error('GitHub is used before its tests run');
    return world;
  };
  beforeAll(async () => {
    world = await GitHubUnderTest.start(options);
  });
  afterAll(() => world?.stop());
  return get;
}

/** The last tests of a file: what its adapters asked for is what GitHub describes. */
export function expectDescribed(world: () => GitHubUnderTest): void {
  describe('the adapter', () => {
    it('asked for nothing that GitHub does not describe', () => expect(world().github.violations).toEqual([]));
  });
}
