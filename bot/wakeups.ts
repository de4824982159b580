import type { GitHubClient, RepositoryName } from '../core/adapters/github/github-client.ts';
import { targetReader } from '../core/usecases/promote/changed-targets.ts';
import type { BotParser } from '../core/usecases/registry/in-process-parser.ts';
import type { Background } from './background.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { ParsingRepository } from './parser.ts';
import { type Log, reconcileNow } from './reconcile.ts';
import { type BotIdentity, openRepository } from './repository.ts';

/** Chosen: what is further away is found by a sweep. */
const FURTHEST_MS = 3_600_000;
/** GitHub tells times in whole seconds. */
const GRACE_MS = 1_000;

/** Timer for waking repositories. */
export interface WakeupParts {
  readonly queue: KeyedQueue;
  readonly background: Background;
  readonly parser: BotParser;
  /** Hears what went wrong: no one else does. */
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly atMs: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Looks at a repository again at a moment when something may change that no event tells: a health that has settled, a
 * deadline. Kept in memory alone: what a restart forgets, the next sweep finds.
 */
export class Wakeups {
  readonly #parts: WakeupParts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: WakeupParts) {
    this.#parts = parts;
  }

  /** Opens a repository that may ask to be looked at again, and whose proposals are parsed apart. */
  open(
    client: GitHubClient,
    name: RepositoryName,
    { identity, log }: { identity: BotIdentity; log: Log },
  ): ParsingRepository {
    const key = `${name.owner}/${name.repo}`;
    const work = () => reconcileNow(this.open(client, name, { identity, log }), { log });
    const wake = (atMs: number) => this.#wakeAt(key, { atMs, delayMs: atMs - identity.clockMs() + GRACE_MS }, work);
    const { parser } = this.#parts;
    const readTargets = targetReader(parser);
    return { ...openRepository(client, name, identity), parser, readTargets, wake };
  }

  /** Wakes nothing any more. */
  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #wakeAt(key: string, { atMs, delayMs }: { atMs: number; delayMs: number }, work: () => Promise<void>): void {
    const known = this.#waiting.get(key);
    if (delayMs > FURTHEST_MS || (known !== undefined && known.atMs <= atMs)) return;
    clearTimeout(known?.timer);
    const { background, queue, failed } = this.#parts;
    const timer = setTimeout(
      () => {
        this.#waiting.delete(key);
        background.start(() => queue.runOnce(key, 'promotions', work), failed);
      },
      Math.max(0, delayMs),
    );
    timer.unref();
    this.#waiting.set(key, { atMs, timer });
  }
}
