import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import type { Environment } from '../action-context.ts';
import { readEvent } from '../read-event.ts';

const pullRequestEvent = z.object({
  pull_request: z.object({
    head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  }),
});

/**
 * The branch of this repository that a commit of this run belongs on; undefined: the default one, for runs of tags.
 *
 * @throws {UserError} INPUT_INVALID under events without a branch to commit to, and for pull requests of forks:
 *   the name of a fork's branch may be that of a branch here.
 */
export async function branchOfRun(env: Environment): Promise<string | undefined> {
  const event = env.GITHUB_EVENT_NAME ?? '';
  if (event === 'merge_group' || event === 'pull_request_target') throw notUnder(`the event ${event}`);
  if (event !== 'pull_request') return env.GITHUB_REF_TYPE === 'branch' ? env.GITHUB_REF_NAME : undefined;
  const { data } = pullRequestEvent.safeParse(await readEvent(env));
  const head = data?.pull_request.head;
  if (head === undefined || head.repo?.full_name !== env.GITHUB_REPOSITORY) throw notUnder('a pull request of a fork');
  return head.ref;
}

function notUnder(what: string): UserError {
  return new UserError('INPUT_INVALID', `mode: commit is not possible under ${what}`, {
    fix: 'Run it on push, workflow_dispatch or a pull request of this repository, or use mode: pull-request.',
  });
}
