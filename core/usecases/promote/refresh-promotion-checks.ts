import { isPromotionBranch } from '../../domain/promotion/branch-names.ts';
import type { PullRequests } from '../../ports/github/pull-requests.ts';
import { type PromotionCheckPorts, type PromotionCheckRequest, showPromotionCheck } from './show-promotion-check.ts';

/** Which pull requests are looked at again: our own promotions and rollbacks, or all open ones. */
export type RefreshedPullRequests = 'own' | 'all';

/** Commits of which nothing can have changed since they were looked at: no target, no base, no config. */
export type SettledChecks = Set<string>;

/** What refreshing needs. */
export interface RefreshPorts extends PromotionCheckPorts {
  readonly pullRequests: PullRequests;
  readonly settled: SettledChecks;
}

/** Chosen: more pull requests than a repository has open. */
const MAX_SETTLED = 5000;

/**
 * Shows the promotion check of open pull requests again: time opens conditions, and no event tells. Unchanged checks are not
 * written; what changed no target is not even read again before it or the default branch moves.
 *
 * @returns One line a pull request that waits or fails.
 */
export async function refreshPromotionChecks(
  request: Omit<PromotionCheckRequest, 'headSha'>,
  which: RefreshedPullRequests,
  ports: RefreshPorts,
): Promise<readonly string[]> {
  const open = await ports.pullRequests.allOpen();
  const chosen = open.filter(
    ({ author, headRef }) => which === 'all' || (author === request.self && isPromotionBranch(headRef)),
  );
  const lines: string[] = [];
  const errors: unknown[] = [];
  for (const { number, headSha } of chosen) {
    const key = `${request.baseSha} ${headSha}`;
    if (ports.settled.has(key)) continue;
    try {
      const line = await refreshOne({ ...request, headSha }, ports);
      if (line === undefined) settle(ports.settled, key);
      else if (line !== '') lines.push(`#${number}: ${line}`);
    } catch (error) {
      // One pull request that cannot be looked at does not keep the others waiting; it is tried again.
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return lines;
}

/** What is left to say; '' for nothing now, undefined for nothing until a commit moves. */
async function refreshOne(request: PromotionCheckRequest, ports: RefreshPorts): Promise<string | undefined> {
  const check = await showPromotionCheck(request, ports);
  if (check.findings.length === 0) return undefined;
  return check.conclusion === 'success' ? '' : check.title;
}

function settle(settled: SettledChecks, key: string): void {
  if (settled.size >= MAX_SETTLED) settled.clear();
  settled.add(key);
}
