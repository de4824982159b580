import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import type { Compared } from '../../core/usecases/promote/changed-targets.ts';
import { showConfigCheck } from '../../core/usecases/review/show-config-check.ts';
import { showFirstConfig } from '../../core/usecases/review/show-first-config.ts';
import type { ParsingRepository } from '../parser.ts';
import { checkCommit, type Log } from '../reconcile.ts';

/** A pull request was opened or has new commits: the checks of its config and of its promotions are shown. */
export async function onPullRequestChanged(number: number, repository: ParsingRepository, log: Log): Promise<void> {
  const { headSha } = await repository.pullRequests.get(number);
  const base = await repository.commits.default();
  await checkConfig(number, { baseSha: base.sha, headSha }, repository, log);
  const check = await checkCommit(repository, headSha, base);
  if (check !== undefined) log(`promotion check of #${number}: ${check.conclusion} (${check.title})`);
}

/** Of a config that differs from the default branch's; of the first one people hear what was found in it. */
async function checkConfig(
  number: number,
  { baseSha, headSha }: Compared,
  repository: ParsingRepository,
  log: Log,
): Promise<void> {
  const [base, head] = await repository.commits.objectIds(CONFIG_FILE, [baseSha, headSha]);
  if (base === head) return;
  const checked = await showConfigCheck(headSha, repository);
  if (checked === undefined) return;
  log(`config of ${headSha}: ${checked.problems.length === 0 ? 'holds' : 'has problems'}`);
  if (base === undefined) log(`first config: ${await showFirstConfig(number, checked, repository.comments)}`);
}
