import { isNamed } from '../../domain/manifest/match-version.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { type UnmetCondition, type UpstreamFacts, unmetConditions } from '../../domain/promotion/conditions.ts';
import { isSameContent } from '../../domain/registry/same-content.ts';
import type { ControlIssues } from '../../ports/github/control-issues.ts';
import type { HealthSignals } from '../../ports/github/health-signals.ts';
import type { RunningEnvironment } from '../registry/find-running-versions.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import type { EnvironmentHistories } from './environment-histories.ts';
import { type Observation, observeEnvironment } from './observe-environment.ts';
import { openHoldsOf, type PromotionControls, readControls } from './promotion-controls.ts';

/** A model's environments as the default branch has them. */
export interface ConditionRequest {
  readonly model: string;
  readonly environments: readonly Environment[];
  /** In the order of `environments`. */
  readonly running: readonly RunningEnvironment[];
  readonly histories: EnvironmentHistories;
  /** Our own login. */
  readonly self: string;
  readonly nowMs: number;
}

/** What conditions are decided from. */
export interface ConditionPorts {
  readonly controls: ControlIssues;
  readonly signals: HealthSignals;
}

/** The conditions of one model at one moment; what is read is read once. */
export class PromotionConditions {
  readonly #request: ConditionRequest;
  readonly #ports: ConditionPorts;
  readonly #observed = new Map<string, Promise<Observation>>();
  #controls: Promise<PromotionControls> | undefined;

  constructor(request: ConditionRequest, ports: ConditionPorts) {
    this.#request = request;
    this.#ports = ports;
  }

  /** Stops and holds. */
  controls(): Promise<PromotionControls> {
    const { model, environments, self } = this.#request;
    const names = environments.map(({ name }) => name);
    this.#controls ??= readControls({ model, environments: names, self }, this.#ports.controls);
    return this.#controls;
  }

  /** Digests that open issues hold back from an environment. */
  async held(environment: string): Promise<readonly string[]> {
    const { holds } = await this.controls();
    return holds.filter((hold) => hold.isOpen && hold.environment === environment).map(({ digest }) => digest);
  }

  /** What an environment says of the version that it holds; undefined where it holds none. */
  async observe(name: string): Promise<Observation | undefined> {
    const { environments, running, histories, nowMs } = this.#request;
    const index = environments.findIndex((environment) => environment.name === name);
    const [environment, version] = [environments[index], running[index]?.version];
    if (environment === undefined || version === undefined) return undefined;
    const known = this.#observed.get(name);
    const { signals } = this.#ports;
    const observed = known ?? observeEnvironment({ environment, version, nowMs }, { signals, histories });
    this.#observed.set(name, observed);
    return observed;
  }

  /** The conditions that keep a version out of an environment now. */
  async waiting(environment: Environment, version: KnownVersion): Promise<readonly UnmetCondition[]> {
    const controls = await this.controls();
    const held = openHoldsOf(controls, { environment: environment.name, digest: version.artifactDigest });
    const names = upstreamOf(environment, this.#request.environments);
    const upstream = await Promise.all(names.map((name) => this.#factsOf(name, version)));
    return unmetConditions({
      upstream,
      soakMs: environment.soak,
      freeze: environment.freeze,
      allow: environment.allow,
      stoppedBy: controls.stoppedBy,
      heldBy: held.map(({ issue }) => issue),
      nowMs: this.#request.nowMs,
    });
  }

  async #factsOf(name: string, version: KnownVersion): Promise<UpstreamFacts> {
    const running = this.#request.running.find((one) => one.name === name);
    const held = running?.version;
    // All that is written has to be the same: one digest may be of several repositories.
    const isSame = held !== undefined && isSameContent(held, version) && says(running, version);
    const observed = isSame ? await this.observe(name) : undefined;
    if (observed !== undefined) return { name, holdsDigest: true, health: observed.health };
    const health = { state: 'waiting', untilMs: undefined, reason: 'has another version' } as const;
    return { name, holdsDigest: false, health };
  }
}

/**
 * Whether targets say a version themselves, where the one that they hold is believed by history alone: all that its tag
 * claims beyond their values is the word of whoever pushed it.
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
