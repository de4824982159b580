import { UserError } from '../../core/errors.ts';
import { showConfigCheckOf } from '../../core/usecases/review/show-config-check.ts';
import type { ParsingRepository } from '../parser.ts';
import { type Log, reconcileAllPromotions, reconcileAllRetraining } from '../reconcile.ts';

/** A branch moved: the default branch may run something else now, a data branch may hold new pointers. */
export async function onPush(ref: string, repository: ParsingRepository, log: Log): Promise<void> {
  if (ref.startsWith('refs/heads/tidegate/retrain-data/')) {
    await reconcileAllRetraining(repository, log);
    return;
  }
  const { name, sha } = await repository.branches.default();
  if (ref !== `refs/heads/${name}`) return;
  await reconcileAllPromotions(repository, log).catch(async (error: unknown) => {
    // Shown where everyone sees it: nothing is promoted from a config that cannot be read.
    const holds = error instanceof UserError ? await showConfigCheckOf(sha, repository) : undefined;
    if (holds !== false) throw error;
    log(`config of ${name}: is broken, nothing is done`);
  });
}
