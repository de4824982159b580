/** Time limit, and the error message for it. */
export interface WaitOptions {
  readonly what: string;
  readonly seconds?: number;
  /** Says more about how it is, where it did not come. */
  readonly explain?: () => Promise<string>;
}

/** Chosen: the figures are exact to a tenth of a second. */
const EVERY_MS = 100;

/**
 * Asks until an answer comes.
 *
 * @param ask Undefined, false or nothing at all (it throws): not yet.
 * @returns The answer.
 * @throws {Error} Naming `what`, where none came in time.
 */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined | false>,
  { what, seconds = 60, explain }: WaitOptions,
): Promise<T> {
  const endsAt = performance.now() + seconds * 1000;
  let last: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  } while (performance.now() < endsAt);
  const more = explain === undefined ? '' : `\n${await explain()}`;
  throw new Error(`After ${seconds} s there is not: ${what}.${more}`, { cause: last });
}
