import { checkCommit, type Log } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** A merge queue asks for checks on the commit that it would make. */
export async function onMergeGroup(headSha: string, repository: BotRepository, log: Log): Promise<void> {
  const check = await checkCommit(repository, headSha);
  if (check !== undefined) log(`promotion check of the merge group ${headSha}: ${check.conclusion}`);
}
