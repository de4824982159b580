import { z } from 'zod';
import { GitCommit } from '../../core/adapters/git/git-commit.ts';
import { UserError } from '../../core/errors.ts';
import type { ActionContext } from '../action-context.ts';
import { readEvent } from '../read-event.ts';

/** The commit that a change is compared with. */
export type PlanBase =
  | { readonly kind: 'commit'; readonly commit: GitCommit }
  /** For each model that of its newest registered version. */
  | { readonly kind: 'registered' }
  /** There is none, so that every model counts as affected. */
  | { readonly kind: 'none'; readonly reason: string };

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const pullRequestEvent = z.looseObject({ pull_request: z.looseObject({ base: z.looseObject({ sha }) }) });
const mergeGroupEvent = z.looseObject({ merge_group: z.looseObject({ base_sha: sha }) });

/** Events after which a release registers what is not registered yet. Outside a workflow there is none. */
const RELEASING = new Set<string | undefined>(['push', undefined]);

/**
 * The base of this run: by the input, else by its event. An event whose base is not known has none.
 *
 * @param given The input base.
 * @throws {UserError} INPUT_INVALID where the input names no commit of the repository.
 */
export async function chooseBase(
  context: Pick<ActionContext, 'env' | 'workingDirectory'>,
  head: Pick<GitCommit, 'sha'>,
  given: string | undefined,
): Promise<PlanBase> {
  if (given !== undefined) {
    const commit = await named(context, given);
    if (commit !== undefined) return { kind: 'commit', commit };
    throw new UserError('INPUT_INVALID', `input base: the repository has no commit "${given}"`, {
      fix: 'Fetch it first (fetch-depth: 0 of actions/checkout), or correct base.',
    });
  }
  const event = context.env.GITHUB_EVENT_NAME || undefined;
  // GitLab and Jenkins: what is judged of a merge request is more than what a release registers.
  if (event === undefined && context.env.GITHUB_BASE_REF) {
    return { kind: 'none', reason: 'a merge request needs the commit to compare with: name it in base' };
  }
  if (RELEASING.has(event)) return { kind: 'registered' };
  if (event !== 'pull_request' && event !== 'merge_group') {
    return { kind: 'none', reason: `the event ${event} has no base to compare with` };
  }
  const name = await baseOf(event, context, head);
  const commit = name === undefined ? undefined : await named(context, name);
  if (commit !== undefined) return { kind: 'commit', commit };
  const why = `the repository does not have the base commit ${name ?? ''}`.trimEnd();
  return { kind: 'none', reason: `${why}: set fetch-depth: 0 in actions/checkout` };
}

/** A pull request's merge commit has its base as first parent; what the event names may be older. */
async function baseOf(
  event: 'pull_request' | 'merge_group',
  { env }: Pick<ActionContext, 'env'>,
  head: Pick<GitCommit, 'sha'>,
): Promise<string | undefined> {
  const read = await readEvent(env);
  if (event === 'merge_group') return mergeGroupEvent.safeParse(read).data?.merge_group.base_sha;
  if (head.sha === env.GITHUB_SHA) return `${head.sha}^1`;
  return pullRequestEvent.safeParse(read).data?.pull_request.base.sha;
}

function named({ env, workingDirectory }: Pick<ActionContext, 'env' | 'workingDirectory'>, name: string) {
  // An option of git is not the name of a commit.
  if (name.startsWith('-')) return undefined;
  return GitCommit.named({ directory: workingDirectory, env }, name);
}
