import { afterEach, describe, expect, it } from 'vitest';
import { PromotionWorld } from './promotion-world.ts';

const TIMEOUT = { timeout: 180_000 };
let world: PromotionWorld;
afterEach(() => world.stop());

/** A second model, without environments. */
const OTHER = `  eta:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: data/test.csv, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    register: { store: "s3://models/eta" }
`;

describe('a command that the bot does not carry out', TIMEOUT, () => {
  it('is answered once, with what would work', async () => {
    world = await PromotionWorld.start({});
    await world.register('0.1.0', 'a');
    const issue = await world.openIssue('A question', []);
    const unknown = await world.say(issue, '/tidegate roll-back 0.1.0');
    expect(unknown).toContain('There is no command "roll-back". Did you mean /tidegate rollback?');
    expect(unknown).toContain('`/tidegate rollback [version]`');
    expect(await world.say(issue, '/tidegate promote')).toContain('Write it as: /tidegate promote &lt;env&gt;');
    expect(await world.say(issue, '/tidegate plan flight')).toContain(
      'There is no model "flight". Did you mean flights? Models: flights.',
    );
    expect(await world.say(issue, '/tidegate unhold staging')).toContain('"staging" is not part of this command');
    expect(await world.say(issue, '/tidegate hold', 'stranger')).toContain('A person who has it can write the same');
    const many = await world.say(
      issue,
      [1, 2, 3, 4, 5, 6].map((number) => `/tidegate rollback 9.9.${number}`).join('\n'),
    );
    expect(many).toContain('/tidegate rollback 9.9.5');
    expect(many).not.toContain('9.9.6');
    expect(many).toContain('The first 5 commands of a comment are carried out.');
    expect(await world.answersUnder(issue)).toBe(6);
    expect(Object.keys(await world.open())).toEqual(['Promote flights v0.1.0 to staging']);
    expect(await world.issues('tidegate/hold')).toEqual([]);
    expect(world.bot.github.violations).toEqual([]);
  });

  it('gets no second answer from an edit or a redelivery, and none in a quote or from a bot', async () => {
    world = await PromotionWorld.start({});
    const issue = await world.openIssue('A question', []);
    await world.say(issue, '/tidegate nonsense');
    expect(await world.answersUnder(issue)).toBe(1);
    const at = { owner: 'acme', repo: 'flights', issue_number: issue };
    const { data } = await world.bot.client().issues.listComments(at);
    const written = data.find(({ body }) => body === '/tidegate nonsense');
    await world.bot.client().issues.updateComment({ ...at, comment_id: written?.id ?? 0, body: '/tidegate plan' });
    await world.bot.settle();
    await world.say(issue, '> /tidegate plan');
    expect(await world.answersUnder(issue)).toBe(1);
  });

  it('says where to write what needs a model, where there are several', async () => {
    world = await PromotionWorld.start({});
    await world.push({ 'tidegate.yaml': `${await world.file('tidegate.yaml')}${OTHER}` });
    const issue = await world.openIssue('A question', []);
    expect(await world.say(issue, '/tidegate unhold')).toContain('that the bot opened for the one that you mean');
    expect(await world.say(issue, '/tidegate plan')).toContain('such as /tidegate plan flights');
    expect(await world.say(issue, '/tidegate plan eta')).toContain('names no environment');
    // Also under a pull request of a model: the judging job reads the comment, not the place.
    await world.register('0.1.0', 'a');
    const { number = 0 } = (await world.open())['Promote flights v0.1.0 to staging'] ?? {};
    expect(await world.say(number, '/tidegate rebaseline new labels')).toContain(
      '/tidegate rebaseline flights &lt;reason',
    );
  });

  it('is told that the repository has no tidegate.yaml yet', async () => {
    world = await PromotionWorld.start({});
    await world.push({ 'tidegate.yaml': null });
    const issue = await world.openIssue('A question', []);
    expect(await world.say(issue, '/tidegate plan')).toContain('has no tidegate.yaml');
    expect(await world.say(issue, '/tidegate help')).toContain('/tidegate rollback');
  });

  it('says what GitHub refused', async () => {
    world = await PromotionWorld.start({});
    const text = await world.file('tidegate.yaml');
    const drift = `    drift: { current: logs/*.jsonl, retrain: { after: 2, cooldown: 7d, workflow: absent.yml } }\n    environments:`;
    await world.push({ 'tidegate.yaml': text.replace('    environments:', drift) });
    const issue = await world.openIssue('A question', []);
    expect(await world.say(issue, '/tidegate retrain')).toMatch(/Not done: .*absent/);
    expect(await world.answersUnder(issue)).toBe(1);
  });
});
