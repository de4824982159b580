import { showPromotionCheck } from '../../core/usecases/show-promotion-check.ts';
import type { Log } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** A pull request was opened or has new commits: its promotion check is shown. */
export async function onPullRequestChanged(number: number, repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  if (config === undefined) return;
  const { headSha } = await repository.pullRequests.get(number);
  const base = await repository.branches.default();
  const files = await repository.pullRequests.files(number);
  const check = await showPromotionCheck({ config, baseSha: base.sha, headSha, files }, repository);
  log(`promotion check of #${number}: ${check.conclusion} (${check.title})`);
}
