import type { TidegateConfig } from '../../config/tidegate-config.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { UnmetCondition } from '../../domain/promotion/conditions.ts';
import {
  areSameValues,
  type EnvironmentHistory,
  type EnvironmentState,
  stateWith,
} from '../../domain/promotion/environment-history.ts';
import {
  type ChangedEnvironment,
  decidePromotionCheck,
  type PromotionCheck,
} from '../../domain/promotion/promotion-check.ts';
import { isOlderVersion } from '../../domain/registry/is-older-version.ts';
import type { Checks } from '../../ports/github/checks.ts';
import { renderPromotionCheck, type SkippedTag } from '../../render/promotion/promotion-check.ts';
import { type ReadTarget, type RunningEnvironment, runningEnvironment } from '../registry/find-running-versions.ts';
import type { KnownVersion, RefusedTag } from '../registry/version-catalog.ts';
import { type ChangePorts, type Compared, changedTargets, type TargetChange } from './changed-targets.ts';
import type { ModelSituation } from './model-situation.ts';
import { conditionsFor } from './promotion-conditions.ts';

/** The check that people can require: it says whether a change of what runs somewhere may be merged now. */
export const PROMOTION_CHECK = 'tidegate / promotion';

/** A commit that may become the default branch's next. */
export interface PromotionCheckRequest extends Compared {
  readonly config: TidegateConfig;
}

/** Dependencies of the check. */
export interface PromotionCheckPorts extends ChangePorts {
  readonly checks: Pick<Checks, 'show'>;
}

/** Gives how models are whose targets a commit changes, by their names. */
export type SituationsOf = (models: readonly string[]) => Promise<ReadonlyMap<string, ModelSituation>>;

/** Decides and shows the check of a commit. */
export async function showPromotionCheck(
  request: PromotionCheckRequest,
  ports: PromotionCheckPorts,
  situationsOf: SituationsOf,
): Promise<PromotionCheck> {
  const touched = await touchedEnvironments(request, ports);
  const models = [...new Set(touched.map(({ model }) => model))];
  const situations: ReadonlyMap<string, ModelSituation> = models.length === 0 ? new Map() : await situationsOf(models);
  const changes: ChangedEnvironment[] = [];
  const skipped: SkippedTag[] = [];
  for (const model of models) {
    const situation = situations.get(model);
    if (situation === undefined) throw new RangeError(`the situation of ${model} was not read`);
    const own = touched.filter((one) => one.model === model);
    for (const { environment, change } of own) {
      const outcome = await outcomeOf(environment, change, situation);
      if (outcome !== undefined) changes.push({ model, environment: environment.name, outcome });
    }
    for (const tag of await skippedTags(own, situation)) skipped.push({ model, ...tag });
  }
  const check = decidePromotionCheck(changes);
  await ports.checks.show({
    name: PROMOTION_CHECK,
    headSha: request.headSha,
    conclusion: check.conclusion,
    title: check.title.slice(0, 250),
    summary: renderPromotionCheck(check, skipped),
    annotations: [],
  });
  return check;
}

interface TouchedEnvironment {
  readonly model: string;
  readonly environment: Environment;
  readonly change: TargetChange;
}

async function touchedEnvironments(
  request: PromotionCheckRequest,
  ports: PromotionCheckPorts,
): Promise<readonly TouchedEnvironment[]> {
  const touched: TouchedEnvironment[] = [];
  for (const [model, { environments }] of Object.entries(request.config.models)) {
    for (const environment of environments) {
      const change = await changedTargets(environment, request, ports);
      if (change.kind !== 'same') touched.push({ model, environment, change });
    }
  }
  return touched;
}

/** Those above the newest version, and those that claim what an environment runs or would run. */
async function skippedTags(
  touched: readonly TouchedEnvironment[],
  { catalog, running }: ModelSituation,
): Promise<readonly RefusedTag[]> {
  const proposed = touched.flatMap(({ change }) => (change.kind === 'changed' ? change.after : []));
  const said = [...running.flatMap(({ targets }) => targets), ...proposed];
  return catalog.refusedAmong(said.flatMap(({ value }) => (value === undefined ? [] : [value])));
}

async function outcomeOf(
  environment: Environment,
  change: TargetChange,
  situation: ModelSituation,
): Promise<ChangedEnvironment['outcome'] | undefined> {
  if (change.kind === 'same') return undefined;
  if (change.kind === 'undecided') return { kind: 'refused', reason: change.reason };
  const { catalog, running } = situation;
  const after = await runningEnvironment(environment.name, change.after, catalog);
  const before = running.find(({ name }) => name === environment.name);
  const back = await goingBack(environment, { before, after }, situation);
  if (back !== undefined) return back;
  const refused = refusalOf(after);
  if (refused !== undefined) {
    for (const { value } of after.targets) if (value !== undefined) await catalog.explain(value);
    return { kind: 'refused', reason: refused };
  }
  const { version } = after;
  if (version === undefined) return { kind: 'refused', reason: after.note ?? 'it does not name a version' };
  return { kind: 'version', version: version.version, waiting: await conditionsFor(environment, version, situation) };
}

function refusalOf({ targets, disagrees, note, version }: RunningEnvironment): string | undefined {
  const unread = targets.find(({ problem }) => problem !== undefined);
  if (unread?.problem !== undefined) return unread.problem;
  if (disagrees) return note;
  return version === undefined
    ? `${note ?? 'it does not name a version'}: not a trusted registered version`
    : undefined;
}

interface Sides {
  readonly before: RunningEnvironment | undefined;
  readonly after: RunningEnvironment;
}

/**
 * Going back waits for no soak, health or freeze, since upstream holds the newer version by then. It is going back only
 * where the environment had these very values on the default branch, and has moved on from them: to an older version, or
 * to what was there just before. A version that is held stays held.
 */
async function goingBack(
  environment: Environment,
  { before, after }: Sides,
  situation: ModelSituation,
): Promise<ChangedEnvironment['outcome'] | undefined> {
  const values = after.targets.map(({ value }) => value);
  if (values.includes(undefined)) return undefined;
  const { histories } = situation;
  const recent = await histories.of(environment.name);
  const earlier = stateWith(recent, values) ?? stateWith(await histories.whole(environment.name), values);
  if (earlier === undefined) return undefined;
  const isJustBefore = areSameValues(lastOther(recent)?.values ?? [], values);
  if (!isJustBefore && !isOlder(after.version, before?.version)) return undefined;
  const waiting = after.version === undefined ? [] : await conditionsFor(environment, after.version, situation);
  const isNewer = isOlder(before?.version, after.version);
  return {
    kind: 'back',
    to: after.version === undefined ? shown(after.targets) : `v${after.version.version}`,
    since: new Date(earlier.arrivedAtMs).toISOString(),
    waiting: isNewer ? waiting : waiting.filter(isHold),
  };
}

/** The newest state that said anything else than the present one. */
function lastOther({ states }: EnvironmentHistory): EnvironmentState | undefined {
  const [present] = states;
  return states.find(({ values }) => present !== undefined && !areSameValues(values, present.values));
}

function isHold({ kind }: UnmetCondition): boolean {
  return kind === 'hold';
}

function isOlder(one: KnownVersion | undefined, other: KnownVersion | undefined): boolean {
  return one !== undefined && other !== undefined && isOlderVersion(one.version, other.version);
}

function shown(targets: readonly ReadTarget[]): string {
  return targets.map(({ value }) => value?.text ?? '').join(', ');
}
