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

/** Merges a judged pull request, and the promotion pull requests that follow. Returns their numbers. */
export async function release(
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
export async function promote(stage: Stage, version: string, environment: string): Promise<readonly number[]> {
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

/** True if a pull request changes one line of one file. */
export function isOneLine(pullRequest: PullRequestSnapshot | undefined): boolean {
  const [file, ...more] = pullRequest?.files ?? [];
  return more.length === 0 && file?.additions === 1 && file.deletions === 1;
}

/** A month of features arrives in the warehouse. */
export async function deliver(world: World, flights: Flights, month: string): Promise<void> {
  const file = join(flights.features, `${month}.parquet`);
  await world.upload('flights-warehouse', warehouseKey(file), file);
}

/** Expects a verdict in the comment of the bot, and the conclusion of its check that belongs to it. */
export function expectVerdict({ story }: Stage, judged: PullRequestSnapshot, verdict: string): void {
  const found = readVerdict(judged);
  story.expect(`#${judged.number} is judged: ${verdict}`, found, found.verdict === verdict);
  const check = judged.checks.find(({ name }) => name === CHECK);
  const wanted = verdict === 'pass' ? 'success' : 'failure';
  story.expect(`its check ${CHECK} is ${wanted}`, check?.conclusion ?? 'not there', check?.conclusion === wanted);
}

/** Open issues of the repository. */
export async function openIssues(stage: Stage): Promise<RepositorySnapshot['issues']> {
  return (await look(stage)).issues.filter(({ state }) => state === 'open');
}

/** A pull request by its number. @throws {Error} Where there is none. */
export async function pullRequest(stage: Stage, number: number): Promise<PullRequestSnapshot> {
  const found = (await look(stage)).pullRequests.find((one) => one.number === number);
  if (found === undefined) throw new Error(`there is no pull request ${number}`);
  return found;
}

/** What the forge shows now. */
export function look({ world }: Stage): Promise<RepositorySnapshot> {
  return world.forge.snapshot(REPOSITORY);
}

/** Text of all comments of a pull request. */
export function commentOf({ comments }: PullRequestSnapshot): string {
  return comments.map(({ body }) => body).join('\n');
}
