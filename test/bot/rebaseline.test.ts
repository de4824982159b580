import { Probot } from 'probot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebaselineFinder } from '../../actions/evaluate-and-gate/find-rebaseline.ts';
import { createGitHubChecks } from '../../core/adapters/github/github-checks.ts';
import { createGitHubClient } from '../../core/adapters/github/github-client.ts';
import { GitHubComments } from '../../core/adapters/github/github-comments.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import { rebaselineCheck } from '../../core/domain/evaluation/rebaseline.ts';
import { renderRebaseline } from '../../core/render/rebaseline.ts';
import { findRebaseline } from '../../core/usecases/evaluate/find-rebaseline.ts';
import { createZip } from '../../testkit/zip.ts';
import { MINIMAL } from '../core/config/mistakes.ts';
import { digestOf, SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';
import { BotWorld } from './bot-world.ts';

const NAME = 'acme/flights';
const REPOSITORY = { owner: 'acme', repo: 'flights' };
const DATASET = digestOf('d');
const REPORT = { ...SAMPLE_REPORTS.evaluation, model: 'm' };

let world: BotWorld;
let clone: string;
let count = 0;

beforeAll(async () => {
  world = await BotWorld.start();
  await world.github.createRepository(NAME);
  clone = await world.clone(NAME);
  await world.commit(clone, 'main', { 'tidegate.yaml': MINIMAL });
  await world.settle();
});
afterAll(() => world?.stop());

async function push(branch: string): Promise<string> {
  count += 1;
  const headSha = await world.commit(clone, branch, { 'data/test.csv.dvc': `# ${count}` });
  await world.settle();
  return headSha;
}

/** Lets a run of the head have judged the model on a dataset. */
function judge(headBranch: string, headSha: string, dataset = DATASET) {
  const report = { ...REPORT, dataset: { ...REPORT.dataset, digest: dataset } };
  const zip = createZip([{ name: 'evaluation.json', content: JSON.stringify(report) }]);
  return world.finishRun({ repository: NAME, headBranch, headSha, artifacts: [{ name: 'tidegate-m-1-report', zip }] });
}

/** A pull request that was judged. */
async function openPull() {
  count += 1;
  const branch = `data-${count}`;
  const files = { 'data/test.csv.dvc': `# ${count}` };
  const { number, headSha } = await world.openPull(clone, { repository: NAME, branch }, files);
  await judge(branch, headSha);
  return { branch, headSha, number };
}

/** Writes a comment. @returns The bot's answer. */
async function say(issue: number, body: string, by = 'mona'): Promise<string> {
  const at = { ...REPOSITORY, issue_number: issue };
  await world.client(by, by === 'stranger' ? 'read' : 'write').issues.createComment({ ...at, body });
  await world.settle();
  const { data } = await world.client().issues.listComments({ ...at, per_page: 100 });
  return data.findLast(({ user }) => user?.login === 'tidegate[bot]')?.body ?? '';
}

/** What a judging job finds, with the token of the workflow's own kind. */
async function found(of: { readonly number: number; readonly headSha: string }, dataset = DATASET) {
  const token = world.github.userToken('judge', 'read');
  const client = await createGitHubClient({ token, apiUrl: world.github.apiUrl });
  const ports = {
    checks: createGitHubChecks(client, REPOSITORY, 0),
    comments: new GitHubComments(client, REPOSITORY, ''),
  };
  const request = { model: 'm', models: ['m'], pullRequest: of.number, headSha: of.headSha, dataset };
  return findRebaseline(request, ports);
}

/** The same, of the action in a run of the given event. */
async function foundInRun(env: Readonly<Record<string, string>>) {
  const token = world.github.userToken('judge', 'read');
  const { apiUrl: GITHUB_API_URL } = world.github;
  const context = { isRunner: true, env: { GITHUB_REPOSITORY: NAME, GITHUB_API_URL, ...env } };
  const { config } = parseConfig(MINIMAL);
  return rebaselineFinder(context, { name: 'm', config }, token)?.(DATASET);
}

describe('/tidegate rebaseline', { timeout: 120_000 }, () => {
  it('of a person who may write is found by the judging job, for this commit and dataset alone', async () => {
    const pull = await openPull();
    expect(await found(pull)).toBeUndefined();
    world.writes.arm();
    const answer = await say(pull.number, '/tidegate rebaseline the labels of March were wrong');
    // The row of docs/decisions/api-budget.md.
    expect(world.writes.requests).toBeLessThanOrEqual(17);
    expect(world.writes.count).toBeLessThanOrEqual(3);
    expect(answer).toContain(`commit ${pull.headSha.slice(0, 12)} and the dataset ${DATASET}`);
    const decision = { by: 'mona', reason: 'the labels of March were wrong', pullRequest: pull.number };
    expect(await found(pull)).toEqual(decision);
    expect(await found(pull, digestOf('e'))).toBeUndefined();
    expect(await found({ ...pull, number: pull.number + 1 })).toBeUndefined();
    const headSha = await push(pull.branch);
    await judge(pull.branch, headSha);
    expect(await found({ ...pull, headSha })).toBeUndefined();
    expect(world.github.violations).toEqual([]);
  });

  it('is found in the merge queue, for the pull request that its branch names', async () => {
    const pull = await openPull();
    await say(pull.number, '/tidegate rebaseline new labels');
    const sha = 'c'.repeat(40);
    const group = (number: number) => ({
      GITHUB_EVENT_NAME: 'merge_group',
      GITHUB_REF: `refs/heads/gh-readonly-queue/main/pr-${number}-${sha}`,
      GITHUB_SHA: sha,
    });
    expect(await foundInRun(group(pull.number))).toMatchObject({ by: 'mona', pullRequest: pull.number });
    const other = await openPull();
    expect(await foundInRun(group(other.number))).toBeUndefined();
    // A branch of that name is no merge group.
    expect(await foundInRun({ ...group(pull.number), GITHUB_EVENT_NAME: 'push' })).toBeUndefined();
  });

  it('is refused to people who may not write, under issues, and without a reason or a report', async () => {
    const pull = await openPull();
    expect(await say(pull.number, '/tidegate rebaseline please', 'stranger')).toContain('needs write permission');
    expect(await say(pull.number, '/tidegate rebaseline')).toContain('A word is missing');
    const { data: issue } = await world.client().issues.create({ ...REPOSITORY, title: 'An issue' });
    expect(await say(issue.number, '/tidegate rebaseline please')).toContain('this is not a pull request');
    const headSha = await push(pull.branch);
    expect(await say(pull.number, '/tidegate rebaseline please')).toContain('had a report of this model');
    expect(await found(pull)).toBeUndefined();
    expect(await found({ ...pull, headSha })).toBeUndefined();
  });

  it('ends with the permission of its author', async () => {
    const pull = await openPull();
    await say(pull.number, '/tidegate rebaseline new labels', 'wim');
    expect(await found(pull)).toMatchObject({ by: 'wim' });
    world.github.userToken('wim', 'read');
    expect(await found(pull)).toBeUndefined();
  });

  it('cannot be forged: a record alone is nothing, nor is a comment alone, nor a record of a stranger’s comment', async () => {
    const pull = await openPull();
    const { data: comment } = await world
      .client('stranger', 'read')
      .issues.createComment({ ...REPOSITORY, issue_number: pull.number, body: '/tidegate rebaseline mine' });
    await world.settle();
    const { data: talk } = await world
      .client()
      .issues.createComment({ ...REPOSITORY, issue_number: pull.number, body: 'I would never /tidegate rebaseline x' });
    expect(await found(pull)).toBeUndefined();
    // Another pull request has a true record, whose check is copied here with other comments in it.
    const other = await openPull();
    await say(other.number, '/tidegate rebaseline true');
    for (const id of [comment.id, talk.id]) {
      const summary = renderRebaseline({ model: 'm', dataset: DATASET, comment: id }, { by: 'mona', reason: 'x' });
      await show(pull.headSha, summary);
      expect(await found(pull)).toBeUndefined();
    }
    const { data } = await world.client().checks.listForRef({ ...REPOSITORY, ref: other.headSha });
    const record = data.check_runs.find(({ name }) => name === rebaselineCheck('m'));
    await show(pull.headSha, record?.output.summary ?? '');
    expect(await found(pull)).toBeUndefined();
    expect(await found(other)).toMatchObject({ by: 'mona', reason: 'true' });
  });
});

/** Writes the record with the rights of the App itself: the worst that a forger could do. */
async function show(headSha: string, summary: string): Promise<void> {
  const { appId, appPrivateKey: privateKey, apiUrl: baseUrl, installationId } = world.github;
  const app = await new Probot({ appId, privateKey, baseUrl, logLevel: 'fatal' }).auth();
  const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: installationId });
  const { token } = data;
  const client = await createGitHubClient({ token, apiUrl: world.github.apiUrl });
  const check = {
    name: rebaselineCheck('m'),
    headSha,
    conclusion: 'neutral' as const,
    title: 'x',
    summary,
    annotations: [],
  };
  await createGitHubChecks(client, REPOSITORY, world.github.appId).show(check);
}
