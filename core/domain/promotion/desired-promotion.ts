import { gt } from 'semver';
import { isSameContent, type VersionContent } from '../registry/same-content.ts';

/** A version by what promotion compares. */
export type PromotedVersion = VersionContent;

/** Facts about an environment on the default branch, and about its promotion pull requests. */
export interface EnvironmentFacts<V extends PromotedVersion> {
  readonly name: string;
  /** Names of the environments that must hold a version first. */
  readonly after: readonly string[];
  /** Undefined: a placeholder, or targets that disagree. */
  readonly running: V | undefined;
  readonly disagrees: boolean;
  /** Versions whose pull request a person closed without merging it: "not this version". */
  readonly declined: readonly string[];
  /** Versions whose pull request was merged before. */
  readonly merged: readonly string[];
  /** Digests that an open issue holds back here. */
  readonly held: readonly string[];
  /** The version whose pull request is open now. */
  readonly proposed: string | undefined;
}

/** Wanted state of an environment's promotion pull request. */
export type DesiredPromotion<V extends PromotedVersion> =
  | { readonly environment: string; readonly kind: 'open'; readonly version: V; readonly replaces: V | undefined }
  | { readonly environment: string; readonly kind: 'none'; readonly reason: string };

/**
 * The promotion pull requests that have to be open, from facts alone: the same facts give the same answer, whatever
 * event brought them.
 *
 * The first environments get the newest version; the others what all their upstream environments hold. Nothing is
 * promoted backwards, against a person's "no", or again after a person took it back in Git.
 *
 * @param newest The newest version that may be believed; undefined where there is none.
 * @param environments In promotion order; `after` names earlier ones.
 * @returns One entry an environment, in the same order.
 */
export function desiredPromotions<V extends PromotedVersion>(
  newest: V | undefined,
  environments: readonly EnvironmentFacts<V>[],
): readonly DesiredPromotion<V>[] {
  const byName = new Map(environments.map((environment) => [environment.name, environment]));
  return environments.map((environment) => {
    const none = (reason: string) => ({ environment: environment.name, kind: 'none' as const, reason });
    const version = environment.after.length === 0 ? newest : heldByAll(environment.after, byName);
    if (version === undefined) {
      return none(
        environment.after.length === 0 ? 'no version is registered' : `waits for ${environment.after.join(', ')}`,
      );
    }
    if (environment.disagrees) return none('its targets name different versions');
    return (
      decide(environment, version) ?? {
        environment: environment.name,
        kind: 'open',
        version,
        replaces: environment.running,
      }
    );
  });
}

function decide<V extends PromotedVersion>(
  { name, running, declined, merged, held, proposed }: EnvironmentFacts<V>,
  wanted: V,
): Extract<DesiredPromotion<V>, { kind: 'none' }> | undefined {
  const { version, artifactDigest } = wanted;
  const none = (reason: string) => ({ environment: name, kind: 'none' as const, reason });
  if (running !== undefined && isSameContent(running, wanted)) return none(`runs v${version}`);
  if (running !== undefined && gt(running.version, version)) return none(`runs v${running.version}, which is newer`);
  if (declined.includes(version)) return none(`v${version} was declined: its pull request was closed unmerged`);
  if (merged.includes(version)) return none(`v${version} was promoted before and reverted in Git`);
  // A pull request that is open stays, with its check pending: that is where people read why it waits.
  if (held.includes(artifactDigest) && proposed !== version) return none(`v${version} is held`);
  return undefined;
}

function heldByAll<V extends PromotedVersion>(
  upstream: readonly string[],
  byName: ReadonlyMap<string, EnvironmentFacts<V>>,
): V | undefined {
  const [first, ...rest] = upstream.map((name) => byName.get(name)?.running);
  return first !== undefined && rest.every((other) => other !== undefined && isSameContent(other, first))
    ? first
    : undefined;
}
