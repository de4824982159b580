import { type Log, reconcileAllPromotions, reconcileAllRetraining } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** A branch moved: the default branch may run something else now, a data branch may hold new pointers. */
export async function onPush(ref: string, repository: BotRepository, log: Log): Promise<void> {
  if (ref.startsWith('refs/heads/tidegate/retrain-data/')) {
    await reconcileAllRetraining(repository, log);
    return;
  }
  const { name } = await repository.branches.default();
  if (ref === `refs/heads/${name}`) await reconcileAllPromotions(repository, log);
}
