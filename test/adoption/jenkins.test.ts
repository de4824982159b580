import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countTestCases } from '../../core/adapters/files/junit-file.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type JenkinsNode, nodesNamed, parseJenkinsfile } from '../../testkit/jenkinsfile.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { GitHostedRepository, PUSH_TOKEN } from './git-hosted-repository.ts';

const TEMPLATE = path.join(PROJECT_ROOT, 'templates/jenkins/Jenkinsfile');
const BUILD_MS = 180_000;

let nodes: readonly JenkinsNode[];
let repository: GitHostedRepository;
beforeAll(async () => {
  const text = await readFile(TEMPLATE, 'utf8');
  const values = { MODEL: 'tumour', BRANCH: 'main', VERSION: '0.1.0' };
  const filled = Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`__${name}__`, value), text);
  nodes = parseJenkinsfile(filled);
  repository = await GitHostedRepository.create({ Jenkinsfile: filled });
}, 300_000);
afterAll(() => repository?.stop());

const named = (name: string, within: readonly JenkinsNode[] = nodes) => nodesNamed(within, name);
let builds = 0;

/** Builds what is checked out: the stages in order up to the first failure, as Jenkins does, with its variables. */
async function build(branch: string, target?: string) {
  builds += 1;
  const request = target === undefined ? {} : { CHANGE_ID: '4', CHANGE_TARGET: target };
  const settings = Object.fromEntries(
    named('environment').flatMap(({ children }) =>
      children.map(({ name, argument }) => [name, argument.replace(/^= '(.*)'$/, '$1')]),
    ),
  );
  const env = repository.environment({
    ...{ JENKINS_URL: 'http://127.0.0.1/', BUILD_NUMBER: String(builds), BRANCH_NAME: branch, ...request, ...settings },
    GIT_COMMIT: await runGit(repository.clone, ['rev-parse', 'HEAD']),
    ...{ TIDEGATE_PACKAGE: repository.package, RUNNER_TOOL_CACHE: path.join(repository.folder, 'tools') },
  });
  let log = '';
  for (const stage of named('stage')) {
    const only = named('branch', named('when', stage.children))[0]?.argument;
    if (only !== undefined && only !== branch) continue;
    const isPushing = named('withCredentials', stage.children).some(({ argument }) =>
      argument.includes('tidegate-push'),
    );
    const access = isPushing ? await credentials() : {};
    for (const { argument } of named('sh', stage.children)) {
      // As Jenkins runs it.
      const ran = await runProgram('sh', ['-xe', '-c', argument], {
        cwd: repository.clone,
        env: { ...env, ...access },
      });
      log += ran.stdout + ran.stderr;
      if (ran.exitCode !== 0) return { failedIn: stage.argument, log };
    }
  }
  return { failedIn: undefined, log };
}

/** As gitUsernamePassword does: a program that Git asks. */
async function credentials() {
  const helper = `!f() { echo username=tidegate; echo password=${PUSH_TOKEN}; }; f`;
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'credential.helper', GIT_CONFIG_VALUE_0: helper };
}

describe('the Jenkinsfile', () => {
  it('is a Declarative Pipeline whose test report is read whatever happens', () => {
    expect(nodes.map(({ name }) => name)).toEqual(['pipeline']);
    const [pipeline] = nodes;
    expect(pipeline?.children.map(({ name }) => name)).toEqual(['agent', 'options', 'environment', 'stages', 'post']);
    expect(named('stage').map(({ argument }) => argument)).toEqual(['Train', 'Judge', 'Register']);
    for (const stage of named('stage')) expect(stage.children.map(({ name }) => name)).toContain('steps');
    const [junit] = named('junit', named('always', named('post')));
    const judge = named('sh').find(({ argument }) => argument.includes('tidegate judge'));
    const [, report = ''] = /--junit-report (\S+)/.exec(judge?.argument ?? '') ?? [];
    expect(junit?.argument).toContain(`testResults: '${report}'`);
  });

  it('gives the token that pushes to no stage that runs for other branches', () => {
    for (const stage of named('stage')) {
      const isPushing = JSON.stringify(stage).includes('tidegate-push');
      expect(isPushing).toBe(named('branch', stage.children).length > 0);
    }
  });

  it('registers what is on the default branch', { timeout: BUILD_MS }, async () => {
    const first = await build('main');
    expect(first.failedIn, first.log).toBeUndefined();
    expect(await repository.tags()).toEqual(['tumour@v0.1.0']);
    expect(first.log).not.toContain(PUSH_TOKEN);
  });

  it('lets a better model of a pull request through, and stops at a worse one', { timeout: 2 * BUILD_MS }, async () => {
    await repository.propose('better', 'config.yaml', ['C: 1.0', 'C: 0.5']);
    const better = await build('PR-4', 'main');
    expect(better.failedIn, better.log).toBeUndefined();
    expect(better.log).toContain('0.1.0');
    await repository.propose('worse', 'config.yaml', ['features: []', 'features: [mean symmetry]']);
    const worse = await build('PR-4', 'main');
    expect(worse.failedIn, worse.log).toBe('Judge');
    const junit = await readFile(path.join(repository.clone, 'tidegate-junit.xml'));
    expect(countTestCases(junit, 'junit').failures).toBeGreaterThan(0);
    expect(await repository.tags()).toEqual(['tumour@v0.1.0']);
  });

  it('registers nothing from another branch, whatever its name is said to be', { timeout: BUILD_MS }, async () => {
    await repository.propose('other', 'config.yaml', ['C: 1.0', 'C: 0.4']);
    const other = await build('main');
    expect(other.failedIn, other.log).toBe('Register');
    expect(other.log).toContain('is not on the branch main of origin');
  });
});
