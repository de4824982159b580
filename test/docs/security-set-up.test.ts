import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { Probot } from 'probot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_EVENTS, APP_PERMISSIONS } from '../../bot/app-manifest.ts';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import type { GitHubClient } from '../../core/adapters/github/github-client.ts';
import { createGitHubCommits } from '../../core/adapters/github/github-commits.ts';
import { GitHubHealthSignals } from '../../core/adapters/github/github-health-signals.ts';
import { AppOfOrganization } from '../../core/adapters/github/github-installed-app.ts';
import { GitHubRepositorySetup } from '../../core/adapters/github/github-repository-setup.ts';
import type { Finding } from '../../core/domain/doctor/finding.ts';
import { examineSetup, MAX_WORKFLOW_FILES } from '../../core/usecases/setup/examine-setup.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { GhShell } from '../../testkit/gh-shell.ts';
import { runGit } from '../../testkit/git-client.ts';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

const CONFIG = `version: 1
models:
  flights:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: data/test.csv, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    register: { store: "s3://models/flights" }
    drift: { current: "s3://logs/*.jsonl", retrain: { update: python fetch.py } }
    environments:
      - name: production
        targets: [{ file: k8s/production/model.yaml, kind: InferenceService, name: flights }]
        health: { from: argocd, context: continuous-delivery/flights, creator: "acme-argocd[bot]", deadline: 30m }
`;

let folder: string;
let github: RunningGitHub;
let admin: string;
let guide: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tidegate-doctor-'));
  const otherApp = { slug: 'acme-argocd', permissions: { statuses: 'write' } } as const;
  github = await startGitHub({ directory: path.join(folder, 'git'), otherApp });
  admin = github.userToken('ada', 'admin');
  guide = await readFile(path.join(PROJECT_ROOT, 'docs/guide/first-model.md'), 'utf8');
});
afterAll(async () => {
  await github?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A repository that adopted Tidegate, and in which no one has set anything. */
async function adopt(repo: string) {
  const fullName = `acme/${repo}`;
  await github.createRepository(fullName);
  const clone = path.join(folder, repo);
  await runGit(folder, ['clone', '--quiet', github.cloneUrl(fullName, admin), clone]);
  const commit = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(clone, file)), { recursive: true });
    await writeFile(path.join(clone, file), text);
    await runGit(clone, ['add', '--all']);
    await runGit(clone, ['commit', '--quiet', '-m', file]);
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
  };
  await fillWorkflows(clone, { model: 'flights', branch: 'main', update: 'python fetch.py' });
  await commit('tidegate.yaml', CONFIG);
  const shell = await GhShell.open(path.join(folder, `${repo}-bin`), { github, token: admin, repository: fullName });
  return { repo, fullName, clone, commit, shell };
}

/** What Argo CD's App says of the newest commit. */
async function tellHealth({ repo, clone }: { readonly repo: string; readonly clone: string }): Promise<void> {
  const { id = 0, privateKey = '', installationId = 0 } = github.otherApp ?? {};
  const app = await new Probot({ appId: id, privateKey, baseUrl: github.apiUrl, logLevel: 'fatal' }).auth();
  const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: installationId });
  await getOctokit(data.token, { baseUrl: github.apiUrl }).rest.repos.createCommitStatus({
    ...{ owner: 'acme', repo, sha: await runGit(clone, ['rev-parse', 'HEAD']) },
    ...{ state: 'success', context: 'continuous-delivery/flights' },
  });
}

/** As \`npm run doctor\` runs it. */
function doctor(repository: string, token = admin) {
  const args = [path.join(PROJECT_ROOT, 'cli/doctor.ts'), repository, '--api-url', github.apiUrl];
  const env = { ...hostEnvironment(), GITHUB_TOKEN: token };
  return runProgram(process.execPath, args, { cwd: PROJECT_ROOT, env });
}

function examine(repo: string, token = admin): Promise<readonly Finding[]> {
  const client: GitHubClient = getOctokit(token, { baseUrl: github.apiUrl });
  const name = { owner: 'acme', repo };
  const commits = createGitHubCommits(client, name);
  return examineSetup(
    { repository: `acme/${repo}`, wanted: { permissions: APP_PERMISSIONS, events: APP_EVENTS } },
    {
      setup: new GitHubRepositorySetup(client, name),
      installedApp: new AppOfOrganization(client, name, { slug: 'tidegate' }),
      checks: new GitHubHealthSignals(client, name),
      commits,
    },
  );
}

/** Code of the guide in a language, as a reader copies it: with the number of their own App. */
function blocksOf(language: string): readonly string[] {
  const found = guide.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  const own = [...found].filter(([, of]) => of === language);
  return own.map(([, , block = '']) => block.replace('123456', String(github.appId)));
}

const stateOf = (findings: readonly Finding[], state: Finding['state']) =>
  findings.filter((one) => one.state === state).map(({ title }) => title);

describe('the security set-up of the guide', () => {
  it('brings a repository from red to green, step by step with its own commands', async () => {
    const project = await adopt('followed');
    const { shell, fullName, commit } = project;
    await shell.run('gh secret set TIDEGATE_WRITE_ACCESS_KEY_ID');
    const before = await doctor(fullName);
    expect(before.exitCode, before.stderr).toBe(1);
    for (const said of ['tidegate-release', 'tidegate-data', 'TIDEGATE_WRITE_ACCESS_KEY_ID', 'tidegate / promotion']) {
      expect(before.stdout).toMatch(new RegExp(`MISSING.*${said}`));
    }
    const commands = blocksOf('sh').filter((block) => /^\s*gh /m.test(block));
    expect(commands.length).toBeGreaterThan(3);
    for (const block of commands) {
      const { exitCode, stderr } = await shell.run(block);
      expect(exitCode, `${block}\n${stderr}`).toBe(0);
    }
    const removal = /`(gh secret delete TIDEGATE_WRITE_ACCESS_KEY_ID)`/.exec(guide)?.[1] ?? '';
    expect((await shell.run(removal)).exitCode).toBe(0);
    const owners = blocksOf('').find((block) => block.includes('/.github/')) ?? '';
    expect(owners).not.toBe('');
    await commit('.github/CODEOWNERS', owners);
    await tellHealth(project);
    const after = await doctor(fullName);
    expect(after.exitCode, after.stdout + after.stderr).toBe(0);
    expect(after.stdout).not.toContain('MISSING');
    expect(after.stdout).not.toMatch(/^ {2}unknown/m);
    // What no command does for everyone: choosing reviewers, and a second App for tags.
    expect(after.stdout.match(/^ {2}advised.*$/gm)?.map((line) => line.split(':')[0])).toEqual([
      '  advised  A deployment to tidegate-release waits for a reviewer, and admins cannot skip the wait',
      '  advised  A deployment to tidegate-data waits for a reviewer, and admins cannot skip the wait',
      '  advised  Not everyone with write access can create version tags',
    ]);
    expect(github.violations).toEqual([]);
  });

  it('leaves nothing missing that a command of the doctor can set', async () => {
    const { repo, fullName, shell } = await adopt('obeyed');
    const { environments } = github.state.repository(fullName) ?? {};
    environments?.set('tidegate-release', {
      refs: ['refs/heads/next', 'refs/tags/v*', 'refs/heads/topic'],
      secrets: {},
    });
    environments?.set('tidegate-data', { refs: undefined, secrets: {}, isForProtected: true });
    github.state.repository(fullName)?.secrets.set('TIDEGATE_DATA_SECRET_ACCESS_KEY', 'x');
    Object.assign(github.state.repository(fullName)?.actionsSettings ?? {}, {
      defaultPermissions: 'write',
      retentionDays: 7,
    });
    const before = await examine(repo);
    const commands = before.flatMap((one) => (one.state === 'missing' && one.fix.command !== undefined ? [one] : []));
    expect(commands.length).toBeGreaterThan(10);
    for (const { title, fix } of commands) {
      const { exitCode, stderr } = await shell.run(fix.command ?? '');
      expect(exitCode, `${title}\n${fix.command}\n${stderr}`).toBe(0);
    }
    const still = stateOf(await examine(repo), 'missing');
    expect(commands.filter(({ title }) => still.includes(title)).map(({ title }) => title)).toEqual([]);
    expect(github.violations).toEqual([]);
  });
});

describe('npm run doctor', () => {
  it('calls unknown what the token may not see, names the permission, and does not exit with 0', async () => {
    const { repo, fullName, shell } = await adopt('hidden');
    // The older way to protect a branch: what it says is for who administrates the repository.
    const protection = {
      required_status_checks: null,
      enforce_admins: true,
      required_pull_request_reviews: null,
      restrictions: null,
    };
    await shell.run(
      `gh api --method PUT repos/${fullName}/branches/main/protection --input - <<'J'\n${JSON.stringify(protection)}\nJ`,
    );
    const writer = github.userToken('wim', 'write');
    const unknown = await examine(repo, writer);
    const hidden = unknown.flatMap((one) => (one.state === 'unknown' ? [`${one.title}: ${one.needs}`] : []));
    expect(hidden.join('\n')).toMatch(/Force pushes are blocked: administration: read/);
    expect(hidden.join('\n')).toMatch(/The App has the permissions that the bot needs: organization administration/);
    const asAdmin = stateOf(await examine(repo), 'holds');
    // Whatever is in place for who sees less is in place for who sees all.
    expect(stateOf(unknown, 'holds').filter((title) => !asAdmin.includes(title))).toEqual([]);
    expect((await doctor(fullName, writer)).exitCode).toBe(1);
  });

  it('does not take a word of another person for health, nor go through files without end', async () => {
    const { repo, clone, commit } = await adopt('crowded');
    await getOctokit(admin, { baseUrl: github.apiUrl }).rest.repos.createCommitStatus({
      ...{ owner: 'acme', repo, sha: await runGit(clone, ['rev-parse', 'HEAD']) },
      ...{ state: 'success', context: 'continuous-delivery/flights' },
    });
    const said = (await examine(repo)).find(({ title }) => title.startsWith('A recent commit'));
    expect(said).toMatchObject({ state: 'missing', detail: expect.stringContaining('but not by acme-argocd[bot]') });
    for (let count = 0; count < MAX_WORKFLOW_FILES; count += 1) {
      await writeFile(path.join(clone, '.github/workflows', `w${count}.yml`), 'on: push\njobs: {}\n');
    }
    await commit('README.md', 'more workflows\n');
    const workflows = (await examine(repo)).filter(({ area }) => area === 'workflows');
    expect(new Set(workflows.map(({ state }) => state))).toEqual(new Set(['unknown']));
  });

  it('says what is wrong with a token or a name, and exits with 2', async () => {
    const refused = await doctor('acme/nothing-there');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('Check that the token is valid');
    expect(await doctor('acme')).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
