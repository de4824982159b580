import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import type { WorkflowJob } from '../../testkit/github/state.ts';
import { createZip } from '../../testkit/zip.ts';
import { MINIMAL } from '../core/config/mistakes.ts';
import { SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';
import { BotWorld, type FinishedRunOptions } from './bot-world.ts';

const NAME = 'acme/flights';
const REPOSITORY = { owner: 'acme', repo: 'flights' };
const REPORT = { ...SAMPLE_REPORTS.evaluation, model: 'm', verdict: 'pass', rules: [] };
const workflow = (model: string) =>
  `on: pull_request\njobs:\n  train:\n    steps:\n      - uses: tidegate/tidegate/actions/train@v1\n        with: { model: ${model} }\n`;
/** Requests for a failed run of one model; the table of docs/decisions/api-budget.md has the budget. */
const BUDGET = 14;

let world: BotWorld;
let clone: string;
let count = 0;

beforeAll(async () => {
  world = await BotWorld.start();
  await world.github.createRepository(NAME);
  clone = await world.clone(NAME);
  const files = {
    '.github/workflows/model-ci.yml': workflow('m'),
    '.github/workflows/lint.yml': 'on: pull_request\njobs: {}\n',
  };
  await world.commit(clone, 'main', { 'tidegate.yaml': MINIMAL, ...files });
  await world.settle();
});
afterAll(() => world?.stop());

async function openPull() {
  count += 1;
  const headBranch = `change-${count}`;
  const files = { 'train.py': `# ${count}` };
  return { headBranch, ...(await world.openPull(clone, { repository: NAME, branch: headBranch }, files)) };
}

function failedJob(name: string, step: string, log: string): WorkflowJob {
  const steps = [
    { name: 'Check out', number: 1, conclusion: 'success' as const },
    { name: step, number: 2, conclusion: 'failure' as const },
  ];
  return { ...world.job(name), conclusion: 'failure', steps, log };
}

/** A run of the pull request's workflow that failed in training, unless told otherwise. */
function fail(pull: Awaited<ReturnType<typeof openPull>>, log: string, more: Partial<FinishedRunOptions> = {}) {
  world.writes.arm();
  const jobs = [failedJob('train', 'Train', log), failedJob('tidegate', 'Fail where training did not succeed', 'no\n')];
  const { headBranch, headSha } = pull;
  const run = { conclusion: 'failure' as const, jobs, ...more.run };
  return world.finishRun({ repository: NAME, headBranch, headSha, artifacts: [], ...more, run });
}

async function comments(number: number) {
  const { data } = await world.client().issues.listComments({ ...REPOSITORY, issue_number: number });
  return data.filter(({ user }) => user?.login === 'tidegate[bot]').map(({ body = '' }) => body);
}

async function checks(headSha: string) {
  const { data } = await world.client().checks.listForRef({ ...REPOSITORY, ref: headSha, check_name: 'tidegate / m' });
  return data.check_runs;
}

const artifact = (attempt = 1) => ({
  name: `tidegate-m-${attempt}-report`,
  zip: createZip([{ name: 'evaluation.json', content: JSON.stringify(REPORT) }]),
});

describe('a run that failed before the model was judged', () => {
  it('is told in the one comment and the check, with the step and the last lines of its log', async () => {
    const pull = await openPull();
    const time = '2026-01-02T03:04:05.1234567Z';
    const log = `${time} \u001b[31mValueError: no column "late" @acme/all\u001b[0m\n${time} \`\`\`\`\n${time} </details><!-- tidegate:v1 report m -->\n${time} ##[error]Process completed with exit code 1.\n${time} Post job cleanup.\n`;
    const guid = await fail(pull, log);
    expect(world.lastAnswer('workflow_run')).toBe(200);
    expect(world.writes.requests).toBeLessThanOrEqual(BUDGET);
    const [body = '', ...more] = await comments(pull.number);
    expect(more).toEqual([]);
    expect(body).toContain('### Tidegate · m · ⛔ not judged');
    expect(body).toContain('It ended in the step `Train` of the job `train`. Also not successful: `tidegate`.');
    expect(body).toContain('`````text\nValueError: no column "late" @\u200bacme/all\n````\n');
    expect(body).toContain('Error: Process completed with exit code 1.\n`````');
    expect(body).not.toContain('Post job cleanup');
    expect(body).not.toContain('<!-- tidegate:v1 report m -->\nE');
    const [check, ...others] = await checks(pull.headSha);
    expect(others).toEqual([]);
    expect(check).toMatchObject({ conclusion: 'failure', output: { title: 'Not judged: Train failed' } });
    expect(check?.output.summary).toContain('no column "late"');

    world.writes.arm();
    await world.github.redeliver(guid);
    await world.settle();
    expect(world.writes.writes).toEqual([]);

    await world.finishRun({ repository: NAME, ...pull, artifacts: [artifact()] });
    expect(await comments(pull.number)).toEqual([expect.stringContaining('✅ pass')]);
    expect((await checks(pull.headSha)).map(({ conclusion }) => conclusion)).toEqual(['success']);
    expect(world.github.violations).toEqual([]);
  });

  it('replaces the verdict of an earlier attempt, and remembers which candidates were judged', async () => {
    const pull = await openPull();
    await world.finishRun({ repository: NAME, ...pull, artifacts: [artifact()] });
    await fail(pull, '##[error]Boom\n', { artifacts: [artifact()], run: { attempt: 2 } });
    const [body = '', ...more] = await comments(pull.number);
    expect(more).toEqual([]);
    expect(body).toContain('⛔ not judged');
    expect(body).toContain('Error: Boom');
    expect(body).toContain('<!-- tidegate:v1:data ');
    expect((await checks(pull.headSha)).map(({ conclusion }) => conclusion)).toEqual(['failure']);
    // What comes late of the first attempt does not undo what a later one said.
    await fail(pull, 'late\n', { artifacts: [artifact(2)], run: { attempt: 1 } });
    expect(world.writes.writes).toEqual([]);
  });

  it('does not replace the verdict of a newer run when its event comes late', async () => {
    const pull = await openPull();
    await world.finishRun({ repository: NAME, ...pull, artifacts: [artifact()] });
    await fail(pull, '##[error]Boom\n', { run: { conclusion: 'cancelled', updatedAt: '2026-01-01T00:00:00Z' } });
    expect(world.writes.writes).toEqual([]);
    expect(await comments(pull.number)).toEqual([expect.stringContaining('✅ pass')]);
    expect((await checks(pull.headSha)).map(({ conclusion }) => conclusion)).toEqual(['success']);
  });

  it('shows the verdict where the gate is why it failed', async () => {
    const pull = await openPull();
    await fail(pull, '##[error]The gate failed\n', { artifacts: [artifact()] });
    expect((await comments(pull.number))[0]).toContain('✅ pass');
  });

  it('says so where the log is gone or the run was cancelled', async () => {
    const pull = await openPull();
    await fail(pull, '');
    expect((await comments(pull.number))[0]).toContain(
      'Its log cannot be read from here: see [the run](../actions/runs/',
    );
    await fail(pull, '', { run: { conclusion: 'cancelled', jobs: [] } });
    expect((await comments(pull.number))[0]).toContain('was cancelled before the model was judged.');
  });

  it.each([
    { name: 'a workflow that judges no model', run: { name: 'lint' } },
    { name: 'a workflow that the default branch does not have', run: { name: 'planted' } },
    { name: 'a run that succeeded', run: { conclusion: 'success' as const } },
    { name: 'a run that was skipped', run: { conclusion: 'skipped' as const } },
  ])('is nothing to tell of $name', async ({ run }) => {
    const pull = await openPull();
    await fail(pull, 'boom\n', { run });
    expect(world.writes.writes).toEqual([]);
  });
});

describe('a run of a matrix that failed', () => {
  const SEVERAL = { owner: 'acme', repo: 'several' };
  const SEVERAL_NAME = 'acme/several';
  let several: string;

  beforeAll(async () => {
    await world.github.createRepository(SEVERAL_NAME);
    several = await world.clone(SEVERAL_NAME);
    const other = MINIMAL.slice(MINIMAL.indexOf('  m:')).replace('  m:', '  n:');
    const matrix = readFileSync(path.join(PROJECT_ROOT, 'templates/workflows/models-ci.yml'), 'utf8');
    const files = { 'tidegate.yaml': `${MINIMAL}${other}`, '.github/workflows/model-ci.yml': matrix };
    await world.commit(several, 'main', files);
    await world.settle();
  });

  async function told(branch: string, jobs: readonly WorkflowJob[]): Promise<readonly string[]> {
    const pull = await world.openPull(several, { repository: SEVERAL_NAME, branch }, { 'train.py': `# ${branch}` });
    const run = { conclusion: 'failure' as const, jobs: [...jobs] };
    await world.finishRun({
      ...{ repository: SEVERAL_NAME, headBranch: branch, headSha: pull.headSha, artifacts: [], run },
    });
    const { data } = await world.client().issues.listComments({ ...SEVERAL, issue_number: pull.number });
    return data.flatMap(({ body }) => /### Tidegate · (\w+) · ⛔ not judged/.exec(body ?? '')?.[1] ?? []).toSorted();
  }

  it('is told of the model whose leg failed, and not of one that the change does not affect', async () => {
    const jobs = [failedJob('train (n)', 'Train', 'boom\n'), failedJob('judge (n)', 'Fail', 'no\n')];
    expect(await told('leg', [...jobs, failedJob('tidegate', 'Fail', 'no\n')])).toEqual(['n']);
  });

  it('is told of every model where the plan failed', async () => {
    expect(await told('plan', [failedJob('plan', 'Plan', 'no\n'), failedJob('tidegate', 'Fail', 'no\n')])).toEqual([
      ...['m', 'n'],
    ]);
  });
});
