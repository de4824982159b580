import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/runner/', import.meta.url));
const REPOSITORY = { owner: 'acme', repo: 'flights' };
const NAME = 'acme/flights';

const CI = `
name: ci
on:
  push: { branches: [main] }
  pull_request:
permissions: {}
env: { LEVEL: workflow }
jobs:
  first:
    runs-on: ubuntu-latest
    permissions: { contents: read, pull-requests: write }
    outputs:
      answer: \${{ steps.probe.outputs.answer }}
      leak: \${{ steps.probe.outputs.leak }}
    steps:
      - uses: actions/checkout@0000000000000000000000000000000000000000
        with: { persist-credentials: false, fetch-depth: 0 }
      - id: probe
        uses: someone/tidegate/actions/probe@0000000000000000000000000000000000000000
        with: { given: "\${{ hashFiles('data.txt') != '' }}" }
      - run: |
          echo "env $LEVEL $FROM_PROBE \${ACTIONS_RESULTS_URL:-none} \${MY_SECRET:-no secret}"
          echo "event $GITHUB_EVENT_NAME $GITHUB_REF sha $(git rev-parse HEAD) $GITHUB_SHA"
          test "$(git rev-parse HEAD)" = "$GITHUB_SHA"
        env: { MY_SECRET: "\${{ secrets.MY_SECRET }}" }
      - if: failure()
        run: echo never
      - uses: actions/upload-artifact@v7
        with: { name: data, path: data.txt }
  second:
    needs: first
    if: \${{ !cancelled() && needs.first.result == 'success' }}
    runs-on: ubuntu-latest
    strategy: { matrix: { size: [1, 2] } }
    outputs:
      place-0: \${{ strategy.job-index == 0 && format('first of {0}', strategy.job-total) || '' }}
      place-1: \${{ strategy.job-index == 1 && matrix.size || '' }}
    steps:
      - uses: actions/download-artifact@v7
        with: { name: data, path: got }
      - run: cat got/data.txt && echo "answer \${{ needs.first.outputs.answer }} leak [\${{ needs.first.outputs.leak }}] size \${{ matrix.size }}"
      - run: exit 3
        continue-on-error: true
  third:
    needs: second
    runs-on: ubuntu-latest
    steps:
      - run: echo "places [\${{ needs.second.outputs[format('place-{0}', 0)] }}] [\${{ needs.second.outputs.place-1 }}]"
`;

const MANUAL = `
name: manual
on:
  workflow_dispatch: { inputs: { word: { default: hello } } }
  schedule: [{ cron: "0 0 * * *" }]
permissions: {}
jobs:
  write:
    runs-on: ubuntu-latest
    permissions: { contents: write }
    steps:
      - uses: actions/checkout@v6
      - run: |
          git config user.name x && git config user.email x@example.com
          git switch -c "made/\${{ inputs.word || 'scheduled' }}"
          git commit -q --allow-empty -m made
          git push -q origin HEAD
`;

const GROUPED = `
name: grouped
on: workflow_dispatch
concurrency: { group: "one-\${{ github.ref }}", cancel-in-progress: false }
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "attempt \${{ github.run_attempt }}"
`;

const DEPLOYING = `
name: deploying
on: workflow_dispatch
permissions: {}
jobs:
  outside:
    runs-on: ubuntu-latest
    steps:
      - run: echo "outside \${KEPT:-no secret}"
        env: { KEPT: "\${{ secrets.KEPT }}" }
  inside:
    runs-on: ubuntu-latest
    environment: release
    permissions: { id-token: write }
    steps:
      - uses: aws-actions/configure-aws-credentials@v6
        with: { role-to-assume: "arn:aws:iam::1:role/release", aws-region: eu-west-1 }
      - run: test "$KEPT" = kept-for-release && echo "inside $AWS_ACCESS_KEY_ID $AWS_REGION"
        env: { KEPT: "\${{ secrets.KEPT }}" }
`;

/** Statuses of the runs of the workflow `grouped`, as they came. */
const spans: string[] = [];

let folder: string;
let forge: Forge;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'forge-'));
  forge = await startForge({
    directory: folder,
    repositoryRoot: FIXTURES,
    roles: {
      'arn:aws:iam::1:role/release': {
        subject: `repo:${NAME}:environment:release`,
        accessKeyId: 'key-of-the-role',
        secretAccessKey: 'secret-of-the-role',
      },
    },
    onNews: (news) => {
      if (news.kind === 'run' && news.run.name === 'grouped') spans.push(news.run.status);
    },
  });
  await forge.createRepository(NAME);
  forge.secrets(NAME, { MY_SECRET: 'very-hidden-thing' });
  clone = path.join(folder, 'clone');
  await runGit(folder, ['clone', '--quiet', forge.cloneUrl(NAME, forge.userToken('mona')), clone]);
  await mkdir(path.join(clone, '.github/workflows'), { recursive: true });
  await writeFile(path.join(clone, '.github/workflows/ci.yml'), CI);
  await writeFile(path.join(clone, '.github/workflows/manual.yml'), MANUAL);
  await writeFile(path.join(clone, '.github/workflows/grouped.yml'), GROUPED);
  await writeFile(path.join(clone, '.github/workflows/deploying.yml'), DEPLOYING);
  await writeFile(path.join(clone, 'data.txt'), 'some data\n');
  await runGit(clone, ['add', '.']);
  await runGit(clone, ['commit', '--quiet', '-m', 'start']);
  await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
  await forge.idle();
}, 60_000);

afterAll(async () => {
  await forge.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('startForge', () => {
  it('runs the workflows of a pushed commit, with actions, artifacts, needs and a matrix', async () => {
    const { runs } = await forge.snapshot(NAME);
    const [run] = runs;
    const log = run?.jobs.map((job) => job.log).join('\n') ?? '';
    expect(run, log).toMatchObject({ name: 'ci', event: 'push', conclusion: 'success', artifacts: [{ name: 'data' }] });
    expect(run?.jobs.map(({ name }) => name)).toEqual(['first', 'second (1)', 'second (2)', 'third']);
    expect(log).toContain('places [first of 2] [2]');
    expect(log).toContain('model-path=model.onnx given=true node=24');
    expect(log).toContain('results present');
    expect(log).toContain('env workflow set none ***');
    expect(log).toContain('pre ran');
    expect(log).toContain('post ran, kept=yes');
    expect(log).toContain('answer 42\nlines leak [] size 2');
    expect(log).toContain('some data');
  });

  it('keeps the limits of the runner', async () => {
    const { runs } = await forge.snapshot(NAME);
    const [run] = runs;
    const log = run?.jobs[0]?.log ?? '';
    expect(log).not.toContain('s3cr3t-value');
    expect(log).not.toContain('very-hidden-thing');
    expect(log).not.toMatch(/ghs_/);
    expect(log).toContain("Skip output 'leak' since it may contain secret.");
    expect(run?.jobs[0]?.summary).toBe('# Summary with ***\n');
    const errors = run?.annotations.filter(({ annotation_level }) => annotation_level === 'failure') ?? [];
    expect(errors.filter(({ message }) => message.startsWith('number'))).toHaveLength(10);
    expect(Math.max(...errors.map(({ message }) => message.length))).toBe(4096);
    const look = { path: 'tidegate.yaml', start_line: 7, title: 'Look: here', message: 'first\nsecond' };
    expect(run?.annotations).toContainEqual(expect.objectContaining(look));
    expect(log).toContain("Can't store NODE_OPTIONS");
  });

  it('runs a workflow by hand, whose GITHUB_TOKEN pushes and starts nothing', async () => {
    const octokit = getOctokit(forge.userToken('mona'), { baseUrl: forge.apiUrl }).rest;
    const before = (await forge.snapshot(NAME)).runs.length;
    const dispatch = { ...REPOSITORY, workflow_id: 'manual.yml', ref: 'main' };
    await octokit.actions.createWorkflowDispatch({ ...dispatch, inputs: { word: 'by-hand' } });
    await forge.idle();
    const scheduled = await forge.schedule(NAME, 'manual.yml');
    await forge.idle();
    const { runs, branches } = await forge.snapshot(NAME);
    expect(runs.find(({ id }) => id === scheduled.id)?.conclusion, scheduled.jobs[0]?.log).toBe('success');
    expect(branches.map(({ name }) => name)).toEqual(['made/by-hand', 'made/scheduled', 'main'].sort());
    expect(runs.length).toBe(before + 2);
    expect(forge.github.webhooks.deliveries.filter(({ event }) => event === 'push')).toHaveLength(3);
    const listed = await octokit.actions.listWorkflowRuns({
      ...REPOSITORY,
      workflow_id: 'manual.yml',
      event: 'schedule',
    });
    expect(listed.data.workflow_runs).toHaveLength(1);
  });

  it('runs a pull request on its merge commit, a fork without secrets and with a token that only reads', async () => {
    const token = forge.userToken('guest', 'read');
    await forge.forkRepository(NAME, 'guest');
    await runGit(clone, ['switch', '--quiet', '-c', 'topic']);
    await writeFile(path.join(clone, 'data.txt'), 'other data\n');
    await runGit(clone, ['commit', '--quiet', '-am', 'topic']);
    await runGit(clone, ['push', '--quiet', forge.cloneUrl('guest/flights', token), 'HEAD:topic']);
    const octokit = getOctokit(token, { baseUrl: forge.apiUrl }).rest;
    const { data: pull } = await octokit.pulls.create({
      ...REPOSITORY,
      head: 'guest:topic',
      base: 'main',
      title: 'Topic',
    });
    await forge.idle();
    const { runs, pullRequests } = await forge.snapshot(NAME);
    const run = runs.find(({ event }) => event === 'pull_request');
    const log = run?.jobs.map((job) => job.log).join('\n') ?? '';
    expect(run, log).toMatchObject({ conclusion: 'success', headSha: pull.head.sha, pullRequests: [] });
    expect(log).toContain(`event pull_request refs/pull/${pull.number}/merge`);
    expect(log).toContain('no secret');
    expect(pullRequests[0]?.checks.map(({ name }) => name)).toEqual(['first', 'second (1)', 'second (2)', 'third']);
  });

  it('runs nothing for a pull request that conflicts with its base', async () => {
    const before = (await forge.snapshot(NAME)).runs.length;
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    for (const [branch, text] of [
      ['left', 'left\n'],
      ['right', 'right\n'],
    ] as const) {
      await runGit(clone, ['switch', '--quiet', '-C', branch, 'origin/main']);
      await writeFile(path.join(clone, 'data.txt'), text);
      await runGit(clone, ['commit', '--quiet', '-am', branch]);
      await runGit(clone, ['push', '--quiet', 'origin', `HEAD:${branch}`]);
    }
    const octokit = getOctokit(forge.userToken('mona'), { baseUrl: forge.apiUrl }).rest;
    const { data: pull } = await octokit.pulls.create({ ...REPOSITORY, head: 'left', base: 'right', title: 'Clash' });
    await forge.idle();
    const { data: got } = await octokit.pulls.get({ ...REPOSITORY, pull_number: pull.number });
    expect(got).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    expect((await forge.snapshot(NAME)).runs.length).toBe(before);
    await expect(octokit.pulls.merge({ ...REPOSITORY, pull_number: pull.number })).rejects.toMatchObject({
      status: 405,
    });
  });

  it('runs a concurrency group one after another', async () => {
    const octokit = getOctokit(forge.userToken('mona'), { baseUrl: forge.apiUrl }).rest;
    const before = spans.length;
    const dispatch = { ...REPOSITORY, workflow_id: 'grouped.yml', ref: 'main' };
    await octokit.actions.createWorkflowDispatch(dispatch);
    await octokit.actions.createWorkflowDispatch(dispatch);
    await forge.idle();
    expect(spans.slice(before)).toEqual(['in_progress', 'completed', 'in_progress', 'completed']);
  });

  it('keeps the secrets and the identity of an environment for runs of its refs', async () => {
    forge.environment(NAME, 'release', { refs: ['refs/heads/main'], secrets: { KEPT: 'kept-for-release' } });
    const octokit = getOctokit(forge.userToken('mona'), { baseUrl: forge.apiUrl }).rest;
    const of = async (ref: string) => {
      await octokit.actions.createWorkflowDispatch({ ...REPOSITORY, workflow_id: 'deploying.yml', ref });
      await forge.idle();
      const jobs = (await forge.snapshot(NAME)).runs.at(-1)?.jobs ?? [];
      return Object.fromEntries(jobs.map(({ key, conclusion, log }) => [key, { conclusion, log }]));
    };
    const onMain = await of('main');
    expect(onMain.outside?.log).toContain('outside no secret');
    expect(onMain.inside?.log).toContain('inside key-of-the-role eu-west-1');
    await runGit(clone, ['push', '--quiet', 'origin', 'origin/main:refs/heads/of-somebody']);
    const elsewhere = await of('of-somebody');
    expect(elsewhere.outside?.log).toContain('outside no secret');
    expect(elsewhere.inside).toMatchObject({ conclusion: 'failure' });
    expect(elsewhere.inside?.log).toContain('is not allowed to deploy to release');
  });

  it('runs a finished run again as a new attempt', async () => {
    const run = (await forge.snapshot(NAME)).runs.find(({ name }) => name === 'grouped');
    forge.rerun(NAME, run?.id ?? 0);
    await forge.idle();
    const again = (await forge.snapshot(NAME)).runs.find(({ id }) => id === run?.id);
    expect(again).toMatchObject({ attempt: 2, conclusion: 'success' });
    expect(again?.jobs[0]?.log).toContain('attempt 2');
  });

  it('serves artifacts of other runs through the REST interface', async () => {
    const octokit = getOctokit(forge.userToken('mona'), { baseUrl: forge.apiUrl }).rest;
    const run_id = (await forge.snapshot(NAME)).runs[0]?.id ?? 0;
    const { data } = await octokit.actions.listWorkflowRunArtifacts({ ...REPOSITORY, run_id, name: 'data' });
    const artifact_id = data.artifacts[0]?.id ?? 0;
    const zip = await octokit.actions.downloadArtifact({ ...REPOSITORY, artifact_id, archive_format: 'zip' });
    expect(
      Buffer.from(new Uint8Array(zip.data as ArrayBuffer))
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
  });

  it('tells the App of runs, and agrees with the OpenAPI description', () => {
    const runs = forge.github.webhooks.deliveries.filter(({ event }) => event === 'workflow_run');
    expect(new Set(runs.map(({ action }) => action))).toEqual(new Set(['requested', 'in_progress', 'completed']));
    expect(forge.violations).toEqual([]);
  });
});
