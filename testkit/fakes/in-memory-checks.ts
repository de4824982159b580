import { isDeepStrictEqual } from 'node:util';
import type { HealthSignal } from '../../core/domain/promotion/health.ts';
import type { CheckRun, Checks, HealthSource } from '../../core/ports/github/checks.ts';

/** Signals about a commit. */
export interface SaidSignal extends HealthSignal {
  readonly from: HealthSource['from'];
  readonly context: string;
  /** Login of who says it. */
  readonly by: string;
  readonly commit: string;
}

/** Check runs in memory, and what others say about commits. */
export class InMemoryChecks implements Checks {
  readonly checks: CheckRun[] = [];
  writes = 0;
  readonly #said: SaidSignal[] = [];

  /** Signals of others, in order of time. */
  say(signal: SaidSignal): void {
    this.#said.push(signal);
  }

  async show(check: CheckRun): Promise<void> {
    const at = this.checks.findIndex(({ name, headSha }) => name === check.name && headSha === check.headSha);
    if (at >= 0 && isDeepStrictEqual(this.checks[at], check)) return;
    this.writes += 1;
    this.checks.splice(at < 0 ? this.checks.length : at, 1, check);
  }

  async summaries(name: string, headSha: string): Promise<readonly string[]> {
    return this.checks.filter((one) => one.name === name && one.headSha === headSha).map(({ summary }) => summary);
  }

  async health({ from, context, creator }: HealthSource, commits: readonly string[]): Promise<readonly HealthSignal[]> {
    const kindOf = (kind: HealthSource['from']) => (kind === 'argocd' ? 'commit-status' : kind);
    const isTold = (one: SaidSignal) =>
      kindOf(one.from) === kindOf(from) && one.context === context && (creator === undefined || one.by === creator);
    return commits
      .toReversed()
      .flatMap((commit) => this.#said.filter((one) => one.commit === commit && isTold(one)))
      .map(({ state, atMs }) => ({ state, atMs }));
  }
}
