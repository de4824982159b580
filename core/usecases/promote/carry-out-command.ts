import type { CommandOutcome, RebaselineCommand, RebaselineOutcome } from '../../domain/commands/command-outcome.ts';
import type { Command } from '../../domain/commands/parse-commands.ts';
import type { Finding } from '../../domain/doctor/finding.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { PromotionOutcome } from '../../domain/promotion/outcome.ts';
import { describeCondition, describeHealth } from '../../domain/promotion/promotion-check.ts';
import type { Comments } from '../../ports/github/comments.ts';
import type { Issues } from '../../ports/github/issues.ts';
import { renderDoctorComment } from '../../render/doctor.ts';
import { renderPlan } from '../../render/promotion/command-reply.ts';
import { parsePromotionData } from '../../render/promotion/promotion.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { type RetrainPorts, retrainNow } from '../retrain/reconcile-retrain.ts';
import { type ModelSituation, readSituation, type SituationPorts, type SituationRequest } from './model-situation.ts';
import { areNamed } from './observe-environment.ts';
import { type PlannedPromotion, planPromotions } from './plan-promotions.ts';
import { controlsOf, openHoldsOf, readControlIssues } from './promotion-controls.ts';
import { openHold, proposeRollback } from './propose-rollback.ts';
import { type PromotionPorts, reconcilePromotions } from './reconcile-promotions.ts';
import { ownRollbacks, type RollbackReconcilingPorts, reconcileRollbacks } from './reconcile-rollbacks.ts';

/** Dependencies of commands. */
export type CommandPorts = SituationPorts &
  PromotionPorts &
  RollbackReconcilingPorts &
  RetrainPorts & {
    readonly comments: Pick<Comments, 'own' | 'create' | 'canWrite' | 'acknowledge' | 'disown'>;
    readonly issues: Pick<Issues, 'get'>;
    /** Records that a person accepts a changed test set as a new baseline. */
    readonly rebaseline: (command: RebaselineCommand) => Promise<RebaselineOutcome>;
    /** Looks at the set-up of the whole repository. */
    readonly examine: () => Promise<readonly Finding[]>;
    /** `owner/name` */
    readonly fullName: string;
  };

/** Subject of a command. */
export interface CommandScope {
  readonly request: SituationRequest;
  /** Of the pull request or issue that the comment is under. */
  readonly environment: Environment | undefined;
  /** The text of our own that the comment is under, or ''. */
  readonly subject: string;
  /** Login of who asks. */
  readonly by: string;
  /** The comment, and what it is under. */
  readonly place: {
    readonly comment: number;
    /** Epoch milliseconds. */
    readonly writtenAtMs: number;
    readonly issue: number;
    readonly isPullRequest: boolean;
  };
}

/** Result of a command. */
export interface CommandResult {
  readonly outcomes: readonly CommandOutcome[];
  /** Markdown of Tidegate, below them. */
  readonly table?: string;
}

type Work = (argument: string, scope: CommandScope, ports: CommandPorts) => Promise<CommandResult>;

const WORK: Readonly<Record<Exclude<Command['name'], 'unknown' | 'help' | 'doctor'>, Work>> = {
  plan: async (_, { request }, ports) => plan(request, ports),
  promote,
  rollback: rollBack,
  hold,
  unhold,
  rebaseline,
  retry,
  retrain: async (_, { request }, ports) => only({ kind: 'retrain', outcome: await retrainNow(request, ports) }),
};

/** Carries a command out and says what was done. */
export async function carryOut(command: Command, scope: CommandScope, ports: CommandPorts): Promise<CommandResult> {
  if (command.name === 'unknown' || command.name === 'help') return { outcomes: [] };
  if (command.name === 'doctor') return examine(ports);
  return WORK[command.name](command.argument, scope, ports);
}

/** About the repository, whatever the comment is under. */
export async function examine(ports: Pick<CommandPorts, 'examine' | 'fullName'>): Promise<CommandResult> {
  const findings = await ports.examine();
  const table = renderDoctorComment(findings, { asker: 'app', repository: ports.fullName });
  return { outcomes: [{ kind: 'examined', findings }], table };
}

async function plan(request: SituationRequest, ports: CommandPorts): Promise<CommandResult> {
  const situation = await readSituation(request, ports);
  const planned = await planPromotions(situation, ports);
  const rows = await Promise.all(planned.steps.map((step) => describeStep(step, situation)));
  const refused = planned.refused.map(
    ({ version, reason }): CommandOutcome => ({ kind: 'tag-not-trusted', version, reason }),
  );
  const none: readonly CommandOutcome[] = rows.length === 0 ? [{ kind: 'no-environments' }] : [];
  return { outcomes: [...refused, ...none], table: renderPlan(rows) };
}

async function describeStep(
  { environment, desired, running, waiting }: PlannedPromotion,
  { observations }: ModelSituation,
) {
  const runs = running?.version === undefined ? (running?.note ?? 'nothing') : `v${running.version.version}`;
  const observed = await observations.of(environment.name);
  const health = observed === undefined ? '' : describeHealth(observed.health);
  const row = { environment: environment.name, runs, health };
  if (desired.kind === 'none') return { ...row, next: 'nothing', waits: desired.reason };
  return {
    ...row,
    next: `v${desired.version.version}`,
    waits: waiting.map(describeCondition).join('; ') || 'a person, who merges',
  };
}

async function promote(name: string, { request }: CommandScope, ports: CommandPorts): Promise<CommandResult> {
  const environment = request.config.environments.find((one) => one.name === name);
  if (environment === undefined) {
    const known = request.config.environments.map((one) => one.name);
    return only({ kind: 'unknown-environment', name, known });
  }
  const situation = await readSituation(request, ports);
  const { outcomes } = await reconcilePromotions(situation, ports, environment.name);
  // What is said of the model as a whole, such as a tag that is not believed, is about this environment too.
  const own = outcomes.filter((one) => one.environment === undefined || one.environment === environment.name);
  return { outcomes: own.map(ofPromotion) };
}

async function rebaseline(
  reason: string,
  { request, by, place }: CommandScope,
  ports: CommandPorts,
): Promise<CommandResult> {
  if (!place.isPullRequest) return only({ kind: 'no-pull-request' });
  const { comment, writtenAtMs, issue: pullRequest } = place;
  return only(await ports.rebaseline({ model: request.model, reason, by, comment, writtenAtMs, pullRequest }));
}

async function retry(_: string, { request }: CommandScope, ports: CommandPorts): Promise<CommandResult> {
  const rolledBack = await reconcileRollbacks(await readSituation(request, ports), ports);
  const promoted = await reconcilePromotions(rolledBack.situation, ports);
  return { outcomes: [...rolledBack.outcomes, ...promoted.outcomes].map(ofPromotion) };
}

async function rollBack(wanted: string, scope: CommandScope, ports: CommandPorts): Promise<CommandResult> {
  const { request, by } = scope;
  const environment = scope.environment ?? request.config.environments.at(-1);
  if (environment === undefined) return only({ kind: 'no-environments' });
  const model = await readSituation(request, ports);
  const version = runningIn(environment, model);
  if (version === undefined) return only({ kind: 'runs-no-known-version', environment: environment.name });
  const to = wanted === '' ? undefined : await model.catalog.find(wanted);
  if (wanted !== '' && to === undefined) return only(noVersion(wanted, model));
  // Nothing to take back, and nothing to hold.
  if (to?.artifactDigest === version.artifactDigest) {
    return only({ kind: 'runs-version', environment: environment.name, version: to.version });
  }
  if (to !== undefined && !(await ranBefore(environment, to, model))) {
    return only({ kind: 'never-ran', environment: environment.name, version: to.version });
  }
  const taken = { environment, version, situation: model };
  const reason = { reason: 'a person asked for it', by, cause: 'person' as const };
  const hold = holdOf(environment, version, model) ?? (await openHold(taken, reason, ports.issues)).issue;
  const open = (await ownRollbacks(environment, model, ports)).find(({ state }) => state === 'open');
  const outcome = await proposeRollback(taken, { ...reason, hold, to, open }, ports);
  return only(ofPromotion({ environment: environment.name, ...outcome }));
}

/** True if all targets of an environment named a version at some time, on the default branch. */
async function ranBefore(
  { name }: Environment,
  version: KnownVersion,
  { histories }: ModelSituation,
): Promise<boolean> {
  return (await histories.whole(name)).states.some(({ values }) => areNamed(values, version));
}

/** A number that is not believed, with the reason where there is such a tag. */
function noVersion(wanted: string, { catalog }: ModelSituation): CommandOutcome {
  const refused = catalog.refused().find(({ version }) => version === wanted.replace(/^v/, ''));
  return { kind: 'no-such-version', wanted, reason: refused?.reason };
}

async function hold(reason: string, scope: CommandScope, ports: CommandPorts): Promise<CommandResult> {
  const { request, environment, subject, by } = scope;
  if (environment === undefined) return only({ kind: 'names-no-environment' });
  const model = await readSituation(request, ports);
  const proposed = parsePromotionData(subject)?.version;
  const version = proposed === undefined ? runningIn(environment, model) : await model.catalog.find(proposed);
  if (version === undefined) return only({ kind: 'nothing-to-hold' });
  const known = holdOf(environment, version, model);
  if (known !== undefined) return only({ kind: 'already-held', issue: known, version: version.version });
  const why = { reason: reason === '' ? 'no reason was given' : reason, by, cause: 'person' as const };
  const { issue } = await openHold({ environment, version, situation: model }, why, ports.issues);
  return only({ kind: 'held', issue, version: version.version, environment: environment.name });
}

async function unhold(_: string, scope: CommandScope, ports: CommandPorts): Promise<CommandResult> {
  const { model, config, self } = scope.request;
  const environments = config.environments.map(({ name }) => name);
  const { holds } = controlsOf({ model, environments, self }, await readControlIssues(ports.issues));
  const open = holds.filter(
    (one) => one.isOpen && (scope.environment === undefined || one.environment === scope.environment.name),
  );
  for (const { issue } of open) await ports.issues.close(issue, 'Lifted by a command.');
  if (open.length === 0) return only({ kind: 'nothing-held' });
  return { outcomes: open.map(({ issue, version, environment }) => ({ kind: 'lifted', issue, version, environment })) };
}

function holdOf(environment: Environment, version: KnownVersion, { controls }: ModelSituation): number | undefined {
  const held = { environment: environment.name, digest: version.artifactDigest };
  return openHoldsOf(controls, held)[0]?.issue;
}

function runningIn({ name }: Environment, { running }: ModelSituation): KnownVersion | undefined {
  return running.find((one) => one.name === name)?.version;
}

function only(outcome: CommandOutcome): CommandResult {
  return { outcomes: [outcome] };
}

function ofPromotion(outcome: PromotionOutcome): CommandOutcome {
  return { kind: 'promotion', outcome };
}
