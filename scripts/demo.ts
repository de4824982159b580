import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RepositorySnapshot } from '../testkit/github/snapshot.ts';
import { build } from './build.ts';
import { playActs } from './demo/acts.ts';
import { ensureFlights } from './demo/flights.ts';
import { inspectStoryboard, isSound } from './demo/inspect-storyboard.ts';
import { tellNews } from './demo/news.ts';
import { serveStoryboard } from './demo/serve.ts';
import { Story } from './demo/story.ts';
import { writeStoryboard } from './demo/storyboard.ts';
import { Team } from './demo/team.ts';
import { REPOSITORY, startWorld, type World } from './demo/world.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { findProgram } from './system-programs.ts';
import { writeCounts } from './write-counts.ts';

const startedAt = performance.now();
const fast = process.argv.includes('--fast');
const serve = process.argv.includes('--serve');
const out = join(PROJECT_ROOT, 'demo', 'out');

console.log("Tidegate's demo: a model's life on 3 million real flights, on this machine.");
const python = await ensurePythonEnvironment('demo');
const flights = await ensureFlights(python, fast ? 4 : 1);
await build();
const directory = await mkdtemp(join(tmpdir(), 'tidegate-demo-'));
const story = new Story();
const world = await startWorld({ directory, python, onNews: tellNews });
try {
  await playActs({ world, team: new Team(world), story, flights });
  await expectQuietSweep(world, story);
  const violations = world.forge.violations.map(({ side, operation, problem }) => `${side} ${operation}: ${problem}`);
  story.expect(
    "every request and answer agrees with GitHub's description",
    violations.slice(0, 5),
    violations.length === 0,
  );
} finally {
  await mkdir(out, { recursive: true });
  await writeFailedRuns(out, await world.forge.snapshot(REPOSITORY));
  await writeStoryboard(out, { story, snapshot: await world.forge.snapshot(REPOSITORY), fast }).catch(console.error);
  await expectSoundStoryboard(story);
  if (serve) await serveStoryboard(out, world);
  await world.stop();
  await rm(directory, { recursive: true, force: true });
}
const failed = story.expectations.filter(({ holds }) => !holds);
for (const { act, expected, found } of failed)
  console.error(`Act ${act} came out otherwise: ${expected}. Found: ${found}`);
const { length } = story.expectations;
console.log(
  `\n${length - failed.length} of ${length} expectations hold; ${((performance.now() - startedAt) / 1000).toFixed(0)} s in all.`,
);
await writeCounts('demo', {
  passed: length - failed.length,
  failed: failed.length + (story.acts.length === 6 ? 0 : 1),
});
console.log(`Storyboard: ${join(out, 'index.html')}`);
process.exit(failed.length === 0 && story.acts.length === 6 ? 0 : 1);

/** The logs of runs that failed, wanted or not: what to read when an act comes out otherwise. */
async function writeFailedRuns(folder: string, { runs }: RepositorySnapshot): Promise<void> {
  const failed = runs.filter(({ conclusion }) => conclusion === 'failure');
  const texts = failed.map(({ name, jobs }) => `# ${name}\n\n${jobs.map(({ log }) => log).join('\n')}`);
  await writeFile(join(folder, 'failed-runs.log'), texts.join('\n\n'));
}

/** Everything that events asked for was done: the bot's sweep over the whole repository changes nothing. */
async function expectQuietSweep({ bot, forge }: World, told: Story): Promise<void> {
  const before = countsOf(await forge.snapshot(REPOSITORY));
  await bot.sweep();
  await forge.idle();
  const after = countsOf(await forge.snapshot(REPOSITORY));
  told.expect("the bot's sweep finds nothing left to do", { before, after }, isDeepStrictEqual(before, after));
}

/** Looks at the page in a browser, where there is one. */
async function expectSoundStoryboard(told: Story): Promise<void> {
  const chromium = findProgram('chromium');
  if (chromium === undefined) return console.log('  The storyboard was not opened in a browser: Chromium is not here.');
  const found = await inspectStoryboard(join(out, 'index.html'), chromium);
  told.expect(`the storyboard's ${found.charts} charts are drawn and it fits a phone`, found, isSound(found));
}

function countsOf({ pullRequests, issues, runs, tags }: RepositorySnapshot) {
  return { pullRequests: pullRequests.length, issues: issues.length, runs: runs.length, tags: tags.length };
}
