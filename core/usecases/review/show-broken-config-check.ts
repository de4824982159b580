import type { PromotionCheck } from '../../domain/promotion/promotion-check.ts';
import type { Branches } from '../../ports/github/branches.ts';
import type { CheckRuns } from '../../ports/github/check-runs.ts';
import type { Compared } from '../promote/changed-targets.ts';
import { PROMOTION_CHECK } from '../promote/show-promotion-check.ts';

/** What the check needs. */
export interface BrokenConfigPorts {
  readonly branches: Pick<Branches, 'mergeBase' | 'rootEntries'>;
  readonly checks: CheckRuns;
}

/**
 * The promotion check while the default branch's config cannot be read: nobody knows which files are targets, so that only
 * what changes the config and nothing else may pass. The config that is proposed is never obeyed.
 *
 * @param commit `file`: the config's path at the root.
 */
export async function showBrokenConfigCheck(
  { baseSha, headSha, file }: Compared & { readonly file: string },
  { branches, checks }: BrokenConfigPorts,
): Promise<PromotionCheck> {
  const changed = await changedEntries({ baseSha, headSha }, branches);
  const isConfigAlone = changed?.length === 1 && changed[0] === file;
  const title = isConfigAlone
    ? `Nothing but ${file} changes`
    : `${file} of the default branch is broken: only a pull request that changes nothing else may be merged`;
  const check = { conclusion: isConfigAlone ? ('success' as const) : ('failure' as const), title, findings: [] };
  const { conclusion } = check;
  await checks.show({ name: PROMOTION_CHECK, headSha, conclusion, title, summary: title, annotations: [] });
  return check;
}

/** Names at the root that a merge would change; undefined where that cannot be told. */
async function changedEntries(
  { baseSha, headSha }: Compared,
  branches: BrokenConfigPorts['branches'],
): Promise<readonly string[] | undefined> {
  const from = await branches.mergeBase(baseSha, headSha);
  if (from === undefined) return undefined;
  const [before, after] = [await branches.rootEntries(from), await branches.rootEntries(headSha)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}
