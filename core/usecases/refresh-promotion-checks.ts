import { isPromotionBranch } from '../domain/promotion/branch-names.ts';
import type { PullRequests } from '../ports/pull-requests.ts';
import { type PromotionCheckPorts, type PromotionCheckRequest, showPromotionCheck } from './show-promotion-check.ts';

/** Which pull requests are looked at again: our own promotions and rollbacks, or all open ones. */
export type RefreshedPullRequests = 'own' | 'all';

/**
 * Shows the promotion check of open pull requests anew: time opens gates, and no event tells. Unchanged checks are not
 * written. Returns one line a pull request that waits or fails.
 */
export async function refreshPromotionChecks(
  request: Omit<PromotionCheckRequest, 'headSha' | 'files'>,
  which: RefreshedPullRequests,
  ports: PromotionCheckPorts & { readonly pullRequests: PullRequests },
): Promise<readonly string[]> {
  const open = await ports.pullRequests.allOpen();
  const chosen = open.filter(
    ({ author, headRef }) => which === 'all' || (author === request.self && isPromotionBranch(headRef)),
  );
  const lines: string[] = [];
  for (const { number, headSha } of chosen) {
    const files = await ports.pullRequests.files(number);
    const check = await showPromotionCheck({ ...request, headSha, files }, ports);
    if (check.conclusion !== 'success') lines.push(`#${number}: ${check.title}`);
  }
  return lines;
}
