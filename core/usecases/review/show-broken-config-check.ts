import type { PromotionCheck } from '../../domain/promotion/promotion-check.ts';
import type { Checks } from '../../ports/github/checks.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { Compared } from '../promote/changed-targets.ts';
import { PROMOTION_CHECK } from '../promote/show-promotion-check.ts';

/** Dependencies of the check. */
export interface BrokenConfigPorts {
  readonly commits: Pick<Commits, 'mergeBase' | 'rootEntries'>;
  readonly checks: Pick<Checks, 'show'>;
}

/**
 * The promotion check while the default branch's config cannot be read: no one knows which files are targets, so that only
 * what changes the config and nothing else may pass. The config that is proposed is never obeyed.
 *
 * @param commit `file`: the config's path at the root.
 */
export async function showBrokenConfigCheck(
  { baseSha, headSha, file }: Compared & { readonly file: string },
  { commits, checks }: BrokenConfigPorts,
): Promise<PromotionCheck> {
  const changed = await changedEntries({ baseSha, headSha }, commits);
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
  commits: BrokenConfigPorts['commits'],
): Promise<readonly string[] | undefined> {
  const from = await commits.mergeBase(baseSha, headSha);
  if (from === undefined) return undefined;
  const [before, after] = [await commits.rootEntries(from), await commits.rootEntries(headSha)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}
