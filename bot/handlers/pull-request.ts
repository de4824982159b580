import { showConfigCheck } from '../../core/usecases/review/show-config-check.ts';
import { checkCommit, type Log } from '../reconcile.ts';
import { type BotRepository, CONFIG_FILE } from '../repository.ts';

/** A pull request was opened or has new commits: the checks of its config and of its promotions are shown. */
export async function onPullRequestChanged(number: number, repository: BotRepository, log: Log): Promise<void> {
  const { headSha } = await repository.pullRequests.get(number);
  await checkConfig(headSha, repository, log);
  const check = await checkCommit(repository, headSha);
  if (check !== undefined) log(`promotion check of #${number}: ${check.conclusion} (${check.title})`);
}

/** Of a config that differs from the default branch's. */
async function checkConfig(headSha: string, repository: BotRepository, log: Log): Promise<void> {
  const { sha } = await repository.branches.default();
  const [base, head] = await repository.files.objectIds(CONFIG_FILE, [sha, headSha]);
  if (base === head) return;
  const text = await repository.files.read(CONFIG_FILE, headSha);
  if (text === undefined) return;
  const holds = await showConfigCheck({ text, headSha }, repository.checks);
  log(`config of ${headSha}: ${holds ? 'holds' : 'is broken'}`);
}
