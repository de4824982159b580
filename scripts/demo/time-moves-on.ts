import type { PullRequestSnapshot } from '../../testkit/github/snapshot.ts';
import { readPerformance, type ShownMetric } from './read-performance.ts';
import { serveWeek } from './serve-week.ts';
import { deliver, expectVerdict, look, openIssues, promote, pullRequest, release, type Stage } from './stage.ts';
import { REPOSITORY } from './world.ts';

const KM_PER_MILE = 1.609344;

/** The fifth act. Returns the pull requests and issues to look at. */
export async function timeMovesOn(stage: Stage): Promise<readonly number[]> {
  const { world, story, flights } = stage;
  const waiting = await promote(stage, '0.1.1', 'production');
  const kilometres = await changeUnit(stage);
  await watch(stage, '2001-03-12');
  story.expect('the quiet week raises no alarm', await openIssues(stage), (await openIssues(stage)).length === 0);
  await deliver(world, flights, '2001-04');
  for (const week of ['2001-04-23', '2001-04-30', '2001-05-07']) await watch(stage, week);
  const issues = await openIssues(stage);
  story.expect('one drift issue is open', issues, issues.length === 1);
  expectPerformance(stage, issues[0]?.body ?? '');
  const seen = [...waiting, kilometres, ...issues.map(({ number }) => number)];
  const snapshot = await look(stage);
  const retrain = snapshot.pullRequests.find(({ title }) => title.startsWith('Retrain'));
  story.expect(
    'the bot opened the retrain pull request',
    snapshot.pullRequests.map(({ title }) => title),
    retrain !== undefined,
  );
  if (retrain === undefined) return seen;
  expectVerdict(stage, retrain, 'pass');
  const promotions = await release(stage, { number: retrain.number, branch: retrain.headRef }, '0.1.2');
  return [...seen, retrain.number, ...promotions];
}

/**
 * Training and test data are exported with distances in kilometres. A model of trees splits at other numbers and scores as
 * before, so the metrics say nothing: production, which goes on to send miles, would be the first to see it.
 */
async function changeUnit(stage: Stage): Promise<number> {
  const { world, team, story } = stage;
  await team.startBranch('new-exporter');
  const convert = `import glob, pandas as pd
for path in [*glob.glob('data/train/*.parquet'), 'data/test.parquet']:
    flights = pd.read_parquet(path)
    flights['distance'] = (flights['distance'] * ${KM_PER_MILE}).round().astype('int64')
    flights.to_parquet(path, index=False)`;
  await team.run('dvc', 'pull', '--quiet', '--force', 'data/train', 'data/test.parquet');
  await team.run('dvc', 'unprotect', 'data/train', 'data/test.parquet');
  await team.run('python', '-c', convert);
  await team.run('dvc', 'add', '--quiet', 'data/train', 'data/test.parquet');
  await team.run('dvc', 'push', '--quiet');
  const text = 'The same flights, by the new tool of the data team.';
  const opened = await team.propose('new-exporter', 'data: export with the new tool', text);
  await world.forge.idle();
  await expectCaught(stage, await pullRequest(stage, opened.number));
  await team.close(opened.number);
  story.expect(
    'the pull request is closed',
    opened.number,
    (await pullRequest(stage, opened.number)).state === 'closed',
  );
  return opened.number;
}

async function expectCaught(stage: Stage, { runs }: PullRequestSnapshot): Promise<void> {
  const run = (await look(stage)).runs.find(({ id, name }) => runs.includes(id) && name.startsWith('model-ci'));
  const steps = run?.jobs.find(({ name }) => name === 'train')?.steps ?? [];
  const conclusions = ['Check the training data', 'Train'].map(
    (wanted) => steps.find(({ name }) => name === wanted)?.conclusion,
  );
  const said = run?.annotations.map(({ message }) => message).join('\n') ?? '';
  const caught = run?.conclusion === 'failure' && conclusions[0] === 'failure' && conclusions[1] === 'skipped';
  stage.story.expect(
    'the changed unit is caught before training, and the message names the column',
    { conclusion: run?.conclusion, conclusions, said },
    caught && said.includes('Column "distance"'),
  );
}

/**
 * The issue shows the performance of the newest week by the scores alone, and by its outcomes. The two may differ by more
 * than their intervals: the estimate takes for granted that a score is right as often as in the evaluation.
 */
function expectPerformance({ story }: Stage, body: string): void {
  const { estimated, realised } = readPerformance(body);
  story.expect(
    'the issue estimates the performance without labels, each metric with an interval',
    [...estimated],
    estimated.size >= 5 && [...estimated.values()].every(isInInterval),
  );
  story.expect(
    'next to it, the outcomes that are known later show the real one of the same metrics',
    [...realised],
    [...estimated.keys()].every((name) => realised.has(name)) && [...realised.values()].every(isInInterval),
  );
}

function isInInterval({ lower, value, upper }: ShownMetric): boolean {
  return lower <= value && value <= upper;
}

/** The served model's inputs and scores of a week arrive, with what became true, and the scheduled check runs. */
async function watch(stage: Stage, week: string): Promise<void> {
  const { log, outcomes } = await serveWeek(stage, week);
  const { world } = stage;
  await world.upload('flights-logs', `flight-delay/${week}.parquet`, log);
  await world.upload('flights-logs', `outcomes/${week}.parquet`, outcomes);
  await world.forge.schedule(REPOSITORY, 'model-watch.yml');
  await world.forge.idle();
}
