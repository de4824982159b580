import type { Commits } from '../../ports/github/commits.ts';
import type { PullRequest } from '../../ports/github/pull-requests.ts';

/** Chosen: older proposals are of older data, and of older runs. */
const MAX_COMPARED = 5;

/**
 * True if one of the newest pull requests holds these very files, whatever else its branch has.
 *
 * @param known Newest first.
 */
export async function wereHeldBefore(
  files: readonly { readonly file: string; readonly after: string }[],
  known: readonly PullRequest[],
  commits: Pick<Commits, 'read'>,
): Promise<boolean> {
  for (const { headSha } of known.slice(0, MAX_COMPARED)) {
    const same = await Promise.all(files.map(async ({ file, after }) => (await commits.read(file, headSha)) === after));
    if (same.every(Boolean)) return true;
  }
  return false;
}
