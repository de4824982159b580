import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BotMemory } from '../../../../bot/bot-memory.ts';
import { openRepository } from '../../../../bot/repository.ts';
import { readSituation } from '../../../../core/usecases/promote/model-situation.ts';
import { conditionsFor } from '../../../../core/usecases/promote/promotion-conditions.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { digestOf, PromotionWorld, REPOSITORY, releaseOf } from '../../../bot/promotion-world.ts';

const IMAGES = 'registry.example/acme/flights';
const imageOf = (tag: string, letter: string) => ({ repository: IMAGES, tag, digest: `sha256:${digestOf(letter)}` });
let world: PromotionWorld;
beforeAll(async () => {
  world = await PromotionWorld.start({}, 0);
});
afterAll(() => world?.stop());

const deployment = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: flights }
spec: { template: { spec: { containers: [{ name: flights, image: "${image}" }] } } }
`;

/** The conditions that keep 0.2.0 out of production. */
async function conditions(): Promise<readonly string[]> {
  const client = getOctokit(world.bot.github.userToken('mona'), { baseUrl: world.bot.github.apiUrl });
  const asApp = async () => client;
  const identity = { appId: 1, login: 'tidegate[bot]', asApp, clockMs: Date.now, memory: new BotMemory() };
  const repository = openRepository(client, { owner: 'acme', repo: 'flights' }, identity);
  const config = (await repository.config())?.models.flights;
  if (config === undefined) throw new Error('there is no config');
  const [staging, production] = config.environments;
  const targets = [{ file: 'k8s/staging.yaml', kind: 'Deployment' as const, name: 'flights' }];
  if (staging === undefined || production === undefined) throw new Error('there are no environments');
  const image = { base: undefined, layout: 'modelcar' as const, platforms: ['linux/amd64'], repository: IMAGES };
  const environments = [{ ...staging, targets }, production];
  const base = await repository.commits.default();
  const request = {
    model: 'flights',
    base,
    config: { ...config, image, environments },
    self: 'bot',
    nowMs: Date.now(),
  };
  const situation = await readSituation(request, repository);
  const version = await situation.catalog.find('0.2.0');
  if (version === undefined) throw new Error('0.2.0 is not believed');
  return (await conditionsFor(production, version, situation)).map(({ kind }) => kind);
}

describe('the gate upstream', { timeout: 120_000 }, () => {
  it('is not opened by what a tag claims of a version whose document has expired', async () => {
    const clone = await world.bot.clone(REPOSITORY, 'writer');
    const runId = await world.register('0.1.0', 'a', undefined, imageOf('0.1.0', '1'));
    const commit = world.lastPushed;
    await world.push({ 'k8s/staging.yaml': deployment(`${IMAGES}:0.1.0`) });
    await world.register('0.2.0', 'b', undefined, imageOf('0.2.0', '2'));
    expect(await conditions()).toEqual(['upstream']);
    world.expire(runId);
    // It names what staging says by its tag, and for the rest is 0.2.0.
    const forged = { version: '0.0.5', letter: 'b', commit, runId, image: imageOf('0.1.0', '2') };
    const { message } = releaseOf(forged);
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    await runGit(clone, ['tag', '--annotate', 'flights@v0.0.5', '--message', message, commit]);
    await runGit(clone, ['push', '--quiet', 'origin', 'flights@v0.0.5']);
    expect(await conditions()).toEqual(['upstream']);
    await world.push({ 'k8s/staging.yaml': deployment(`${IMAGES}:0.2.0`) });
    expect(await conditions()).toEqual([]);
  });
});
