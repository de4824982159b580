import type { EnvironmentConfig } from '../config/environment-config.ts';
import type { Command } from '../domain/commands/parse-commands.ts';
import { describeGate } from '../domain/promotion/promotion-check.ts';
import type { Comments } from '../ports/comments.ts';
import type { Conversation } from '../ports/conversation.ts';
import { type CommandAnswer, renderPlan } from '../render/command-reply.ts';
import { parsePromotionData } from '../render/promotion.ts';
import { openHoldsOf, type PromotionControls, readControls } from './promotion-controls.ts';
import { openHold, proposeRollback } from './propose-rollback.ts';
import {
  type PlannedPromotion,
  type PromotionPorts,
  type PromotionRequest,
  planPromotions,
  reconcilePromotions,
} from './reconcile-promotions.ts';
import { type RetrainPorts, retrainNow } from './reconcile-retrain.ts';
import { reconcileRollbacks } from './reconcile-rollbacks.ts';
import { type KnownVersion, VersionCatalog } from './version-catalog.ts';

/** What commands need. */
export interface CommandPorts extends PromotionPorts, RetrainPorts {
  readonly conversation: Conversation;
  readonly comments: Comments;
}

/** What a command is about. */
export interface CommandScope {
  readonly request: PromotionRequest;
  /** Of the pull request or issue that the comment stands under. */
  readonly environment: EnvironmentConfig | undefined;
  /** The text of our own that the comment stands under, or ''. */
  readonly subject: string;
  /** Login of who asks. */
  readonly by: string;
}

type Answer = Omit<CommandAnswer, 'command'>;
type Work = (argument: string, scope: CommandScope, ports: CommandPorts) => Promise<Answer>;

const WORK: Readonly<Record<Exclude<Command['name'], 'unknown' | 'help'>, Work>> = {
  plan: async (_, { request }, ports) => plan(request, ports),
  promote,
  rollback: rollBack,
  hold,
  unhold,
  retry: async (_, { request }, ports) => ({
    lines: [...(await reconcileRollbacks(request, ports)), ...(await reconcilePromotions(request, ports))],
  }),
  retrain: async (_, { request }, ports) => ({ lines: [await retrainNow(request, ports)] }),
};

/** Carries a command out and says what was done. */
export async function carryOut(command: Command, scope: CommandScope, ports: CommandPorts): Promise<Answer> {
  if (command.name === 'unknown' || command.name === 'help') return { lines: [] };
  return WORK[command.name](command.argument, scope, ports);
}

async function plan(request: PromotionRequest, ports: CommandPorts): Promise<Answer> {
  const { refused, steps } = await planPromotions(request, ports);
  const rows = await Promise.all(steps.map(describeStep));
  const lines = refused.map((reason) => `Not believed: ${reason}.`);
  return {
    lines: rows.length === 0 ? [...lines, 'tidegate.yaml names no environment.'] : lines,
    table: renderPlan(rows),
  };
}

async function describeStep({ desired, running, situation }: PlannedPromotion) {
  const { environment, gates } = situation;
  const runs = running?.version === undefined ? (running?.note ?? 'nothing') : `v${running.version.version}`;
  if (desired.kind === 'none') return { environment: environment.name, runs, next: 'nothing', waits: desired.reason };
  const waiting = await gates.waiting(environment, desired.version);
  return {
    environment: environment.name,
    runs,
    next: `v${desired.version.version}`,
    waits: waiting.map(describeGate).join('; ') || 'a person, who merges',
  };
}

async function promote(name: string, { request }: CommandScope, ports: CommandPorts): Promise<Answer> {
  const environment = request.config.environments.find((one) => one.name === name);
  if (environment === undefined) return { lines: [unknownEnvironment(name, request)] };
  const lines = await reconcilePromotions({ ...request, again: environment.name }, ports);
  return { lines: lines.filter((line) => line.startsWith(`${environment.name}:`)) };
}

async function rollBack(wanted: string, scope: CommandScope, ports: CommandPorts): Promise<Answer> {
  const { request, by } = scope;
  const environment = scope.environment ?? request.config.environments.at(-1);
  const version = await runningIn(environment, scope, ports);
  if (environment === undefined) return { lines: ['tidegate.yaml names no environment.'] };
  if (version === undefined) return { lines: [`${environment.name} runs no known version.`] };
  const to = wanted === '' ? undefined : await new VersionCatalog(request.model, ports.tags).find(wanted);
  if (wanted !== '' && to === undefined) return { lines: [`There is no version ${wanted}.`] };
  // Nothing to take back, and nothing to hold.
  if (to?.artifactDigest === version.artifactDigest) return { lines: [`${environment.name} runs v${to.version}.`] };
  const taken = { request, ports, base: await ports.branches.default(), environment, version };
  const reason = { reason: 'somebody asked for it', by };
  const known = await holdOf(environment, version, { scope, ports });
  const hold = known ?? (await openHold(taken, reason));
  return { lines: [`${environment.name}: ${await proposeRollback(taken, { ...reason, hold, to })}`] };
}

async function hold(reason: string, scope: CommandScope, ports: CommandPorts): Promise<Answer> {
  const { request, environment, subject, by } = scope;
  if (environment === undefined) {
    return { lines: ['Write this under the promotion pull request of the environment that you mean.'] };
  }
  const proposed = parsePromotionData(subject)?.version;
  const version =
    proposed === undefined
      ? await runningIn(environment, scope, ports)
      : await new VersionCatalog(request.model, ports.tags).find(proposed);
  if (version === undefined) return { lines: ['There is no version here to hold.'] };
  const known = await holdOf(environment, version, { scope, ports });
  if (known !== undefined) return { lines: [`#${known} holds v${version.version} already.`] };
  const held = { request, ports, environment, version };
  const number = await openHold(held, { reason: reason === '' ? 'no reason was given' : reason, by });
  return { lines: [`#${number} holds v${version.version} back from ${environment.name}.`] };
}

async function unhold(_: string, scope: CommandScope, ports: CommandPorts): Promise<Answer> {
  const { holds } = await controlsOf(scope, ports);
  const open = holds.filter(
    (one) => one.isOpen && (scope.environment === undefined || one.environment === scope.environment.name),
  );
  for (const { issue } of open) await ports.controls.close(issue, 'Lifted by a command.');
  const lifted = open.map(({ issue, version, environment }) => `Lifted #${issue}: v${version} in ${environment}.`);
  return { lines: lifted.length === 0 ? ['Nothing is held here.'] : lifted };
}

async function holdOf(
  environment: EnvironmentConfig,
  version: KnownVersion,
  { scope, ports }: { readonly scope: CommandScope; readonly ports: CommandPorts },
): Promise<number | undefined> {
  const held = { environment: environment.name, digest: version.artifactDigest };
  return openHoldsOf(await controlsOf(scope, ports), held)[0]?.issue;
}

async function controlsOf({ request }: CommandScope, { controls }: CommandPorts): Promise<PromotionControls> {
  const { model, config, self } = request;
  const environments = config.environments.map(({ name }) => name);
  return readControls({ model, environments, self }, controls);
}

async function runningIn(
  environment: EnvironmentConfig | undefined,
  { request }: CommandScope,
  ports: CommandPorts,
): Promise<KnownVersion | undefined> {
  const { steps } = await planPromotions(request, ports);
  return steps.find(({ desired }) => desired.environment === environment?.name)?.running?.version;
}

function unknownEnvironment(name: string, { config }: PromotionRequest): string {
  const known = config.environments.map((environment) => environment.name).join(', ') || 'none';
  return `There is no environment "${name}". Known: ${known}.`;
}
