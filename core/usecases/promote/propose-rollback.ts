import type { Environment } from '../../domain/policy/environment.ts';
import { rollbackBranch } from '../../domain/promotion/branch-names.ts';
import type { RollbackOutcome } from '../../domain/promotion/outcome.ts';
import { UserError, unlessUserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { Issues } from '../../ports/github/issues.ts';
import type { PullRequest } from '../../ports/github/pull-requests.ts';
import { type HoldCause, renderHold } from '../../render/promotion/hold.ts';
import { renderRollback } from '../../render/promotion/rollback.ts';
import { type KeepingPorts, upsertPullRequest } from '../propose/upsert-pull-request.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { planDeployment } from './deploy-version.ts';
import type { ModelSituation } from './model-situation.ts';
import { planRollback, type RollbackPlan, type TakenBack } from './plan-rollback.ts';
import type { Hold } from './promotion-controls.ts';

/** Ports of the repository that a rollback uses. */
export interface RollbackPorts extends KeepingPorts {
  readonly commits: Pick<Commits, 'head' | 'commit' | 'read'>;
}

/** Why, and who says so. */
export interface Reason {
  readonly reason: string;
  /** Login; undefined: the bot. */
  readonly by: string | undefined;
  readonly cause: HoldCause;
}

/** A rollback to propose. */
export interface WantedRollback extends Reason {
  /** The issue that holds the version back. */
  readonly hold: number | undefined;
  /** Undefined: what was there before. */
  readonly to?: KnownVersion | undefined;
  /** Our pull request of the rollback branch that is open now. */
  readonly open?: PullRequest | undefined;
}

/** Opens the issue that holds a version back. */
export async function openHold(
  { environment: { name: environment }, version, situation }: TakenBack,
  { reason, by, cause }: Reason,
  controls: Pick<Issues, 'open'>,
): Promise<Hold> {
  const held = { environment, version: version.version, digest: version.artifactDigest, cause };
  const rendered = renderHold({ model: situation.model, ...held, reason, by });
  const issue = await controls.open('tidegate/hold', rendered);
  return { issue, ...held, isOpen: true };
}

/** Opens the pull request that takes a version back: to the exact values from before, or to a version. */
export async function proposeRollback(
  taken: TakenBack,
  { reason, cause, hold, to, open }: WantedRollback,
  ports: RollbackPorts,
): Promise<RollbackOutcome> {
  const { environment, version, situation } = taken;
  const plan = await (to === undefined
    ? planRollback(taken, ports)
    : planTo(environment, to, { situation, ports })
  ).catch(unlessUserError);
  if (plan instanceof UserError) return cannot(version, plan);
  if (plan.edits.length === 0) return { kind: 'already-rolled-back', value: plan.to.text };
  const before = to ?? (await situation.catalog.match(plan.to));
  const rendered = renderRollback({
    model: situation.model,
    environment: environment.name,
    version: version.version,
    digest: version.artifactDigest,
    to: before === undefined ? plan.to.text.slice(0, 150) : `v${before.version}`,
    reason,
    files: plan.edits.map(({ file }) => file),
    hold,
    cause,
  });
  const branch = rollbackBranch(situation.model, environment.name);
  const head = await ports.commits.head(branch);
  const kept = { branch, base: situation.base, edits: plan.edits, ...rendered, open, head };
  const upserted = await upsertPullRequest(kept, ports).catch(unlessUserError);
  if (upserted instanceof UserError) return cannot(version, upserted);
  const { pullRequest } = upserted;
  return { kind: 'opened-rollback', number: pullRequest.number, version: version.version };
}

function cannot({ version }: KnownVersion, { message, fix }: UserError): RollbackOutcome {
  return { kind: 'cannot-roll-back', version, message, fix };
}

async function planTo(
  environment: Environment,
  to: KnownVersion,
  { situation, ports }: { readonly situation: ModelSituation; readonly ports: RollbackPorts },
): Promise<RollbackPlan> {
  const edits = await planDeployment(environment, to, (file) => ports.commits.read(file, situation.base.sha));
  return { edits, to: { text: `v${to.version}` } };
}
