/** What a person or a system did, as far as promotion depends on it. */
export interface EnvironmentModel {
  /** Letter of the version that the default branch names; undefined: the placeholder from before. */
  runs: string | undefined;
  /** Since when; epoch milliseconds. */
  sinceMs: number;
  /** Versions whose pull request a person closed, and has not asked for again. */
  readonly declined: Set<string>;
  /** Versions that were merged here, and have not been asked for again. */
  readonly merged: Set<string>;
  /** Versions that an open issue holds here. */
  readonly held: Set<string>;
  /** What the trusted creator said of the version that runs, in order. */
  health: { readonly state: 'success' | 'failure' | 'pending' | 'error'; readonly atMs: number }[];
}

const fresh = (): EnvironmentModel => ({
  runs: undefined,
  sinceMs: 0,
  declined: new Set(),
  merged: new Set(),
  held: new Set(),
  health: [],
});

/**
 * Promotion as a person would explain it, written apart from the code that it judges: letters are versions, later ones
 * are newer.
 */
export class PromotionModel {
  readonly staging = fresh();
  readonly production = fresh();
  newest: string | undefined;
  stops = 0;
  readonly soakMs: number;
  /** Undefined: no one tells of staging's health. */
  readonly settleMs: number | undefined;

  constructor({ soakMs, settleMs }: { readonly soakMs: number; readonly settleMs: number | undefined }) {
    this.soakMs = soakMs;
    this.settleMs = settleMs;
  }

  of(name: 'staging' | 'production'): EnvironmentModel {
    return name === 'staging' ? this.staging : this.production;
  }

  /** A version came to an environment on the default branch, by a merge or by hand. */
  arrives(name: 'staging' | 'production', version: string | undefined, nowMs: number): void {
    const environment = this.of(name);
    if (environment.runs === version) return;
    Object.assign(environment, { runs: version, sinceMs: nowMs, health: [] });
    // A hold has done its work when a newer version runs.
    for (const held of environment.held) if (version !== undefined && held < version) environment.held.delete(held);
  }

  /** The version whose promotion pull request has to be open. @param proposed The one that is open now. */
  wanted(name: 'staging' | 'production', proposed: string | undefined): string | undefined {
    const { runs, declined, merged, held } = this.of(name);
    const version = name === 'staging' ? this.newest : this.staging.runs;
    if (version === undefined || runs === version || (runs !== undefined && runs > version)) return undefined;
    if (declined.has(version) || merged.has(version)) return undefined;
    return held.has(version) && proposed !== version ? undefined : version;
  }

  /** Whether `version` may go in now. @param nowMs As the bot's clock says. */
  isOpen(name: 'staging' | 'production', version: string, nowMs: number): boolean {
    if (this.stops > 0 || this.of(name).held.has(version)) return false;
    if (name === 'staging') return true;
    if (this.staging.runs !== version) return false;
    const verified = this.#verifiedSince(nowMs);
    return verified !== undefined && verified + this.soakMs <= nowMs;
  }

  #verifiedSince(nowMs: number): number | undefined {
    if (this.settleMs === undefined) return this.staging.sinceMs;
    const { health } = this.staging;
    const first = health[health.findLastIndex(({ state }) => state !== 'success') + 1];
    if (first === undefined) return undefined;
    const since = first.atMs + this.settleMs;
    return since <= nowMs ? since : undefined;
  }
}
