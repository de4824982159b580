import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import type { Compared } from '../../core/usecases/promote/changed-targets.ts';
import { showConfigCheck } from '../../core/usecases/review/show-config-check.ts';
import { checkCommit, type Log } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** A pull request was opened or has new commits: the checks of its config and of its promotions are shown. */
export async function onPullRequestChanged(number: number, repository: BotRepository, log: Log): Promise<void> {
  const { headSha } = await repository.pullRequests.get(number);
  const base = await repository.commits.default();
  await checkConfig({ baseSha: base.sha, headSha }, repository, log);
  const check = await checkCommit(repository, headSha, base);
  if (check !== undefined) log(`promotion check of #${number}: ${check.conclusion} (${check.title})`);
}

/** Of a config that differs from the default branch's. */
async function checkConfig({ baseSha, headSha }: Compared, repository: BotRepository, log: Log): Promise<void> {
  const [base, head] = await repository.commits.objectIds(CONFIG_FILE, [baseSha, headSha]);
  if (base === head) return;
  const text = await repository.commits.read(CONFIG_FILE, headSha);
  if (text === undefined) return;
  const holds = await showConfigCheck({ text, headSha }, repository.checks);
  log(`config of ${headSha}: ${holds ? 'holds' : 'is broken'}`);
}
