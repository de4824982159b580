import type { PromotionOutcome } from '../../domain/promotion/outcome.ts';
import type { RetrainOutcome } from '../../domain/retrain/outcome.ts';
import type { RecordOutcome } from '../../domain/train/record-outcome.ts';
import type { Issue, Issues } from '../../ports/github/issues.ts';
import { type BlockedView, type BlockedWork, parseBlocked, renderBlocked } from '../../render/promotion/blocked.ts';

/** Pull requests that cannot be opened, of all models. */
export interface BlockedRequest {
  readonly blocked: readonly BlockedView[];
  /** The kinds of work that were looked at: only their issues are closed. */
  readonly looked: readonly BlockedWork[];
  /** Our own login. */
  readonly self: string;
}

/** Dependencies of telling. */
export interface BlockedPorts {
  readonly issues: Pick<Issues, 'list' | 'open' | 'update' | 'close'>;
}

/**
 * Keeps one issue open for each pull request that the bot cannot open until a person corrects something, and closes it
 * when it works. An issue that a person closes is not opened again for the same reason.
 *
 * @returns What was done, a line each, for the log.
 */
export async function reportBlocked(
  { blocked, looked, self }: BlockedRequest,
  { issues }: BlockedPorts,
): Promise<readonly string[]> {
  const own = (await issues.list('tidegate/blocked', 'all')).flatMap((issue) => {
    const about = issue.author === self ? parseBlocked(issue.body) : undefined;
    return about === undefined ? [] : [{ ...issue, ...about }];
  });
  const lines: string[] = [];
  const kept = new Set<number>();
  for (const view of blocked) {
    const text = renderBlocked(view);
    const same = own.filter(({ key }) => key === parseBlocked(text.body)?.key);
    // The oldest one stays: another replica may have opened one at the same time.
    const open = same.findLast(({ isOpen }) => isOpen);
    if (open !== undefined) kept.add(open.number);
    lines.push(await keep(text, { open, same }, issues));
  }
  for (const { number, isOpen, work } of own) {
    if (!isOpen || kept.has(number) || !looked.includes(work)) continue;
    await issues.close(number, 'This is no longer so.');
    lines.push(`closed #${number}`);
  }
  return lines;
}

async function keep(
  text: ReturnType<typeof renderBlocked>,
  { open, same }: { readonly open: Issue | undefined; readonly same: readonly Issue[] },
  issues: BlockedPorts['issues'],
): Promise<string> {
  if (open === undefined) {
    const closed = same.find(({ body }) => body === text.body);
    if (closed !== undefined) return `#${closed.number} was closed by a person`;
    return `opened #${await issues.open('tidegate/blocked', text)}`;
  }
  if (open.body === text.body) return `#${open.number} says so already`;
  await issues.update(open.number, text, 'open');
  return `updated #${open.number}`;
}

/** The outcomes of a model that a person has to do something about. */
export function blockedAmong(model: string, outcomes: readonly PromotionOutcome[]): readonly BlockedView[] {
  return outcomes.flatMap((outcome): readonly BlockedView[] => {
    if (outcome.kind !== 'cannot-edit' && outcome.kind !== 'cannot-roll-back') return [];
    const { environment, version, message, fix } = outcome;
    const work = outcome.kind === 'cannot-edit' ? 'promote' : 'rollback';
    return [{ model, environment, work, version, message, fix }];
  });
}

/** The same of a record: entries or a dvc.lock that the bot cannot work with. */
export function blockedRecord(model: string, outcome: RecordOutcome): readonly BlockedView[] {
  if (outcome.kind !== 'cannot-record') return [];
  const { version, message, fix } = outcome;
  return [{ model, environment: undefined, work: 'record', version, message, fix }];
}

/** The same of a retraining: data that is refused, or that cannot be proposed. */
export function blockedRetrainings(model: string, outcomes: readonly RetrainOutcome[]): readonly BlockedView[] {
  return outcomes.flatMap((outcome): readonly BlockedView[] => {
    const about = { model, environment: undefined, work: 'retrain' as const, version: undefined };
    if (outcome.kind === 'cannot-propose') return [{ ...about, message: outcome.message, fix: outcome.fix }];
    if (outcome.kind !== 'data-refused') return [];
    const fix = 'Let the retrain workflow push changed .dvc files alone, or delete the branch.';
    return [{ ...about, message: `the branch ${outcome.branch} ${outcome.reason}`, fix }];
  });
}
