import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PullRequestSnapshot, RepositorySnapshot } from '../../testkit/github/snapshot.ts';
import type { Flights } from './flights.ts';
import { readVerdict } from './read-verdict.ts';
import type { Story } from './story.ts';
import type { OpenedPullRequest, Team } from './team.ts';
import { REPOSITORY, type World, warehouseKey } from './world.ts';

/** Actors and place. */
export interface Stage {
  readonly world: World;
  readonly team: Team;
  readonly story: Story;
  readonly flights: Flights;
}

const CHECK = 'tidegate / flight-delay';

/** Plays the six acts. They change data and code only; the product decides. */
export async function playActs(stage: Stage): Promise<void> {
  await stage.story.act('The first model', {
    what: 'A team adds tidegate.yaml and four workflow files. Its first model, a logistic regression on January, has no champion: floors decide.',
    look: 'the comment without a champion, the tag, and two promotion pull requests whose diff is one line each',
    play: () => firstModel(stage),
  });
  await stage.story.act('A better model', {
    what: 'Boosted trees on January and February. Staging runs them; production waits for a person.',
    look: 'the comment: better with an interval, slice by slice; the evidence in the promotion pull request',
    play: () => betterModel(stage),
  });
  await stage.story.act('A model that is worse at night', {
    what: 'To save time, someone cuts the training extract of each day at 14:00. On average the model is still better than what production runs.',
    look: 'the comment names the slice: departures from 20 to 24',
    play: () => cutModel(stage),
  });
  await stage.story.act('Too little data', {
    what: 'Someone shrinks the test set to one flight in a thousand; the model is the better one.',
    look: 'the comment: inconclusive, not a pass, and how many rows would decide',
    play: () => littleData(stage),
  });
  await stage.story.act('Time moves on', {
    what: 'Production follows. A quiet week in March, then a calm spring: three weeks that are unlike every week of the training data.',
    look: 'no alarm in March; one issue, edited in place; the retrain pull request, its report, the new version',
    play: () => timeMovesOn(stage),
  });
  await stage.story.act('A bad rollout, and back', {
    what: 'Someone tags a version that was never evaluated. Production does not become healthy with the new version: Argo CD reports this in a commit status. A stranger reports it too.',
    look: 'no promotion of v9.0.0; the hold, which is an issue; the rollback pull request, whose diff restores the exact previous value',
    play: () => badRollout(stage),
  });
}

async function firstModel(stage: Stage): Promise<readonly number[]> {
  const { world, team, story, flights } = stage;
  for (const month of ['2001-01', '2001-02', '2001-03']) await deliver(world, flights, month);
  await team.begin();
  await team.pushBase();
  await team.git('checkout', '--quiet', '-b', 'first-model');
  const opened = await team.propose(
    'first-model',
    'feat: predict which flights will be late',
    'Logistic regression on January.',
  );
  await world.forge.idle();
  const judged = await pullRequest(stage, opened.number);
  expectVerdict(stage, judged, 'pass');
  story.expect(
    'the comment says that there is no champion',
    judged.comments[0]?.body.slice(0, 900),
    /no version is registered/.test(commentOf(judged)),
  );
  return [opened.number, ...(await release(stage, opened, '0.1.0'))];
}

async function betterModel(stage: Stage): Promise<readonly number[]> {
  const { world, team, story } = stage;
  await team.startBranch('trees');
  await team.setParams({ model: 'trees', months: '2' });
  const opened = await team.propose(
    'trees',
    'feat: boosted trees on two months',
    'Sees how delays build up during a day.',
  );
  await world.forge.idle();
  const judged = await pullRequest(stage, opened.number);
  expectVerdict(stage, judged, 'pass');
  story.expect('the champion is v0.1.0', commentOf(judged).slice(0, 600), commentOf(judged).includes('0.1.0'));
  // Production waits: the next candidates are judged against what it runs.
  return [opened.number, ...(await release(stage, opened, '0.1.1', ['staging']))];
}

async function cutModel(stage: Stage): Promise<readonly number[]> {
  const { world, team, story } = stage;
  await team.startBranch('half-days');
  await team.setParams({ until_hour: '14' });
  const opened = await team.propose('half-days', 'perf: train on half of each day', 'Half the rows, half the time.');
  await world.forge.idle();
  const judged = await pullRequest(stage, opened.number);
  expectVerdict(stage, judged, 'fail');
  const verdict = readVerdict(judged);
  story.expect(
    'it fails on the Brier score of departures from 20 to 24',
    verdict.failed,
    verdict.failed.some((rule) => /brier/i.test(rule) && /20.*24/.test(rule)),
  );
  await team.close(opened.number);
  return [opened.number];
}

async function littleData(stage: Stage): Promise<readonly number[]> {
  const { world, team, story } = stage;
  await team.startBranch('small-test-set');
  const shrink =
    "import pandas as pd; t = pd.read_parquet('data/test.parquet'); t[t['id'] % 1000 == 0].to_parquet('data/test.parquet', index=False)";
  await rm(join(team.directory, 'data', 'test.parquet'), { force: true });
  await team.run('dvc', 'pull', '--quiet', 'data/test.parquet');
  await team.run('dvc', 'unprotect', 'data/test.parquet');
  await team.run('python', '-c', shrink);
  await team.run('dvc', 'add', '--quiet', 'data/test.parquet');
  await team.run('dvc', 'push', '--quiet');
  const opened = await team.propose('small-test-set', 'perf: a small test set is enough', 'One flight in a thousand.');
  await world.forge.idle();
  const judged = await pullRequest(stage, opened.number);
  expectVerdict(stage, judged, 'inconclusive');
  story.expect(
    'it says how many rows would decide',
    commentOf(judged).slice(0, 1500),
    /rows (would|could) decide|about [\d,]+ rows/i.test(commentOf(judged)),
  );
  await team.close(opened.number);
  return [opened.number];
}

async function timeMovesOn(stage: Stage): Promise<readonly number[]> {
  const { world, story, flights } = stage;
  const waiting = await promote(stage, '0.1.1', 'production');
  await watch(stage, '2001-03-12');
  story.expect('the quiet week raises no alarm', await openIssues(stage), (await openIssues(stage)).length === 0);
  await deliver(world, flights, '2001-04');
  for (const week of ['2001-04-23', '2001-04-30', '2001-05-07']) await watch(stage, week);
  const issues = await openIssues(stage);
  story.expect('one drift issue is open', issues, issues.length === 1);
  const snapshot = await look(stage);
  const retrain = snapshot.pullRequests.find(({ title }) => title.startsWith('Retrain'));
  story.expect(
    'the bot opened the retrain pull request',
    snapshot.pullRequests.map(({ title }) => title),
    retrain !== undefined,
  );
  if (retrain === undefined) return issues.map(({ number }) => number);
  expectVerdict(stage, retrain, 'pass');
  const promotions = await release(stage, { number: retrain.number, branch: retrain.headRef }, '0.1.2');
  return [...waiting, ...issues.map(({ number }) => number), retrain.number, ...promotions];
}

async function badRollout(stage: Stage): Promise<readonly number[]> {
  const { world, team, story } = stage;
  await team.pushForgedTag('9.0.0', '0.1.2');
  await world.forge.idle();
  const proposed = (await look(stage)).pullRequests.filter(({ body, title }) => `${title}${body}`.includes('9.0.0'));
  story.expect('the tag v9.0.0, with the number of an honest run, is refused', proposed, proposed.length === 0);
  await world.sayHealth('mallory', 'failure');
  const unmoved = (await look(stage)).issues.filter(({ title }) => title.startsWith('Hold'));
  story.expect('what a stranger says of its health changes nothing', unmoved, unmoved.length === 0);
  await world.sayHealth('argocd', 'failure');
  const { issues, pullRequests } = await look(stage);
  const hold = issues.find(({ title, state }) => title.startsWith('Hold') && state === 'open');
  story.expect(
    'v0.1.2 is held back from production',
    issues.map(({ title }) => title),
    hold?.title === 'Hold flight-delay v0.1.2 in production',
  );
  const title = 'Roll back flight-delay in production to v0.1.1';
  const rollback = pullRequests.find((one) => one.title === title && one.state === 'open');
  story.expect('the bot proposes to roll back to v0.1.1, with one changed line', rollback?.files, isOneLine(rollback));
  if (rollback === undefined) return [];
  const said = rollback.checks.map(({ output }) => `${output.summary}${output.text}`).join('\n');
  story.expect('its check says why v9.0.0 is not trusted', said, /v9\.0\.0\b.*another document/.test(said));
  await team.merge(rollback.number);
  await world.forge.idle();
  const production = 'k8s/overlays/production/model.yaml';
  // The newest change is the rollback, the one before it the promotion that it takes back.
  const [now, before] = [await team.fileOnMain(production), await team.fileOnMain(production, 2)];
  story.expect('production has every byte of before', now, now === before);
  return [...(hold === undefined ? [] : [hold.number]), rollback.number];
}

/** Merges a judged pull request, and the promotion pull requests that follow. Returns their numbers. */
async function release(
  stage: Stage,
  opened: OpenedPullRequest,
  version: string,
  environments: readonly string[] = ['staging', 'production'],
): Promise<readonly number[]> {
  const { world, team, story } = stage;
  await team.merge(opened.number);
  await world.forge.idle();
  const { tags } = await look(stage);
  story.expect(
    `v${version} is registered`,
    tags.map(({ name }) => name),
    tags.some(({ name }) => name === `flight-delay@v${version}`),
  );
  const promotions: number[] = [];
  for (const environment of environments) promotions.push(...(await promote(stage, version, environment)));
  return promotions;
}

/** Merges the bot's promotion pull request for an environment. */
async function promote(stage: Stage, version: string, environment: string): Promise<readonly number[]> {
  const { world, team, story } = stage;
  const title = `Promote flight-delay v${version} to ${environment}`;
  const found = (await look(stage)).pullRequests.find((one) => one.title === title && one.state === 'open');
  story.expect(
    `the bot proposes v${version} for ${environment}, with one changed line`,
    found?.files ?? 'no pull request',
    isOneLine(found),
  );
  if (found === undefined) return [];
  expectEvidence(stage, found);
  await team.merge(found.number);
  await world.forge.idle();
  return [found.number];
}

/** If it replaces a version, the promotion shows each slice against that one, from the run's own report. */
function expectEvidence({ story }: Stage, { title, body }: PullRequestSnapshot): void {
  const replaced = /instead of v([\d.]+\d)/.exec(body)?.[1];
  if (replaced === undefined) return;
  const shown = body.includes(`slices against v${replaced}`);
  story.expect(`"${title}" shows the slices against v${replaced}`, body.slice(0, 1500), shown);
}

function isOneLine(pullRequest: PullRequestSnapshot | undefined): boolean {
  const [file, ...more] = pullRequest?.files ?? [];
  return more.length === 0 && file?.additions === 1 && file.deletions === 1;
}

/** The served model's inputs of a week arrive, and the scheduled check runs. */
async function watch({ world, flights }: Stage, week: string): Promise<void> {
  await world.upload('flights-logs', `flight-delay/${week}.parquet`, join(flights.logs, `${week}.parquet`));
  await world.forge.schedule(REPOSITORY, 'model-watch.yml');
  await world.forge.idle();
}

/** A month of features arrives in the warehouse. */
async function deliver(world: World, flights: Flights, month: string): Promise<void> {
  const file = join(flights.features, `${month}.parquet`);
  await world.upload('flights-warehouse', warehouseKey(file), file);
}

function expectVerdict({ story }: Stage, judged: PullRequestSnapshot, verdict: string): void {
  const found = readVerdict(judged);
  story.expect(`#${judged.number} is judged: ${verdict}`, found, found.verdict === verdict);
  const check = judged.checks.find(({ name }) => name === CHECK);
  const wanted = verdict === 'pass' ? 'success' : 'failure';
  story.expect(`its check ${CHECK} is ${wanted}`, check?.conclusion ?? 'not there', check?.conclusion === wanted);
}

async function openIssues(stage: Stage): Promise<RepositorySnapshot['issues']> {
  return (await look(stage)).issues.filter(({ state }) => state === 'open');
}

async function pullRequest(stage: Stage, number: number): Promise<PullRequestSnapshot> {
  const found = (await look(stage)).pullRequests.find((one) => one.number === number);
  if (found === undefined) throw new Error(`there is no pull request ${number}`);
  return found;
}

function look({ world }: Stage): Promise<RepositorySnapshot> {
  return world.forge.snapshot(REPOSITORY);
}

function commentOf({ comments }: PullRequestSnapshot): string {
  return comments.map(({ body }) => body).join('\n');
}
