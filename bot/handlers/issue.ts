import { type Log, readMoment, reconcileAllRetraining } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** A label as GitHub's events give it. */
type EventLabel = string | { readonly name?: string } | null;

const CONTROLS = new Set(['tidegate/stop', 'tidegate/hold']);

/** True if an issue with these labels may stop the line or hold a version. */
export function isControl(labels: readonly EventLabel[]): boolean {
  return labels.some((label) => CONTROLS.has(typeof label === 'string' ? label : (label?.name ?? '')));
}

/** An issue was opened or changed: one about drift may ask for a retraining. */
export async function onIssueChanged(repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  const models = Object.values(config?.models ?? {});
  // Issues are many, and most repositories retrain nothing.
  if (!models.some(({ drift }) => drift?.retrain !== undefined)) return;
  const moment = await readMoment(repository);
  if (moment !== undefined) await reconcileAllRetraining(moment, repository, { log });
}
