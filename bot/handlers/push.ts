import { UserError } from '../../core/errors.ts';
import { showConfigCheck } from '../../core/usecases/review/show-config-check.ts';
import type { ParsingRepository } from '../parser.ts';
import { type Log, readMoment, reconcileAllPromotions, reconcileAllRetraining } from '../reconcile.ts';

/** A branch moved: the default branch may run something else now, a data branch may hold new pointers. */
export async function onPush(ref: string, repository: ParsingRepository, log: Log): Promise<void> {
  if (ref.startsWith('refs/heads/tidegate/retrain-data/')) {
    const moment = await readMoment(repository);
    if (moment !== undefined) await reconcileAllRetraining(moment, repository, { log, clears: true });
    return;
  }
  const base = await repository.commits.default();
  if (ref !== `refs/heads/${base.name}`) return;
  const moment = await readMoment(repository, base).catch(async (error: unknown) => {
    // Shown where everyone sees it: nothing is promoted from a config that cannot be read.
    const checked = error instanceof UserError ? await showConfigCheck(base.sha, repository) : undefined;
    if (checked === undefined || checked.config !== undefined) throw error;
    log(`config of ${base.name}: is broken, nothing is done`);
    return undefined;
  });
  if (moment !== undefined) await reconcileAllPromotions(moment, repository, { log });
}
