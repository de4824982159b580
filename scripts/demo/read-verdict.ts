import type { PullRequestSnapshot } from '../../testkit/github/snapshot.ts';

/** Text of the bot's comment on a pull request. */
export interface ShownVerdict {
  /** `none` where the bot did not comment. */
  readonly verdict: string;
  /** Lines of the comment that tell of a failed rule. */
  readonly failed: readonly string[];
}

/** Reads a verdict where a person would: in the bot's comment. */
export function readVerdict({ comments }: PullRequestSnapshot): ShownVerdict {
  const body = comments.find(
    ({ author, body: text }) => author === 'tidegate[bot]' && text.includes('tidegate:v1 report'),
  )?.body;
  const verdict = /^### Tidegate · .* (pass|fail|inconclusive)$/m.exec(body ?? '')?.[1] ?? 'none';
  return { verdict, failed: (body ?? '').split('\n').filter((line) => line.includes('❌') && !line.startsWith('###')) };
}
