import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BotMemory } from '../../../../bot/bot-memory.ts';
import { openRepository } from '../../../../bot/repository.ts';
import { believedVersions } from '../../../../core/usecases/promote/model-situation.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { digestOf, manifest, PromotionWorld, REPOSITORY, uriOf } from '../../../bot/promotion-world.ts';

const NAME = { owner: 'acme', repo: 'flights' };
const OTHER = 'oci://ghcr.io/acme/flights/models';
let world: PromotionWorld;
let clone: string;

beforeAll(async () => {
  world = await PromotionWorld.start({}, 0);
  clone = await world.bot.clone(REPOSITORY, 'reader');
});
afterAll(() => world?.stop());

/** tidegate.yaml of main with another store; `more` is put at its end. */
async function configWith(store: string | undefined, more = ''): Promise<string> {
  await runGit(clone, ['fetch', '--quiet', 'origin']);
  const text = await runGit(clone, ['show', 'origin/main:tidegate.yaml']);
  const register = store === undefined ? '' : `register: { store: ${store} }`;
  return `${text.replace(/register: \{.*\}/, register)}\n${more}`;
}

/** The believed versions as the bot sees them: nothing remembered. */
async function open() {
  const client = getOctokit(world.bot.github.userToken('mona'), { baseUrl: world.bot.github.apiUrl });
  const identity = {
    appId: 1,
    login: 'tidegate[bot]',
    asApp: async () => client,
    clockMs: Date.now,
    memory: new BotMemory(),
  };
  const repository = openRepository(client, NAME, identity);
  const config = (await repository.config())?.models.flights;
  if (config === undefined) throw new Error('there is no config');
  const request = { model: 'flights', config, base: await repository.commits.default(), nowMs: Date.now() };
  return believedVersions(request, repository).catalog;
}

async function beliefIn(version: string): Promise<string> {
  const catalog = await open();
  const known = await catalog.find(version);
  if (known !== undefined) return known.artifactUri;
  return catalog.refused().find((one) => one.version === version)?.reason ?? 'not there';
}

describe('a version in a store that register.store does not name any more', { timeout: 120_000 }, () => {
  it('is believed where its own commit named that store, and found by the URI that a manifest holds', async () => {
    await world.register('0.1.0', 'a');
    await world.push({ 'tidegate.yaml': await configWith(OTHER) });
    expect(await beliefIn('0.1.0')).toBe(uriOf(digestOf('a')));
    const running = { text: uriOf(digestOf('a')), uri: uriOf(digestOf('a')) };
    expect((await (await open()).match(running))?.version).toBe('0.1.0');
  });

  it('is believed as well after what its release uploaded has expired, if an environment held it', async () => {
    await world.push({ 'tidegate.yaml': await configWith('s3://models/flights') });
    const runId = await world.register('0.2.0', 'b');
    await world.push({ 'k8s/production.yaml': manifest(uriOf(digestOf('b'))) });
    await world.push({ 'tidegate.yaml': await configWith(OTHER) });
    world.expire(runId);
    const running = { text: uriOf(digestOf('b')), uri: uriOf(digestOf('b')) };
    expect((await (await open()).match(running))?.version).toBe('0.2.0');
  });

  it('is refused where its own commit named another store: only the default branch names stores', async () => {
    // Main names OTHER, and this version claims s3://models/flights.
    await world.register('0.3.0', 'c');
    expect(await beliefIn('0.3.0')).toMatch(/is in a store that no tidegate\.yaml names$/);
  });

  it('is believed by a file that has keys of an older schema, and refused by one that is no YAML', async () => {
    await world.push({ 'tidegate.yaml': await configWith('s3://models/flights', 'retired-key: 1\n') });
    await world.register('0.4.0', 'd');
    await world.push({ 'tidegate.yaml': 'models: { flights: [ \n' });
    await world.register('0.5.0', 'e');
    await world.push({
      'tidegate.yaml': (await configAt('0.1.0')).replace(/register: \{.*\}/, `register: { store: ${OTHER} }`),
    });
    expect(await beliefIn('0.4.0')).toBe(uriOf(digestOf('d')));
    expect(await beliefIn('0.5.0')).toMatch(/is in a store that no tidegate\.yaml names$/);
  });

  it('is never taken for nothing where its tag is gone: any store by a digest can be one of before', async () => {
    const catalog = await open();
    for (const uri of [uriOf(digestOf('f')), `s3://never/named/sha256/${digestOf('f')}`]) {
      expect(catalog.isStored({ text: uri, uri })).toBe(true);
    }
    for (const uri of ['s3://somewhere/else', 'oci://ghcr.io/acme/flights:1.0.0']) {
      expect(catalog.isStored({ text: uri, uri })).toBe(false);
    }
  });

  it('is refused where tidegate.yaml names no store at all today', async () => {
    await world.push({ 'tidegate.yaml': await configWith(undefined) });
    expect(await beliefIn('0.1.0')).toMatch(/tidegate\.yaml has no register\.store/);
  });
});

/** tidegate.yaml of a version's commit. */
async function configAt(version: string): Promise<string> {
  await runGit(clone, ['fetch', '--quiet', '--tags', 'origin']);
  return runGit(clone, ['show', `flights@v${version}:tidegate.yaml`]);
}
