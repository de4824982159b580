import { isDeepStrictEqual } from 'node:util';
import type { CheckRun, CheckRuns } from '../../core/ports/github/check-runs.ts';

/** Check runs in memory. */
export class InMemoryCheckRuns implements CheckRuns {
  readonly checks: CheckRun[] = [];
  writes = 0;

  async show(check: CheckRun): Promise<void> {
    const at = this.checks.findIndex(({ name, headSha }) => name === check.name && headSha === check.headSha);
    if (at >= 0 && isDeepStrictEqual(this.checks[at], check)) return;
    this.writes += 1;
    this.checks.splice(at < 0 ? this.checks.length : at, 1, check);
  }
}
