import type { Probot } from 'probot';
import { asClient } from './app.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import { readMoment, reconcileAllPromotions, reconcileAllRetraining, reportOverdueDriftChecks } from './reconcile.ts';
import type { BotIdentity } from './repository.ts';
import type { Wakeups } from './wakeups.ts';

/** Reconciles every repository of every installation: finds what no event told. One failing repository stops no other. */
export async function sweep(
  app: Probot,
  identity: BotIdentity,
  { queue, wakeups }: { readonly queue: KeyedQueue; readonly wakeups: Wakeups },
): Promise<void> {
  const log = (line: string) => app.log.info(line);
  const client = asClient(await app.auth());
  const installations = await client.paginate('GET /app/installations', { per_page: 100 });
  for (const { id } of installations) {
    const installed = asClient(await app.auth(Number(id)));
    const repositories = await installed.paginate('GET /installation/repositories', { per_page: 100 });
    for (const { name, owner } of repositories) {
      const repository = wakeups.open(installed, { owner: owner.login, repo: name }, { identity, log });
      const work = async () => {
        const moment = await readMoment(repository);
        if (moment === undefined) return;
        await reconcileAllPromotions(moment, repository, { log, checks: 'all' });
        await reconcileAllRetraining(moment, repository, { log, clears: true });
        await reportOverdueDriftChecks(moment, repository, log);
      };
      await queue.run(`${owner.login}/${name}`, work).catch((error: unknown) => app.log.error(error));
    }
  }
}
