import { describe, expect, it } from 'vitest';
import type { GitHubClient } from '../../../../core/adapters/github/github-client.ts';
import { GitHubFailedJobs, LOG_END_BYTES, MAX_LOG_BYTES } from '../../../../core/adapters/github/github-failed-jobs.ts';

const MIB = 2 ** 20;

/** A client whose answer is a body of this many bytes, in parts of one MiB; -1: it breaks off. */
function answering(bytes: number): { readonly jobs: GitHubFailedJobs; readonly sent: () => number } {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (bytes < 0 && sent > 0) return controller.error(new Error('reset'));
      const size = Math.min(MIB, Math.abs(bytes) - sent);
      if (size === 0) return controller.close();
      sent += size;
      controller.enqueue(new Uint8Array(size).fill('x'.charCodeAt(0)));
    },
  });
  const client = { request: async () => ({ data: body }) };
  const jobs = new GitHubFailedJobs(client as unknown as GitHubClient, { owner: 'acme', repo: 'flights' });
  return { jobs, sent: () => sent };
}

describe('the end of a log', () => {
  it('is read of the largest log, and nothing of a larger one, which is not read on', async () => {
    expect(await answering(MAX_LOG_BYTES).jobs.logEnd(1)).toHaveLength(LOG_END_BYTES);
    const larger = answering(MAX_LOG_BYTES * 4);
    expect(await larger.jobs.logEnd(1)).toBeUndefined();
    expect(larger.sent()).toBeLessThan(MAX_LOG_BYTES + 4 * MIB);
  });

  it('is unknown where the answer breaks off', async () => {
    expect(await answering(-MIB).jobs.logEnd(1)).toBeUndefined();
  });
});
