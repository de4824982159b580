import { afterEach, describe, expect, it } from 'vitest';
import { PromotionWorld, REPOSITORY } from './promotion-world.ts';

const TIMEOUT_MS = 180_000;
const model = (name: string) => `  ${name}:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: data/test.csv, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    register: { store: "s3://models/${name}" }
`;
let world: PromotionWorld;

afterEach(() => world.stop());

describe('/tidegate doctor', { timeout: TIMEOUT_MS }, () => {
  it('answers a writer alone, under any issue, with what is missing and what the App may not see', async () => {
    world = await PromotionWorld.start({});
    const issue = await world.openIssue('How are we set up?', []);
    const refused = await world.say(issue, '/tidegate doctor', 'stranger');
    expect(refused).toContain('needs write permission');
    expect(refused).not.toContain('tidegate-release');
    // No other command works here: with two models it does not say which is meant.
    await world.push({ 'tidegate.yaml': `version: 1\nmodels:\n${model('flights')}${model('eta')}` });
    const written = world.bot.writes.count;
    const answer = await world.say(issue, '/tidegate doctor');
    expect(answer).toMatch(/\d+ required missing/);
    expect(answer).toMatch(/❌ missing *\| Environments and secrets *\| Only main may deploy to tidegate-release/);
    expect(answer).toMatch(/❔ unknown *\| Environments and secrets *\| No secret outside/);
    expect(answer).toContain('needs administration: read');
    expect(answer).toContain(`npm run doctor -- ${REPOSITORY}`);
    expect(answer).toMatch(/✅ *\| The App *\| The App has the permissions that the bot needs/);
    expect(answer).toMatch(/✅ *\| The App *\| Webhooks reach the bot *\| \d+ of the last \d+ were answered/);
    // A reaction, and the answer.
    expect(world.bot.writes.count - written).toBe(2);
    expect(world.bot.github.violations).toEqual([]);
  });

  it('says what is wrong with tidegate.yaml, where the bot can carry out no other command', async () => {
    world = await PromotionWorld.start({});
    const issue = await world.openIssue('Why is nothing promoted?', []);
    await world.push({ 'tidegate.yaml': 'version: 1\nmodels:\n\tflights: {}\n' });
    expect(await world.say(issue, '/tidegate plan')).toContain('/tidegate doctor says why');
    const answer = await world.say(issue, '/tidegate doctor');
    expect(answer).toMatch(/❌ missing *\| tidegate\\?\.yaml *\| .*line 3: has a tab/);
  });
});
