import { isPromotionBranch } from '../../domain/promotion/branch-names.ts';
import type { PullRequests } from '../../ports/github/pull-requests.ts';
import {
  type PromotionCheckPorts,
  type PromotionCheckRequest,
  type SituationsOf,
  showPromotionCheck,
} from './show-promotion-check.ts';

/** Pull requests to check again: the bot's own promotions and rollbacks, or all open ones. */
export type RefreshedPullRequests = 'own' | 'all';

/** Checks to show again, and the means. */
export interface RefreshRequest extends Omit<PromotionCheckRequest, 'headSha'> {
  /** Our own login. */
  readonly self: string;
  readonly which: RefreshedPullRequests;
}

/** A pull request that waits or fails. */
export interface UnmetCheck {
  readonly number: number;
  /** The title of its check. */
  readonly title: string;
}

/** Commits of which nothing can have changed since they were looked at: no target, no base, no config. */
export type SettledChecks = Set<string>;

/** Dependencies of refreshing. */
export interface RefreshPorts extends PromotionCheckPorts {
  readonly pullRequests: Pick<PullRequests, 'allOpen'>;
  readonly settled: SettledChecks;
}

/** Chosen: more pull requests than a repository has open. */
const MAX_SETTLED = 5000;

/**
 * Shows the promotion check of open pull requests again: time opens conditions, and no event tells. Unchanged checks are not
 * written; what changed no target is not even read again before it or the default branch moves.
 *
 * @returns The pull requests that wait or fail.
 */
export async function refreshPromotionChecks(
  request: RefreshRequest,
  ports: RefreshPorts,
  situationsOf: SituationsOf,
): Promise<readonly UnmetCheck[]> {
  const { which, ...compared } = request;
  const open = await ports.pullRequests.allOpen();
  const chosen = open.filter(
    ({ author, headRef }) => which === 'all' || (author === request.self && isPromotionBranch(headRef)),
  );
  const unmet: UnmetCheck[] = [];
  const errors: unknown[] = [];
  for (const { number, headSha } of chosen) {
    const key = `${request.baseSha} ${headSha}`;
    if (ports.settled.has(key)) continue;
    try {
      const check = await showPromotionCheck({ ...compared, headSha }, ports, situationsOf);
      // Nothing can change until a commit does.
      if (check.findings.length === 0) settle(ports.settled, key);
      else if (check.conclusion !== 'success') unmet.push({ number, title: check.title });
    } catch (error) {
      // One pull request that cannot be looked at does not keep the others waiting; it is tried again.
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return unmet;
}

function settle(settled: SettledChecks, key: string): void {
  if (settled.size >= MAX_SETTLED) settled.clear();
  settled.add(key);
}
