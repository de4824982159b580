import { digestOf, uriOf } from '../../test/bot/promotion-world.ts';
import { type ModelEnvironment, SETTLE_SECONDS } from './repository.ts';
import { waitUntil } from './wait-until.ts';
import type { Merge, Observer } from './world.ts';

/** Seconds from a merge until something was seen; rounded to a tenth. */
export type Seconds = number;

/** Measurements of one merge. */
export interface Measured {
  readonly merge: Merge;
  /** Until the live object named the merged model. */
  readonly live: Seconds;
}

/** Seconds since a merge. */
export function since({ atMs }: Merge): Seconds {
  return Math.round((performance.now() - atMs) / 100) / 10;
}

/** Merges a promotion or rollback, and waits until the cluster has what it says. @param letter Undefined: no model. */
export async function mergeToLive(
  observer: Observer,
  environment: ModelEnvironment,
  { title, method, letter }: { title: string; method: 'merge' | 'squash'; letter: string | undefined },
): Promise<Measured> {
  const wanted = letter === undefined ? 's3://models/none' : uriOf(digestOf(letter));
  const merge = await observer.merge(title, method);
  const isLive = async () => (await observer.liveModel(environment)) === wanted;
  const explain = () => observer.describe(environment);
  await waitUntil(isLive, { what: `a live ${environment.kind} in ${environment.name} with ${wanted}`, explain });
  return { merge, live: since(merge) };
}

/**
 * Waits until the last word about a commit is this one. A success has to last as long as the bot asks for: the first one
 * may be about the model before.
 *
 * @returns Seconds from the merge until the word was seen that lasted.
 */
export async function lastWord(observer: Observer, wanted: WordWanted): Promise<Seconds> {
  const { environment, merge, word, seconds = 60 } = wanted;
  const mustLast = word === 'success' ? SETTLE_SECONDS : 0;
  let seen: Seconds | undefined;
  const hasLasted = async () => {
    const isLast = (await observer.said(environment, merge.sha)).at(-1) === word;
    seen = isLast ? (seen ?? since(merge)) : undefined;
    return seen !== undefined && since(merge) - seen >= mustLast && { seen };
  };
  const explain = async () => {
    const said = (await observer.said(environment, merge.sha)).join(', ') || 'nothing';
    return `said: ${said}; ${await observer.titles()}\n${await observer.describe(environment)}`;
  };
  const what = `a last word "${word}" about ${environment.name}`;
  return (await waitUntil(hasLasted, { what, explain, seconds })).seen;
}

/** A word that is waited for. */
export interface WordWanted {
  readonly environment: ModelEnvironment;
  readonly merge: Merge;
  readonly word: 'success' | 'failure' | 'pending';
  readonly seconds?: number;
}

/** Waits until the promotion check of a pull request says that all conditions hold. @returns Seconds since the merge. */
export async function gateOpens(observer: Observer, title: string, merge: Merge): Promise<Seconds> {
  const isOpen = async () => (await observer.gateOf(title)) === 'All conditions hold';
  await waitUntil(isOpen, { what: `open gates of "${title}"`, explain: () => observer.gateOf(title) });
  return since(merge);
}

/** Waits for the hold of a version and the pull request that takes it back. @returns Seconds since the merge. */
export async function heldAndTakenBack(
  observer: Observer,
  { version, environment, merge }: { version: string; environment: ModelEnvironment; merge: Merge },
): Promise<{ readonly title: string; readonly seconds: Seconds }> {
  const title = await waitUntil(
    async () => {
      const held = (await observer.promotion.issues('tidegate/hold')).map((issue) => issue.title);
      const isHeld = held.some((one) => one === `Hold flights v${version} in ${environment.name}`);
      const titles = await observer.promotion.titles();
      return isHeld ? titles.find((one) => one.startsWith(`Roll back flights in ${environment.name} to `)) : undefined;
    },
    { what: `a hold of v${version} in ${environment.name}`, explain: () => observer.titles(), seconds: 120 },
  );
  return { title, seconds: since(merge) };
}
