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
import type { Branches } from '../../ports/github/branches.ts';
import type { CheckRuns } from '../../ports/github/check-runs.ts';
import { inlineCode } from '../../render/text/inline-code.ts';
import { type ReadTarget, type RunningEnvironment, runningEnvironment } from '../registry/find-running-versions.ts';
import type { KnownVersion, RefusedTag } from '../registry/version-catalog.ts';
import { type Compared, changedTargets, type TargetChange, type TargetReader } from './changed-targets.ts';
import { type ModelSituation, readSituation, type SituationPorts } from './model-situation.ts';

/** The check that people can require: it says whether a change of what runs somewhere may be merged now. */
export const PROMOTION_CHECK = 'tidegate / promotion';

/** A commit that may become the default branch's next. */
export interface PromotionCheckRequest extends Compared {
  readonly config: TidegateConfig;
  /** Our own login. */
  readonly self: string;
  readonly nowMs: number;
}

/** What the check needs. */
export interface PromotionCheckPorts extends SituationPorts {
  readonly branches: Pick<Branches, 'default' | 'mergeBase'>;
  readonly checks: CheckRuns;
  /** How targets of the head are read; default: here and now. */
  readonly readTargets?: TargetReader | undefined;
}

/** Chosen: nobody reads more lines of one kind. */
const MOST_REFUSED_SHOWN = 20;

/** Decides and shows the check of a commit. */
export async function showPromotionCheck(
  request: PromotionCheckRequest,
  ports: PromotionCheckPorts,
): Promise<PromotionCheck> {
  const changes: ChangedEnvironment[] = [];
  const refused: string[] = [];
  for (const model of Object.keys(request.config.models)) {
    const found = await changesOf(model, { request, ports });
    changes.push(...found.changes);
    refused.push(...found.refused);
  }
  const check = decidePromotionCheck(changes);
  await ports.checks.show({
    name: PROMOTION_CHECK,
    headSha: request.headSha,
    conclusion: check.conclusion,
    title: check.title.slice(0, 250),
    summary: summaryOf(check, refused),
    annotations: [],
  });
  return check;
}

function summaryOf({ findings, title }: PromotionCheck, refused: readonly string[]): string {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${inlineCode(line, 1000)}`).join('\n');
  if (findings.length === 0) return title;
  if (refused.length === 0) return list(findings);
  const more = refused.length - MOST_REFUSED_SHOWN;
  const rest = more > 0 ? `\n- and ${more} more` : '';
  return `${list(findings)}\n\nTags that are not trusted and are skipped:\n\n${list(refused.slice(0, MOST_REFUSED_SHOWN))}${rest}`;
}

interface Checked {
  readonly request: PromotionCheckRequest;
  readonly ports: PromotionCheckPorts;
}

async function changesOf(
  model: string,
  checked: Checked,
): Promise<{ readonly changes: readonly ChangedEnvironment[]; readonly refused: readonly string[] }> {
  const { request, ports } = checked;
  const config = request.config.models[model];
  const touched: (readonly [Environment, TargetChange])[] = [];
  for (const environment of config?.environments ?? []) {
    const change = await changedTargets(environment, request, ports);
    if (change.kind !== 'same') touched.push([environment, change]);
  }
  if (config === undefined || touched.length === 0) return { changes: [], refused: [] };
  const { self, nowMs } = request;
  const situation = await readSituation({ model, config, self, nowMs }, ports);
  const changes: ChangedEnvironment[] = [];
  for (const [environment, change] of touched) {
    const outcome = await outcomeOf(environment, change, situation);
    if (outcome !== undefined) changes.push({ model, environment: environment.name, outcome });
  }
  await situation.catalog.newest();
  return { changes, refused: situation.catalog.refused().map((tag) => describeRefused(model, tag)) };
}

function describeRefused(model: string, { version, reason }: RefusedTag): string {
  return `${model} v${version}: ${reason}`;
}

async function outcomeOf(
  environment: Environment,
  change: TargetChange,
  situation: ModelSituation,
): Promise<ChangedEnvironment['outcome'] | undefined> {
  if (change.kind === 'same') return undefined;
  if (change.kind === 'undecided') return { kind: 'refused', reason: change.reason };
  const { catalog, conditions, running } = situation;
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
  return { kind: 'version', version: version.version, waiting: await conditions.waiting(environment, version) };
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
  { histories, conditions }: ModelSituation,
): Promise<ChangedEnvironment['outcome'] | undefined> {
  const values = after.targets.map(({ value }) => value);
  if (values.includes(undefined)) return undefined;
  const recent = await histories.of(environment.name);
  const earlier = stateWith(recent, values) ?? stateWith(await histories.whole(environment.name), values);
  if (earlier === undefined) return undefined;
  const isJustBefore = areSameValues(lastOther(recent)?.values ?? [], values);
  if (!isJustBefore && !isOlder(after.version, before?.version)) return undefined;
  const waiting = after.version === undefined ? [] : await conditions.waiting(environment, after.version);
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
