import type { TidegateConfig } from '../../core/config/tidegate-config.ts';
import { UserError } from '../../core/errors.ts';
import { showConfigCheck } from '../../core/usecases/show-config-check.ts';
import { checkCommit, type Log } from '../reconcile.ts';
import { type BotRepository, CONFIG_FILE } from '../repository.ts';

/** A pull request was opened or has new commits: the checks of its config and of its promotions are shown. */
export async function onPullRequestChanged(number: number, repository: BotRepository, log: Log): Promise<void> {
  const { headSha } = await repository.pullRequests.get(number);
  const files = await repository.pullRequests.files(number);
  if (files.includes(CONFIG_FILE)) await checkConfig(headSha, repository, log);
  const config = await obeyedConfig(headSha, repository);
  if (config === undefined) return;
  const check = await checkCommit(repository, { config, headSha, files });
  log(`promotion check of #${number}: ${check.conclusion} (${check.title})`);
}

async function checkConfig(headSha: string, repository: BotRepository, log: Log): Promise<void> {
  const text = await repository.files.read(CONFIG_FILE, headSha);
  if (text === undefined) return;
  const holds = await showConfigCheck({ text, headSha }, repository.checks);
  log(`config of ${headSha}: ${holds ? 'holds' : 'is broken'}`);
}

/** The default branch's; where that one is broken the one that is proposed, or nothing could ever mend it. */
async function obeyedConfig(headSha: string, repository: BotRepository): Promise<TidegateConfig | undefined> {
  return repository.config().catch((error: unknown) => {
    if (error instanceof UserError) return repository.config(headSha);
    throw error;
  });
}
