import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BotMemory } from '../../../../bot/bot-memory.ts';
import { openRepository } from '../../../../bot/repository.ts';
import { RegisteredChampionFinder } from '../../../../core/usecases/evaluate/registered-champion-finder.ts';
import { believedVersions } from '../../../../core/usecases/promote/model-situation.ts';
import type { VersionCatalog } from '../../../../core/usecases/registry/version-catalog.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import type { WorkflowJob, WorkflowRun } from '../../../../testkit/github/state.ts';
import { createZip } from '../../../../testkit/zip.ts';
import { digestOf, manifest, PromotionWorld, REPOSITORY, releaseOf, uriOf } from '../../../bot/promotion-world.ts';

const NAME = { owner: 'acme', repo: 'flights' };
const IMAGE_CONFIG = { base: undefined, layout: 'modelcar' as const, platforms: ['linux/amd64'] };
let world: PromotionWorld;
let clone: string;
let honest: { readonly commit: string; readonly runId: number };

beforeAll(async () => {
  world = await PromotionWorld.start({}, 0);
  clone = await world.bot.clone(REPOSITORY, 'writer');
  honest = { runId: await world.register('0.1.0', 'a'), commit: world.lastPushed };
});
afterAll(() => world?.stop());

/** The catalog as the bot and the actions open it: nothing remembered. */
async function openCatalog(imageRepository?: string): Promise<VersionCatalog> {
  return (await openWorld(imageRepository)).catalog;
}

async function openWorld(imageRepository?: string) {
  const client = getOctokit(world.bot.github.userToken('mona'), { baseUrl: world.bot.github.apiUrl });
  const shared = { clockMs: Date.now, memory: new BotMemory() };
  const identity = { appId: 1, login: 'tidegate[bot]', asApp: async () => client, ...shared };
  const repository = openRepository(client, NAME, identity);
  const config = (await repository.config())?.models.flights;
  if (config === undefined) throw new Error('there is no config');
  const image = imageRepository === undefined ? undefined : { ...IMAGE_CONFIG, repository: imageRepository };
  const base = await repository.commits.default();
  const request = { model: 'flights', config: { ...config, image }, base, nowMs: Date.now() };
  const { catalog } = believedVersions(request, repository);
  return { catalog, commits: repository.commits, environments: config.environments };
}

/** What was made of a tag: `believed`, or why not. */
async function beliefIn(version: string, imageRepository?: string): Promise<string> {
  const catalog = await openCatalog(imageRepository);
  if ((await catalog.find(version)) !== undefined) return 'believed';
  return catalog.refused().find((one) => one.version === version)?.reason ?? 'not there';
}

async function pushTag(version: string, message: string, commit: string): Promise<void> {
  await runGit(clone, ['fetch', '--quiet', 'origin']);
  await runGit(clone, ['tag', '--annotate', `flights@v${version}`, '--message', message, commit]);
  await runGit(clone, ['push', '--quiet', 'origin', `flights@v${version}`]);
}

interface Staged {
  readonly run?: Partial<WorkflowRun>;
  readonly jobs?: (job: (name: string, from?: string, to?: string) => WorkflowJob) => WorkflowJob[];
  readonly artifactName?: string;
  readonly uploadedAt?: string;
  readonly document?: Partial<Parameters<typeof releaseOf>[0]>;
  readonly change?: (text: string) => string;
}

const ago = (minutes: number) => `${new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19)}Z`;
let numbers = 1;

/** The run that was staged last. */
function lastRun(): WorkflowRun {
  const run = world.bot.github.state.repository(REPOSITORY)?.runs.at(-1);
  if (run === undefined) throw new Error('there is no run');
  return run;
}

/** A release of main's newest commit, but for what is staged. */
async function stage(staged: Staged): Promise<string> {
  numbers += 1;
  const version = `0.${numbers}.0`;
  const { bot } = world;
  const commit = staged.run?.headSha ?? world.lastPushed;
  const job = (name: string, from = ago(10), to = ago(8)) => bot.job(name, from, to);
  const facts = { name: 'model-release', event: 'push', headBranch: 'main', headSha: commit };
  const jobs = staged.jobs?.(job) ?? [job('judge', ago(20), ago(11)), job('register')];
  const run = bot.addRun(REPOSITORY, { ...facts, jobs, ...staged.run });
  const documented = { version, letter: 'b', commit, runId: run.id, ...staged.document };
  const { text, message } = releaseOf(documented);
  const zip = createZip([{ name: 'model-version.json', content: staged.change?.(text) ?? text }]);
  const name = staged.artifactName ?? 'tidegate-flights-1-version';
  bot.addArtifact(REPOSITORY, run.id, { name, zip }, staged.uploadedAt ?? ago(9));
  await pushTag(version, message, commit);
  return version;
}

describe('a version', { timeout: 120_000 }, () => {
  it('is believed by the document that the register job of its release uploaded', async () => {
    expect(await beliefIn('0.1.0')).toBe('believed');
    expect(await beliefIn(await stage({}))).toBe('believed');
    const known = await (await openCatalog()).find('0.1.0');
    expect(known).toMatchObject({
      artifactUri: uriOf(digestOf('a')),
      artifactDigest: `sha256:${digestOf('a')}`,
      provenance: { kind: 'release-run', runId: honest.runId },
    });
  });

  const refusals: readonly { readonly name: string; readonly staged: Staged; readonly reason: RegExp }[] = [
    { name: 'of a run that failed', staged: { run: { conclusion: 'failure' } }, reason: /did not succeed/ },
    {
      name: 'of a run that goes on',
      staged: { run: { status: 'in_progress', conclusion: null } },
      reason: /did not succeed/,
    },
    { name: 'of a pull request', staged: { run: { event: 'pull_request' } }, reason: /started by pull_request/ },
    { name: 'of another branch', staged: { run: { headBranch: 'mine' } }, reason: /ran for mine/ },
    {
      name: 'of another workflow',
      staged: { run: { path: '.github/workflows/mine.yml' } },
      reason: /not of model-release.yml, but of/,
    },
    {
      name: 'of a run without a register job',
      staged: { jobs: (job) => [job('judge')] },
      reason: /no job named register/,
    },
    {
      name: 'that another job uploaded, before the register job',
      staged: { uploadedAt: ago(15) },
      reason: /not uploaded by a register job/,
    },
    {
      name: 'of a register job that failed',
      staged: { jobs: (job) => [{ ...job('register'), conclusion: 'failure' }] },
      reason: /not uploaded by a register job/,
    },
    {
      name: 'under the name of another kind',
      staged: { artifactName: 'tidegate-flights-1-report' },
      reason: /no longer has the files/,
    },
    { name: 'whose document is another one', staged: { change: (text) => `${text} ` }, reason: /another document/ },
    {
      name: 'whose document has another number',
      staged: { document: { version: '9.9.9' } },
      reason: /of flights v9\.9\.9/,
    },
    { name: 'whose document is of another run', staged: { document: { runId: 1 } }, reason: /run 1 does not exist/ },
    {
      name: 'whose image is of a repository that is not configured',
      staged: { document: { image: { repository: 'evil/x', digest: `sha256:${digestOf('e')}` } } },
      reason: /its image is of evil\/x/,
    },
  ];
  it.each(refusals)('is not believed $name', async ({ staged, reason }) => {
    expect(await beliefIn(await stage(staged))).toMatch(reason);
  });

  it('is not believed at a commit that the default branch does not have', async () => {
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    await runGit(clone, ['switch', '--quiet', '--detach', 'origin/main']);
    await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', 'of a writer']);
    const headSha = await runGit(clone, ['rev-parse', 'HEAD']);
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:refs/heads/mine']);
    expect(await beliefIn(await stage({ run: { headSha } }))).toBe('its commit is not on the default branch');
  });

  it('is not believed at a commit that a merge brought, though a tag with the name of the branch ran it', async () => {
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    await runGit(clone, ['switch', '--quiet', '--detach', 'origin/main']);
    // The first commit could change the release workflow, and the second one take that back: the merge shows neither.
    await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', 'of a writer']);
    const headSha = await runGit(clone, ['rev-parse', 'HEAD']);
    await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', 'taken back']);
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:refs/heads/feature']);
    const { data } = await world.bot
      .client('writer')
      .pulls.create({ ...NAME, head: 'feature', base: 'main', title: 'x' });
    await world.bot.client().pulls.merge({ ...NAME, pull_number: data.number, merge_method: 'merge' });
    expect(await beliefIn(await stage({ run: { headSha } }))).toBe('main never pointed to its commit');
  });

  it('is not believed where its run has two documents of one name', async () => {
    const version = await stage({});
    const zip = createZip([{ name: 'model-version.json', content: '{}' }]);
    world.bot.addArtifact(REPOSITORY, lastRun().id, { name: 'tidegate-flights-1-version', zip });
    expect(await beliefIn(version)).toMatch(/two workflow artifacts with the same name/);
  });

  it('is not another one by another name for its tag, nor by a tag that repeats its line', async () => {
    const object = await runGit(clone, ['ls-remote', 'origin', 'refs/tags/flights@v0.1.0']);
    await runGit(clone, ['fetch', '--quiet', '--tags', 'origin']);
    await runGit(clone, ['push', '--quiet', 'origin', `${object.split('\t')[0]}:refs/tags/flights@v7.0.0`]);
    expect(await beliefIn('7.0.0')).toMatch(/its document is of flights v0\.1\.0/);
    const { message } = releaseOf({ version: '0.1.0', letter: 'a', ...honest });
    await pushTag('7.1.0', message, honest.commit);
    expect(await beliefIn('7.1.0')).toMatch(/its document is of flights v0\.1\.0/);
  });

  it('has its image where that is of the configured repository', async () => {
    const image = { repository: 'registry.example/acme/flights', tag: '1', digest: `sha256:${digestOf('e')}` };
    const version = await stage({ document: { image } });
    expect(await beliefIn(version, image.repository)).toBe('believed');
    expect((await (await openCatalog(image.repository)).find(version))?.image).toMatchObject(image);
  });

  it('is believed while its run is run again, and where a later attempt made the run succeed', async () => {
    const again = await stage({});
    const run = lastRun();
    const first = { attempt: 1, conclusion: run.conclusion, jobs: [...run.jobs] };
    Object.assign(run, { attempt: 2, status: 'in_progress', conclusion: null, jobs: [], earlier: [first] });
    expect(await beliefIn(again)).toBe('believed');
    // The register job had succeeded, another job had not.
    Object.assign(run, { status: 'completed', conclusion: 'success', earlier: [{ ...first, conclusion: 'failure' }] });
    expect(await beliefIn(again)).toBe('believed');
  });
});

describe('a version whose document has expired', { timeout: 120_000 }, () => {
  it('is believed by what the default branch has held of it, and by no tag alone', async () => {
    const version = await stage({ document: { letter: 'c' } });
    world.expire(lastRun().id);
    expect(await beliefIn(version)).toMatch(/no longer has the files that the register job/);
    await world.push({ 'k8s/staging.yaml': manifest(uriOf(digestOf('c'))) });
    const held = world.lastPushed;
    await world.push({ 'k8s/staging.yaml': manifest('s3://somewhere/else') });
    const known = await (await openCatalog()).find(version);
    expect(known).toMatchObject({ provenance: { kind: 'history', environment: 'staging', commit: held } });
    expect(known?.document).toBeUndefined();
  });

  it('is the lowest of several tags that claim the same, so that none stands in the way of later versions', async () => {
    const claims = [];
    for (const letter of ['d', 'd']) {
      claims.push(await stage({ document: { letter } }));
      world.expire(lastRun().id);
    }
    await world.push({ 'k8s/staging.yaml': manifest(uriOf(digestOf('d'))) });
    const uri = uriOf(digestOf('d'));
    expect((await (await openCatalog()).match({ text: uri, uri }))?.version).toBe(claims[0]);
  });

  it('is not believed with a URI that is not the path of its digest, though an environment has held it', async () => {
    const odd = 's3://models/flights/anything';
    const { message } = releaseOf({ version: '8.0.0', letter: 'e', ...honest });
    world.expire(honest.runId);
    await pushTag('8.0.0', message.replace(uriOf(digestOf('e')), odd), honest.commit);
    await world.push({ 'k8s/staging.yaml': manifest(odd) });
    expect(await (await openCatalog()).match({ text: odd, uri: odd })).toBeUndefined();
  });
});

describe('what an environment runs', { timeout: 120_000 }, () => {
  async function champion() {
    const { catalog, commits, environments } = await openWorld();
    const ports = { catalog, commits, readHistory: async () => undefined, fetchArtifact: async () => '/model' };
    return new RegisteredChampionFinder(environments, ports).find('auto');
  }

  it('is never taken for nothing, whatever becomes of its tag and its run', async () => {
    const version = await stage({ document: { letter: '7' } });
    const run = lastRun();
    await world.push({ 'k8s/production.yaml': manifest(uriOf(digestOf('7'))) });
    expect(await champion()).toMatchObject({ kind: 'found', version });
    const lost = {
      kind: 'unreadable',
      reason: expect.stringContaining('no trusted version has this artifact'),
    };
    await pushTag(`${version}!`, 'taken back', 'origin/main');
    expect(await champion()).toMatchObject(lost);
    await runGit(clone, ['push', '--quiet', 'origin', `:flights@v${version}!`]);
    const runs = world.bot.github.state.repository(REPOSITORY)?.runs ?? [];
    runs.splice(runs.indexOf(run), 1);
    expect(await champion()).toMatchObject(lost);
    await runGit(clone, ['push', '--quiet', 'origin', `:flights@v${version}`]);
    expect(await champion()).toMatchObject(lost);
  });
});

describe('tags that are not believed', { timeout: 120_000 }, () => {
  it('stand in no version’s way, however many there are', async () => {
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    const names = Array.from({ length: 120 }, (_, index) => `flights@v900.${index}.0`);
    for (const name of names) await runGit(clone, ['tag', '--annotate', name, '--message', 'junk', 'origin/main']);
    await runGit(clone, ['push', '--quiet', 'origin', ...names]);
    const version = await stage({});
    const catalog = await openCatalog();
    expect((await catalog.newest())?.version).toBe(version);
    expect(catalog.refused().filter(({ isForeign }) => isForeign)).toHaveLength(120);
  });
});
