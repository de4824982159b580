import { isNamed } from '../../domain/manifest/match-version.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { type UnmetCondition, type UpstreamFacts, unmetConditions } from '../../domain/promotion/conditions.ts';
import { isSameContent } from '../../domain/registry/same-content.ts';
import type { RunningEnvironment } from '../registry/find-running-versions.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import type { ModelSituation } from './model-situation.ts';
import { openHoldsOf } from './promotion-controls.ts';

/** The conditions that keep a version out of an environment at the moment of a situation. */
export async function conditionsFor(
  environment: Environment,
  version: KnownVersion,
  situation: ModelSituation,
): Promise<readonly UnmetCondition[]> {
  const { controls, config, nowMs } = situation;
  const held = openHoldsOf(controls, { environment: environment.name, digest: version.artifactDigest });
  const names = upstreamOf(environment, config.environments);
  const upstream = await Promise.all(names.map((name) => upstreamFacts(name, version, situation)));
  return unmetConditions({
    upstream,
    soakMs: environment.soak,
    freeze: environment.freeze,
    allow: environment.allow,
    stoppedBy: controls.stoppedBy,
    heldBy: held.map(({ issue }) => issue),
    nowMs,
  });
}

async function upstreamFacts(
  name: string,
  version: KnownVersion,
  { running: all, observations }: ModelSituation,
): Promise<UpstreamFacts> {
  const running = all.find((one) => one.name === name);
  const held = running?.version;
  // All that is written has to be the same: one digest may be of several repositories.
  const isSame = held !== undefined && isSameContent(held, version) && says(running, version);
  const observed = isSame ? await observations.of(name) : undefined;
  if (observed !== undefined) return { name, holdsDigest: true, health: observed.health };
  const health = { state: 'waiting', untilMs: undefined, reason: 'has another version' } as const;
  return { name, holdsDigest: false, health };
}

/**
 * True if targets say a version themselves, where the one that they hold is believed by history alone: all that its tag
 * claims beyond their values is the word of anyone pushed it.
 */
function says(running: RunningEnvironment | undefined, version: KnownVersion): boolean {
  if (running?.version?.provenance.kind !== 'history') return true;
  return running.targets.every(({ value }) => value !== undefined && isNamed(value, version));
}

/** The environments that a version has to be in first: `after`, or the one above. */
export function upstreamOf(environment: Environment, environments: readonly Environment[]): readonly string[] {
  const above = environments[environments.findIndex(({ name }) => name === environment.name) - 1];
  return environment.after ?? (above === undefined ? [] : [above.name]);
}
