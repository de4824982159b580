/** A comment that asks for an answer. */
export interface AskingComment {
  /** `owner/name`. */
  readonly repository: string;
  readonly issue: number;
  readonly comment: number;
  readonly by: string;
  /** GitHub says that the author belongs to the repository or its owner. */
  readonly isMember: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Chosen: an answer is not out of date before. Of all people who are not known to belong to the repository. */
export const MAX_ANSWERS_PER_ISSUE_AND_MINUTE = 1;
/** Chosen: a person who reads the answers asks for no more. Of one person in a repository. */
export const MAX_ANSWERS_PER_PERSON_AND_HOUR = 10;
/**
 * Chosen: at 20 requests each, a quarter of the 5,000 requests that an installation has. Of all people who are not known
 * to belong to it, in all repositories of an owner.
 */
export const MAX_ANSWERS_PER_OWNER_AND_HOUR = 60;
/** Chosen: more issues and people than an hour has within the limits of a hundred owners. */
const MAX_REMEMBERED = 20_000;

interface Grant {
  readonly comment: number;
  readonly atMs: number;
}

/**
 * Limit of answers to people without known write permission: once per issue and minute, ten times per
 * person and hour in a repository, and sixty times per hour in all repositories of an owner. It is decided without a
 * request to GitHub, and remembered in this process alone.
 */
export class CommentLimits {
  readonly #grants = new Map<string, readonly Grant[]>();
  readonly #writers = new Map<string, number>();

  /** True if a comment is answered. The same comment is asked about again where its answer failed: that is one answer. */
  grants(asked: AskingComment, nowMs: number): boolean {
    if (asked.isMember || this.#isWriter(asked, nowMs)) return true;
    const limits = limitsOf(asked);
    const recent = limits.map(({ key, windowMs }) => this.#since(key, nowMs - windowMs));
    if (recent.every((grants) => grants.some(({ comment }) => comment === asked.comment))) return true;
    if (recent.some((grants, index) => grants.length >= (limits[index]?.most ?? 0))) return false;
    if (this.#grants.size >= MAX_REMEMBERED) this.#forget(nowMs - HOUR_MS);
    // Too many people at once to remember: anyone who is not known waits.
    if (this.#grants.size >= MAX_REMEMBERED) return false;
    for (const [index, { key }] of limits.entries()) {
      this.#grants.set(key, [...(recent[index] ?? []), { comment: asked.comment, atMs: nowMs }]);
    }
    return true;
  }

  /** GitHub has just said that this person has write permission: for an hour no limit holds for them here. */
  trust({ repository, by }: Pick<AskingComment, 'repository' | 'by'>, nowMs: number): void {
    const [oldest] = this.#writers.keys();
    if (this.#writers.size >= MAX_REMEMBERED && oldest !== undefined) this.#writers.delete(oldest);
    this.#writers.set(`${repository} ${by}`, nowMs);
  }

  #isWriter({ repository, by }: AskingComment, nowMs: number): boolean {
    const sinceMs = this.#writers.get(`${repository} ${by}`);
    return sinceMs !== undefined && nowMs - sinceMs < HOUR_MS;
  }

  #since(key: string, fromMs: number): readonly Grant[] {
    return (this.#grants.get(key) ?? []).filter(({ atMs }) => atMs > fromMs);
  }

  #forget(beforeMs: number): void {
    for (const key of this.#grants.keys()) if (this.#since(key, beforeMs).length === 0) this.#grants.delete(key);
  }
}

function limitsOf({ repository, issue, by }: AskingComment) {
  const [owner = ''] = repository.split('/');
  return [
    { key: `issue ${repository} ${issue}`, windowMs: MINUTE_MS, most: MAX_ANSWERS_PER_ISSUE_AND_MINUTE },
    { key: `person ${repository} ${by}`, windowMs: HOUR_MS, most: MAX_ANSWERS_PER_PERSON_AND_HOUR },
    { key: `owner ${owner}`, windowMs: HOUR_MS, most: MAX_ANSWERS_PER_OWNER_AND_HOUR },
  ];
}
