import { checkCommit, type Log } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** A merge queue asks for checks on the commit that it would make. */
export async function onMergeGroup(headSha: string, repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  if (config === undefined) return;
  const base = await repository.branches.default();
  const files = await repository.branches.changedFiles(base.sha, headSha);
  const check = await checkCommit(repository, { config, headSha, files });
  log(`promotion check of the merge group ${headSha}: ${check.conclusion}`);
}
