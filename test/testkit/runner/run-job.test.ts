// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostEnvironment } from '../../../testkit/host-environment.ts';
import { runJob } from '../../../testkit/runner/run-job.ts';
import { parseWorkflow } from '../../../testkit/runner/workflow.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/runner/', import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'job-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(job: string) {
  const text = job
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  const [parsed] = parseWorkflow(`on: push\njobs:\n  a:\n${text}`, 'w.yml').jobs;
  if (parsed === undefined) throw new Error('no job');
  return runJob({
    job: parsed,
    name: 'a',
    matrix: {},
    strategy: {},
    directory: await mkdtemp(path.join(folder, 'run-')),
    github: { repository: 'acme/flights', ref: 'refs/heads/main', sha: '0'.repeat(40) },
    token: 'ghs_the_token_of_the_job',
    secrets: {},
    variables: {},
    inputs: {},
    needs: {},
    workflowEnv: {},
    resultsEnvironment: {},
    host: {
      repositoryRoot: FIXTURES,
      node: process.execPath,
      path: hostEnvironment().PATH,
      gitUrl: 'http://127.0.0.1:1',
      toolCache: path.join(folder, 'tools'),
    },
  });
}

describe('runJob', () => {
  it('skips what follows a failed step, except always() and failure()', async () => {
    const { conclusion, steps } = await run(
      'steps: [{run: exit 2}, {run: echo a}, {run: echo b, if: always()}, {run: echo c, if: failure()}]',
    );
    expect(conclusion).toBe('failure');
    expect(steps.map((step) => step.conclusion)).toEqual(['failure', 'skipped', 'success', 'success']);
  });

  it('sees outcome and conclusion of a step that may fail', async () => {
    const { log, conclusion } = await run(
      'steps:\n  - {id: x, run: exit 1, continue-on-error: true}\n  - run: echo "${{ steps.x.outcome }}/${{ steps.x.conclusion }}"',
    );
    expect(conclusion).toBe('success');
    expect(log).toContain('failure/success');
  });

  it('kills a step that takes too long, with what it started', async () => {
    const { conclusion, annotations } = await run(
      'steps: [{name: slow, run: "sleep 60 & sleep 60", timeout-minutes: 0.005}]',
    );
    expect(conclusion).toBe('failure');
    expect(annotations.map(({ message }) => message)).toEqual(["The action 'slow' has timed out after 0.005 minutes."]);
  });

  it('fails a job that takes too long, and skips the rest of it', async () => {
    const { conclusion, steps } = await run('timeout-minutes: 0.005\nsteps: [{run: sleep 60}, {run: echo never}]');
    expect(conclusion).toBe('failure');
    expect(steps.map((step) => step.conclusion)).toEqual(['failure', 'skipped']);
  });

  it('keeps a summary of 1 MiB, and drops one byte more whole, with an error', async () => {
    const write = (bytes: number) =>
      run(`steps:\n  - run: head -c ${bytes} /dev/zero | tr '\\0' y >> "$GITHUB_STEP_SUMMARY"`);
    const kept = await write(1024 * 1024);
    expect(kept.summary.length).toBe(1024 * 1024);
    expect(kept.annotations).toEqual([]);
    const dropped = await write(1024 * 1024 + 1);
    expect(dropped).toMatchObject({ summary: '', conclusion: 'success', annotations: [{ level: 'error' }] });
    expect(dropped.annotations[0]?.message).toContain('supports content up to a size of 1024k');
  });

  it('runs no pre step of an action of the work tree, and its post step at the end', async () => {
    const { log } = await run('steps: [{uses: ./actions/probe, with: {given: x}}, {run: echo last}]');
    expect(log).not.toContain('pre ran');
    expect(log.indexOf('post ran, kept=yes')).toBeGreaterThan(log.indexOf('last'));
  });

  it('warns of an input that the action does not have', async () => {
    const { annotations } = await run('steps: [{uses: ./actions/probe, with: {givne: x}}]');
    expect(annotations[0]).toMatchObject({ level: 'warning', message: expect.stringContaining("'givne'") });
  });

  it('hides secrets of its own machine from steps', async () => {
    const { log } = await run('steps: [{run: env}]');
    const names = [...log.matchAll(/^([A-Za-z_]\w*)=/gm)].map((match) => match[1] ?? '');
    const expected = /^(?:GITHUB_|RUNNER_|INPUT_)|^(?:HOME|PATH|LANG|CI|PWD|SHLVL|_|OLDPWD)$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
  });

  it('stops reading commands when it is told to', async () => {
    const { annotations, log } = await run(
      'steps: [{run: "echo ::stop-commands::t1; echo ::error::no; echo ::t1::; echo ::error::yes"}]',
    );
    expect(annotations.map(({ message }) => message)).toEqual(['yes']);
    expect(log).toContain('::error::no');
  });

  it('lets GITHUB_ENV override the env of the job, and env of a step override both', async () => {
    const { log } = await run(
      'env: {A: job, B: job}\nsteps:\n  - run: echo "A=file" >> "$GITHUB_ENV"; echo "B=file" >> "$GITHUB_ENV"\n  - {run: "echo $A/$B/${{ env.B }}", env: {B: step}}',
    );
    expect(log).toContain('file/step/step');
  });

  it('logs in to a registry for the job, and out at its end', async () => {
    const { log } = await run(
      'steps:\n  - {uses: docker/login-action@v4, with: {registry: ghcr.io, username: me, password: hunter22}}\n  - run: cat $HOME/.docker/config.json',
    );
    expect(log).toContain('{"auths":{"ghcr.io":{"auth":"***"}}}');
  });

  it('refuses an action of another runtime, and one that it has no stand-in for', async () => {
    const { annotations } = await run('steps: [{uses: docker/build-push-action@v6}]');
    expect(annotations[0]?.message).toContain('no stand-in for docker/build-push-action@v6');
  });
});
