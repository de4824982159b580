import type { ReadManifest } from '../../domain/manifest/deployable-target.ts';
import type { TargetReading } from '../../domain/manifest/edit-manifest.ts';
import type { ManifestTarget } from '../../domain/policy/manifest-target.ts';
import { type Problem, ServiceError, UserError } from '../../errors.ts';
import type { UntrustedParser } from '../../ports/store/untrusted-parser.ts';
import type { ReportKind, ReportOf } from '../../reports/read-report.ts';
import { errorOf, type ParserQuestion, type PlainReading } from './parser-messages.ts';
import { ParserThread, type ParserThreadLimits } from './parser-thread.ts';

/**
 * Time and memory limits for parsing one text. Chosen: five times what the largest texts within
 * the bounds take on one slow core; and half as much again as the largest report takes.
 */
export const PARSER_LIMITS: ParserThreadLimits = { textMs: 5_000, startMs: 60_000, heapMb: 96 };
/** Chosen: more than all repositories that are worked on at once ask for; the 201st text is tried again later. */
export const MAX_WAITING_TEXTS = 200;
/** Chosen: four of the largest reports. */
export const MAX_WAITING_BYTES = 64 * 2 ** 20;

interface Waiting {
  readonly question: ParserQuestion;
  readonly bytes: number;
  readonly answered: PromiseWithResolvers<unknown>;
}

/**
 * Parses in one thread apart, so that no text stops what the process does besides. Texts wait for each other. One that
 * takes too long, or more memory than the thread has, ends the thread and is refused; the next one gets a new thread.
 *
 * @typeParam Config What the thread makes of a tidegate.yaml; it has to be a plain value.
 */
export class ThreadParser<Config> implements UntrustedParser<Config> {
  readonly #entry: URL;
  readonly #limits: ParserThreadLimits;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #thread: ParserThread | undefined;
  #isWorking = false;

  /** @param entry The file that the thread runs: it calls `serveParser`. */
  constructor(entry: URL, limits: ParserThreadLimits = PARSER_LIMITS) {
    this.#entry = entry;
    this.#limits = limits;
  }

  async readTargets(text: string, targets: readonly ManifestTarget[]): Promise<readonly TargetReading[]> {
    try {
      // The thread answers with what `serveParser` makes of the same call.
      const readings = (await this.#ask({ ask: 'targets', text, targets }, text.length)) as readonly PlainReading[];
      return readings.map(readingOf);
    } catch (error) {
      if (error instanceof UserError) return targets.map(() => ({ error }));
      throw error;
    }
  }

  async checkTargets(config: string, manifests: readonly ReadManifest[]): Promise<readonly Problem[]> {
    const characters = manifests.reduce((sum, { text = '' }) => sum + text.length, config.length);
    // As above.
    return (await this.#ask({ ask: 'checks', config, manifests }, characters)) as readonly Problem[];
  }

  async parseConfig(text: string): Promise<Config> {
    // As above.
    return (await this.#ask({ ask: 'config', text }, text.length)) as Config;
  }

  async readReport<Kind extends ReportKind>(kind: Kind, bytes: Uint8Array): Promise<ReportOf<Kind>> {
    // As above.
    return (await this.#ask({ ask: 'report', kind, bytes }, bytes.length)) as ReportOf<Kind>;
  }

  /** Ends the thread. What waits is not answered any more. */
  async close(): Promise<void> {
    await this.#thread?.end();
  }

  #liveThread(): ParserThread {
    if (this.#thread === undefined || this.#thread.hasEnded) this.#thread = new ParserThread(this.#entry, this.#limits);
    return this.#thread;
  }

  async #ask(question: ParserQuestion, bytes: number): Promise<unknown> {
    if (this.#waiting.length >= MAX_WAITING_TEXTS || this.#waitingBytes + bytes > MAX_WAITING_BYTES) throw busy();
    const answered = Promise.withResolvers<unknown>();
    this.#waiting.push({ question, bytes, answered });
    this.#waitingBytes += bytes;
    void this.#workOff();
    return answered.promise;
  }

  async #workOff(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { question, bytes, answered } = next;
      await this.#answerTo(question).then(answered.resolve, answered.reject);
      this.#waitingBytes -= bytes;
    }
    this.#isWorking = false;
  }

  async #answerTo(question: ParserQuestion): Promise<unknown> {
    const thread = this.#liveThread();
    const hadOthers = thread.texts > 0;
    const answer = await thread.ask(question).catch((error: unknown) => {
      // What texts before it have left may have filled the memory: it gets one try with a thread of its own.
      if (hadOthers && isTooCostly(error)) return this.#liveThread().ask(question);
      throw error;
    });
    if (answer.is === 'value') return answer.value;
    throw errorOf(answer.error);
  }
}

function isTooCostly(error: unknown): boolean {
  return error instanceof UserError && error.code === 'INPUT_TOO_COSTLY';
}

function readingOf(reading: PlainReading): TargetReading {
  if (reading.error !== undefined) return { error: errorOf(reading.error) };
  if (reading.value !== undefined) return { value: reading.value };
  throw new Error('the thread answered with neither a value nor an error');
}

function busy(): ServiceError {
  return new ServiceError('PARSER_BUSY', `more than ${MAX_WAITING_TEXTS} texts wait to be parsed`, {
    fix: 'No action needed: it is retried shortly.',
    retryable: true,
  });
}
