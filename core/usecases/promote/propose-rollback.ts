import type { Environment } from '../../domain/policy/environment.ts';
import { rollbackBranch } from '../../domain/promotion/branch-names.ts';
import { UserError } from '../../errors.ts';
import { type HoldCause, renderHold } from '../../render/promotion/hold.ts';
import { renderRollback } from '../../render/promotion/rollback.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { planDeployment } from './deploy-version.ts';
import type { ModelSituation } from './model-situation.ts';
import { planRollback, type RollbackPlan } from './plan-rollback.ts';
import type { PromotionPorts, PromotionRequest } from './reconcile-promotions.ts';

/** A version that is taken back from an environment. */
export interface RolledBack {
  readonly request: PromotionRequest;
  readonly ports: PromotionPorts;
  readonly model: ModelSituation;
  readonly environment: Environment;
  /** The one that runs there. */
  readonly version: KnownVersion;
}

/** Why, and who says so. */
export interface Reason {
  readonly reason: string;
  /** Login; undefined: the bot. */
  readonly by: string | undefined;
  readonly cause: HoldCause;
}

/** Opens the issue that holds a version back. Returns its number. */
export async function openHold(
  { request, environment, version, ports }: Omit<RolledBack, 'model'>,
  { reason, by, cause }: Reason,
): Promise<number> {
  const rendered = renderHold({
    model: request.model,
    environment: environment.name,
    version: version.version,
    digest: version.artifactDigest,
    reason,
    by,
    cause,
  });
  return ports.controls.create({ ...rendered, label: 'tidegate/hold' });
}

/**
 * Opens the pull request that takes a version back: to the exact values from before, or to a version.
 *
 * @returns What was done, or why nothing could be.
 */
export async function proposeRollback(
  taken: RolledBack,
  { reason, cause, hold, to }: Reason & { readonly hold: number | undefined; readonly to?: KnownVersion | undefined },
): Promise<string> {
  const { request, environment, version, model, ports } = taken;
  const plan = await (to === undefined ? planBack(taken) : planTo(taken, to)).catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
  if (plan instanceof UserError) return `cannot be rolled back: ${plan.message}. ${plan.fix}`;
  if (plan.edits.length === 0) return `already has ${plan.to.text}`;
  const before = to ?? (await model.catalog.match(plan.to));
  const rendered = renderRollback({
    model: request.model,
    environment: environment.name,
    version: version.version,
    digest: version.artifactDigest,
    to: before === undefined ? plan.to.text.slice(0, 150) : `v${before.version}`,
    reason,
    files: plan.edits.map(({ file }) => file),
    hold,
    cause,
  });
  const branch = rollbackBranch(request.model, environment.name);
  const files = plan.edits.map(({ file, after }) => ({ path: file, text: after }));
  const expected = (await ports.branches.head(branch))?.sha;
  const { sha: base, name } = model.base;
  await ports.branches.commit({ branch, base, files, message: rendered.commitMessage, expected });
  const { title, body } = rendered;
  const opened = await ports.pullRequests.open({ branch, base: name, title, body });
  return `opened #${opened.number}, which rolls v${version.version} back`;
}

function planBack({ environment, version, model, ports }: RolledBack): Promise<RollbackPlan> {
  return planRollback({ environment, version, situation: model }, ports);
}

async function planTo({ environment, model, ports }: RolledBack, to: KnownVersion): Promise<RollbackPlan> {
  const edits = await planDeployment(environment, to, (file) => ports.files.read(file, model.base.sha));
  return { edits, to: { text: `v${to.version}` } };
}
