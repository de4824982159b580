import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readVerdict } from './read-verdict.ts';
import { commentOf, deliver, expectVerdict, isOneLine, look, pullRequest, release, type Stage } from './stage.ts';
import { timeMovesOn } from './time-moves-on.ts';

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
    what: 'Production follows. Someone exports the data again, with distances in kilometres. Then a quiet week in March, and a calm spring: three weeks that are unlike every week of the training data.',
    look: 'the pull request that stops before training, at the column distance; no alarm in March; one issue, edited in place, with the performance that the scores promise and the one that the outcomes show; the retrain pull request, its report, the new version',
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
