import { type Log, reconcileAllPromotions } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** The fields of an issue that are used. */
export interface ChangedIssue {
  readonly labels?: readonly (string | { readonly name?: string } | null)[] | null | undefined;
}

const CONTROLS = new Set(['tidegate/stop', 'tidegate/hold']);

/** An issue that may stop the line or hold a version was opened, closed or labelled: promotions are looked at. */
export async function onIssueChanged({ labels }: ChangedIssue, repository: BotRepository, log: Log): Promise<void> {
  const names = (labels ?? []).map((label) => (typeof label === 'string' ? label : (label?.name ?? '')));
  if (names.some((name) => CONTROLS.has(name))) await reconcileAllPromotions(repository, log, 'all');
}
