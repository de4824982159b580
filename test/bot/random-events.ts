import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { type SeededRandom, seededRandom } from '../../testkit/seeded-random.ts';
import { createZip } from '../../testkit/zip.ts';
import { PromotionModel } from './promotion-model.ts';
import { digestOf, manifest, PromotionWorld, REPOSITORY, releaseOf, uriOf } from './promotion-world.ts';
import { Writer } from './writer.ts';

const MINUTE = 60_000;
const SOAK_MS = 30 * MINUTE;
const SETTLE_MS = 10 * MINUTE;
const PLACEHOLDER = 's3://somewhere/else';
const NAMES = ['staging', 'production'] as const;
type Name = (typeof NAMES)[number];
const versionOf = (letter: string) => `0.${letter.charCodeAt(0) - 96}.0`;
const PROMOTION = /^Promote flights v0\.(\d+)\.0 to (staging|production)$/;
const ROLLBACK = /^Roll back flights in (staging|production) to (.*)$/;

/** How a run of random events is made. */
export interface RandomRun {
  readonly seed: number;
  readonly steps: number;
  readonly replicas: number;
  /** Staging says how it is. */
  readonly hasHealth: boolean;
}

/** Random people, adversaries, systems, networks and deaths against the real bot, next to a model that knows what has to come of it. */
export class RandomEvents {
  readonly #world: PromotionWorld;
  readonly #model: PromotionModel;
  readonly #random: SeededRandom;
  readonly #writer: Writer;
  /** Letters that a release registered. */
  readonly #released = new Set<string>();
  #forged = 0;
  /** What was done, for the message of a failure. */
  readonly #history: string[] = [];

  private constructor(world: PromotionWorld, writer: Writer, run: RandomRun) {
    this.#world = world;
    this.#writer = writer;
    this.#model = new PromotionModel({ soakMs: SOAK_MS, settleMs: run.hasHealth ? SETTLE_MS : undefined });
    this.#random = seededRandom(run.seed);
  }

  static async run(run: RandomRun): Promise<void> {
    const health =
      'health: { from: argocd, context: continuous-delivery/flights-staging, creator: argocd, settle: 10m },';
    const environments = { staging: run.hasHealth ? health : '', production: 'soak: 30m,' };
    const world = await PromotionWorld.start(environments, run.replicas);
    try {
      const events = new RandomEvents(world, await Writer.of(world), run);
      world.requireChecks(['tidegate / promotion']);
      await events.#register();
      for (let step = 0; step < run.steps; step += 1) await events.#step();
    } finally {
      await world.stop();
    }
  }

  async #step(): Promise<void> {
    const network = this.#pick(['sent', 'sent', 'lost', 'late', 'dies', 'twice']);
    const { webhooks } = this.#world.bot.github;
    if (network === 'lost') webhooks.fate = 'lose';
    if (network === 'late') webhooks.fate = 'hold';
    if (network === 'dies') this.#world.bot.writes.armDeath(1 + Math.floor(this.#random.uniform() * 5));
    const seen = webhooks.deliveries.length;
    const did = await this.#act();
    this.#history.push(`${did} (${network})`);
    webhooks.release((held) => held.toReversed());
    await this.#world.bot.settle();
    const again = webhooks.deliveries[seen];
    if (network === 'twice' && again !== undefined) await webhooks.redeliver(again.guid);
    await this.#world.bot.settle();
    await this.#expectSafe();
    this.#world.bot.writes.arm();
    await this.#expectConverged();
  }

  async #act(): Promise<string> {
    const acts = [
      () => this.#register(),
      () => this.#merge(),
      () => this.#merge(),
      () => this.#merge(),
      () => this.#close(),
      () => this.#command(),
      () => this.#stop(),
      () => this.#byHand(),
      () => this.#health(),
      () => this.#health(),
      () => this.#wait(),
      () => this.#forgeTag(),
      () => this.#forgeRelease(),
      () => this.#hideInCommit(),
      () => this.#proposeForged(),
    ];
    return this.#pick(acts)();
  }

  async #register(): Promise<string> {
    // Digits of a digest end with f, which is the adversary's.
    if (this.#model.newest === 'e') return 'nothing more to register';
    const letter = this.#model.newest === undefined ? 'a' : String.fromCharCode(this.#model.newest.charCodeAt(0) + 1);
    await this.#world.register(versionOf(letter), letter);
    this.#released.add(letter);
    this.#model.newest = letter;
    return `registered ${versionOf(letter)}`;
  }

  /** A person merges what is open, as far as the branch's required check lets them. */
  async #merge(): Promise<string> {
    const open = Object.entries(await this.#world.open());
    if (open.length === 0) return 'nothing to merge';
    const [title, { head }] = this.#pick(open);
    const { is } = await this.#world.check(head);
    const merged = await this.#world.merge(title).then(
      () => true,
      () => false,
    );
    // Only what the check allows gets in.
    if (is !== 'success') expect(merged, this.#story(`"${title}" was merged though its check is ${is}`)).toBe(false);
    if (merged) await this.#arrived(title);
    return `${merged ? 'merged' : 'was refused to merge'} "${title}"`;
  }

  async #arrived(title: string): Promise<void> {
    const promotion = PROMOTION.exec(title);
    const name = (promotion?.[2] ?? ROLLBACK.exec(title)?.[1]) as Name;
    const letter = promotion === null ? await this.#running(name) : String.fromCharCode(96 + Number(promotion[1]));
    if (promotion !== null && letter !== undefined) this.#model.of(name).merged.add(letter);
    this.#model.arrives(name, letter, this.#nowMs);
  }

  async #close(): Promise<string> {
    const open = Object.entries(await this.#world.open()).filter(([title]) => PROMOTION.test(title));
    if (open.length === 0) return 'nothing to close';
    const [title, { number }] = this.#pick(open);
    await this.#world.close(number);
    const [, minor, name] = PROMOTION.exec(title) ?? [];
    this.#model.of(name as Name).declined.add(String.fromCharCode(96 + Number(minor)));
    return `closed "${title}"`;
  }

  /** A person asks for a promotion again; a stranger, who may only read, does too. */
  async #command(): Promise<string> {
    const { fate } = this.#world.bot.github.webhooks;
    // What a lost comment asked for is asked again by its author, not by the sweep.
    if (fate !== 'send' || this.#world.bot.writes.isArmed) return 'no command';
    const name = this.#pick(NAMES);
    const isStranger = this.#random.uniform() < 0.3;
    await this.#world.say(1, `/tidegate promote ${name}`, isStranger ? 'stranger' : 'mona');
    if (isStranger) return `a stranger commanded promote ${name}`;
    const version = name === 'staging' ? this.#model.newest : this.#model.staging.runs;
    const asked = this.#model.of(name);
    const wasWanted = this.#model.wanted(name, undefined) !== undefined;
    if (version !== undefined && !wasWanted && !asked.held.has(version) && asked.runs !== version) {
      const isNewer = asked.runs === undefined || asked.runs < version;
      if (isNewer) {
        asked.declined.delete(version);
        asked.merged.delete(version);
      }
    }
    return `commanded promote ${name}`;
  }

  async #stop(): Promise<string> {
    const stops = await this.#world.issues('tidegate/stop');
    const [first] = stops;
    if (first === undefined) await this.#world.openIssue('Incident', ['tidegate/stop']);
    else await this.#world.close(first.number);
    this.#model.stops = first === undefined ? 1 : 0;
    return first === undefined ? 'stopped the line' : 'lifted the stop';
  }

  /** A person takes an environment back in Git. */
  async #byHand(): Promise<string> {
    const name = this.#pick(NAMES);
    const { runs } = this.#model.of(name);
    if (runs === undefined) return 'nothing to take back by hand';
    const back = runs === 'a' ? undefined : String.fromCharCode(runs.charCodeAt(0) - 1);
    const uri = back === undefined ? PLACEHOLDER : uriOf(digestOf(back));
    await this.#world.push({ [`k8s/${name}.yaml`]: manifest(uri) });
    this.#model.arrives(name, back, this.#nowMs);
    return `took ${name} back to ${back ?? 'the placeholder'} by hand`;
  }

  async #health(): Promise<string> {
    if (this.#model.settleMs === undefined || this.#model.staging.runs === undefined) return 'nothing said of health';
    const state = this.#pick(['success', 'success', 'pending', 'error'] as const);
    const by = this.#random.uniform() < 0.2 ? 'mallory' : 'argocd';
    await this.#world.health(state, by);
    if (by === 'argocd') this.#model.staging.health.push({ state, atMs: this.#nowMs });
    return `${by} said ${state}`;
  }

  async #wait(): Promise<string> {
    const minutes = this.#pick([1, 11, 45]);
    this.#world.bot.aheadMs += minutes * MINUTE;
    return `${minutes} minutes passed`;
  }

  /** A writer pushes a tag: above all others, or for what runs, with the number of a real run. */
  async #forgeTag(): Promise<string> {
    this.#forged += 1;
    const runs = this.#world.bot.github.state.repository(REPOSITORY)?.runs ?? [];
    const runId = this.#pick([null, runs.at(-1)?.id ?? null, 999_999]);
    const letter = this.#pick(['f', this.#model.staging.runs ?? 'f']);
    const uri = this.#pick([uriOf(digestOf(letter)), 's3://models/flights/anything', 'https://attacker.example/x']);
    const version = this.#pick([`900.${this.#forged}.0`, `0.0.${this.#forged}`]);
    await this.#writer.forgeTag(version, { uri, digest: digestOf(letter), runId, document: `sha256:${digestOf('f')}` });
    return `a writer tagged v${version} for ${uri}`;
  }

  /** A writer's own workflow runs on their branch, and uploads a document as the register job would. */
  async #forgeRelease(): Promise<string> {
    this.#forged += 1;
    const { bot, lastPushed: headSha } = this.#world;
    const [headBranch, event] = this.#pick([['mine', 'push'] as const, ['main', 'pull_request'] as const]);
    const run = bot.addRun(REPOSITORY, {
      name: 'model-release',
      event,
      headBranch,
      headSha,
      jobs: [bot.job('register')],
    });
    const version = `901.${this.#forged}.0`;
    const { text } = releaseOf({ version, letter: 'f', commit: headSha, runId: run.id });
    const zip = createZip([{ name: 'model-version.json', content: text }]);
    bot.addArtifact(REPOSITORY, run.id, { name: 'tidegate-flights-1-version', zip });
    const document = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const uri = uriOf(digestOf('f'));
    await this.#writer.forgeTag(version, { uri, digest: digestOf('f'), runId: run.id, document });
    return `a writer's run for ${headBranch} by ${event} claimed v${version}`;
  }

  /** A writer puts a file into a promotion, under the bot's name; a person sees it and closes the pull request. */
  async #hideInCommit(): Promise<string> {
    const found = Object.entries(await this.#world.open()).find(([title]) => PROMOTION.test(title));
    if (found === undefined) return 'nothing to hide a commit in';
    const [title, { number }] = found;
    const [, minor, name] = PROMOTION.exec(title) ?? [];
    await this.#writer.imitate(`tidegate/promote/flights/${name}`, { 'train.py': 'evil\n' });
    await this.#world.close(number);
    this.#model.of(name as Name).declined.add(String.fromCharCode(96 + Number(minor)));
    return `a writer hid a commit in "${title}", which was closed`;
  }

  /** A writer proposes what nothing registered; the required check keeps it out. */
  async #proposeForged(): Promise<string> {
    const name = this.#pick(NAMES);
    const uri = this.#pick([uriOf(digestOf('f')), 's3://models/flights/anything']);
    await this.#world.proposeBy('writer', { [`k8s/${name}.yaml`]: manifest(uri) });
    const { head = '', number = 0 } = (await this.#world.open())['A change'] ?? {};
    const { is } = await this.#world.check(head);
    expect(is, this.#story(`the check of ${uri} in ${name}`)).not.toBe('success');
    const merging = this.#world.merge('A change').then(
      () => true,
      () => false,
    );
    expect(await merging, this.#story(`${uri} was merged into ${name}`)).toBe(false);
    await this.#world.close(number);
    return `a writer proposed ${uri} for ${name}`;
  }

  /** What has to hold at every moment, whatever got lost. */
  async #expectSafe(): Promise<void> {
    const titles = await this.#world.titles();
    for (const name of NAMES) {
      const own = titles.filter((title) => title.endsWith(` to ${name}`));
      expect(own.length, this.#story(`one pull request for ${name}: ${own.join()}`)).toBeLessThanOrEqual(1);
      const found = await this.#running(name);
      expect(found, this.#story(`Git says what runs in ${name}`)).toBe(this.#model.of(name).runs);
    }
    for (const [title, { head }] of Object.entries(await this.#world.open())) {
      const [, minor, name] = PROMOTION.exec(title) ?? [];
      if (minor === undefined || name === undefined) continue;
      const version = String.fromCharCode(96 + Number(minor));
      const { is } = await this.#world.check(head);
      // What was decided a moment ago may be out of date until the next event; never the other way round by the clock.
      const isOpen = this.#model.isOpen(name as Name, version, this.#nowMs);
      if (this.#history.at(-1)?.endsWith('(sent)') && is === 'success')
        expect(isOpen, this.#story(`${title}: its check says success`)).toBe(true);
    }
  }

  /** A sweep brings everything to what it has to be, from wherever it was; the next one has nothing to do. */
  async #expectConverged(): Promise<void> {
    await this.#world.later(0);
    await this.#world.later(0);
    const open = await this.#world.open();
    for (const name of NAMES) {
      const title = Object.keys(open).find((one) => one.startsWith('Promote') && one.endsWith(` to ${name}`));
      const proposed = title === undefined ? undefined : String.fromCharCode(96 + Number(PROMOTION.exec(title)?.[1]));
      expect(proposed, this.#story(`what is proposed for ${name}`)).toBe(this.#model.wanted(name, proposed));
      if (title === undefined || proposed === undefined) continue;
      const isOpen = this.#model.isOpen(name, proposed, this.#nowMs);
      const { is, title: says } = await this.#world.check(open[title]?.head ?? '');
      expect(is, this.#story(`the check of "${title}" (${says})`)).toBe(isOpen ? 'success' : 'in_progress');
    }
    this.#world.bot.writes.arm();
    await this.#world.later(0);
    expect(this.#world.bot.writes.writes, this.#story('a sweep with nothing to do writes nothing')).toEqual([]);
    expect(this.#world.bot.github.violations, this.#story('what GitHub’s description allows')).toEqual([]);
  }

  /** The letter that the default branch names, by the whole text of the manifest: nothing else may ever change. */
  async #running(name: Name): Promise<string | undefined> {
    const text = await this.#world.file(`k8s/${name}.yaml`);
    if (text === manifest(PLACEHOLDER)) return undefined;
    const letter = /sha256\/([a-z])/.exec(text)?.[1] ?? '';
    // What an environment runs was judged by a release of the default branch, whatever anybody pushed.
    expect([...this.#released], this.#story(`who made what ${name} runs`)).toContain(letter);
    expect(text, this.#story(`the text of ${name}`)).toBe(manifest(uriOf(digestOf(letter))));
    return letter;
  }

  /** As the clocks of the forge and of the bot say. */
  get #nowMs(): number {
    return Date.now() + this.#world.bot.aheadMs;
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random.uniform() * from.length)] as T;
  }

  #story(what: string): string {
    return `${what}\n${this.#history.map((line, index) => `${index + 1}. ${line}`).join('\n')}`;
  }
}
