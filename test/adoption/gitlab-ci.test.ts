import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countTestCases } from '../../core/adapters/files/junit-file.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { findProgram } from '../../scripts/system-programs.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type GitLabServer, startGitLab } from '../../testkit/gitlab.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { GitHostedRepository, PUSH_TOKEN } from './git-hosted-repository.ts';

const TEMPLATE = path.join(PROJECT_ROOT, 'templates/gitlab/tidegate.gitlab-ci.yml');
const RUNNER = path.join(PROJECT_ROOT, 'node_modules/.bin/gitlab-ci-local');
const PIPELINE_MS = 180_000;

/** The template as a team fills it in. */
async function pipelineFile(): Promise<string> {
  const text = await readFile(TEMPLATE, 'utf8');
  const values = { MODEL: 'tumour', ARTIFACT: 'models/model.joblib', VERSION: '0.1.0' };
  return Object.entries(values).reduce((filled, [name, value]) => filled.replaceAll(`__${name}__`, value), text);
}

// gitlab-ci-local copies work trees with rsync.
describe.skipIf(findProgram('rsync') === undefined)('the pipeline for GitLab', () => {
  let repository: GitHostedRepository;
  let gitlab: GitLabServer;
  let pipelines = 100;
  beforeAll(async () => {
    repository = await GitHostedRepository.create({ '.gitlab-ci.yml': await pipelineFile() });
    const users = [{ token: 'glpat-note', id: 7, scopes: ['api'], projects: [3] }];
    gitlab = await startGitLab({ project: 3, mergeRequest: 5, users });
  }, 300_000);
  afterAll(async () => {
    await gitlab?.close();
    await repository?.stop();
  });

  /** Runs the pipeline of what is checked out, each job in a work tree of its own. */
  async function run(variables: Readonly<Record<string, string>>) {
    pipelines += 1;
    const all = {
      ...{ GITLAB_CI: 'true', CI_PIPELINE_ID: String(pipelines), CI_PROJECT_ID: '3', CI_API_V4_URL: gitlab.apiUrl },
      ...{ CI_DEFAULT_BRANCH: 'main', CI_PROJECT_URL: repository.url.replace('.git', ''), GITLAB_TOKEN: 'glpat-note' },
      ...{ TIDEGATE_PACKAGE: repository.package, RUNNER_TOOL_CACHE: path.join(repository.folder, 'tools') },
      ...variables,
    };
    const flags = Object.entries(all).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
    const own = ['--force-shell-executor', '--shell-isolation', '--ignore-predefined-vars', Object.keys(all).join(',')];
    const state = { cwd: repository.clone, env: repository.environment() };
    const { exitCode, stdout, stderr } = await runProgram(process.execPath, [RUNNER, ...own, ...flags], state);
    return { exitCode, log: stdout + stderr };
  }
  const ofBranch = (more = {}) =>
    run({ CI_COMMIT_BRANCH: 'main', CI_COMMIT_REF_PROTECTED: 'true', GITLAB_PUSH_TOKEN: PUSH_TOKEN, ...more });
  const ofRequest = (branch: string) =>
    run({
      ...{ CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_IID: '5', CI_COMMIT_BRANCH: '' },
      ...{ CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: branch },
    });
  const artifact = (job: string, file: string) =>
    readFile(path.join(repository.clone, '.gitlab-ci-local/artifacts', job, file), 'utf8');

  it('registers what is on the default branch, as a tag that Git alone pushed', { timeout: PIPELINE_MS }, async () => {
    const { exitCode, log } = await ofBranch();
    expect(exitCode, log).toBe(0);
    expect(await repository.tags(), log).toEqual(['tumour@v0.1.0']);
    expect(gitlab.notes).toEqual([]);
    expect(log).not.toContain(PUSH_TOKEN);
  });

  it('lets a better model through, with a note and no version', { timeout: PIPELINE_MS }, async () => {
    await repository.propose('better', 'config.yaml', ['C: 1.0', 'C: 0.5']);
    const { exitCode, log } = await ofRequest('better');
    expect(exitCode, log).toBe(0);
    expect(gitlab.notes.map(({ body }) => body)).toEqual([expect.stringContaining('champion v0.1.0')]);
    expect(gitlab.notes[0]?.body).toContain('✅ pass');
    expect(log).not.toContain('register starting');
    expect(await repository.tags()).toEqual(['tumour@v0.1.0']);
  });

  it('fails for a worse one, and shows why in the note, the test report and at the line of the rule', {
    timeout: PIPELINE_MS,
  }, async () => {
    await repository.propose('worse', 'config.yaml', ['features: []', 'features: [mean symmetry]']);
    const { exitCode, log } = await ofRequest('worse');
    expect(exitCode, log).not.toBe(0);
    expect(gitlab.notes).toHaveLength(1);
    expect(gitlab.notes[0]?.body).toContain('❌ fail');
    const junit = await artifact('judge', 'tidegate-junit.xml');
    expect(countTestCases(new TextEncoder().encode(junit), 'junit').failures).toBeGreaterThan(0);
    const issues = JSON.parse(await artifact('judge', 'gl-code-quality-report.json'));
    const lines = (await readFile(path.join(repository.clone, 'tidegate.yaml'), 'utf8')).split('\n');
    for (const { location } of issues) expect(lines[location.lines.begin - 1]).toContain('metric: accuracy');
  });

  it('judges by the gate of main too, where the merge request changes it', { timeout: PIPELINE_MS }, async () => {
    await repository.propose('looser', 'tidegate.yaml', ['max-regression: 0.05', 'max-regression: 0.9']);
    await repository.push('looser', { 'config.yaml': 'C: 1.0\nfeatures: [mean symmetry]\n' });
    const { exitCode, log } = await ofRequest('looser');
    expect(exitCode, log).not.toBe(0);
    expect(gitlab.notes[0]?.body).toContain('the worse one counts');
  });

  it('registers the next version after a merge, and nothing where nothing changed', {
    timeout: 2 * PIPELINE_MS,
  }, async () => {
    await repository.propose('better', 'config.yaml', ['C: 1.0', 'C: 0.5']);
    await repository.merge();
    expect((await ofBranch()).exitCode).toBe(0);
    const again = await ofBranch();
    expect(again.exitCode, again.log).toBe(0);
    expect(again.log).toContain('Nothing to register');
    expect(await repository.tags()).toEqual(['tumour@v0.1.0', 'tumour@v0.1.1']);
  });

  it('believes no tag that a person pushed', { timeout: PIPELINE_MS }, async () => {
    const [commit, message] = [
      await runGit(repository.clone, ['rev-parse', 'main']),
      await runGit(repository.origin, ['tag', '--list', '--format=%(contents)', 'tumour@v0.1.1']),
    ];
    const forged = message.replaceAll('0.1.1', '9.0.0');
    await runGit(repository.origin, ['tag', '--annotate', 'tumour@v9.0.0', '--message', forged, commit], {
      ...{ name: 'eve', email: 'eve@users.noreply.github.com' },
    });
    await repository.propose('after', 'config.yaml', ['C: 0.5', 'C: 0.4']);
    const { exitCode, log } = await ofRequest('after');
    expect(exitCode, log).toBe(0);
    expect(gitlab.notes[0]?.body).toContain('champion v0.1.1');
  });

  it('refuses to register where the branch or the token does not fit', { timeout: PIPELINE_MS }, async () => {
    await repository.propose('more', 'config.yaml', ['C: 0.5', 'C: 0.3']);
    await repository.merge();
    const unprotected = await ofBranch({ CI_COMMIT_REF_PROTECTED: 'false' });
    expect(unprotected.exitCode).not.toBe(0);
    expect(unprotected.log).toContain('Protect main in Settings');
    const tokenless = await ofBranch({ GITLAB_PUSH_TOKEN: 'wrong' });
    expect(tokenless.exitCode).not.toBe(0);
    expect(tokenless.log).toContain('GITLAB_PUSH_TOKEN');
    expect(await repository.tags()).not.toContain('tumour@v0.1.2');
  });
});
