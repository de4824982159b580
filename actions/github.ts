import {
  createGitHubClient,
  type GitHubClient,
  parseRepositoryName,
  type RepositoryName,
} from '../core/adapters/github/github-client.ts';
import { UserError } from '../core/errors.ts';
import type { ActionContext } from './action-context.ts';

/** The repository that the workflow runs in, and a client for it. */
export interface GitHubAccess {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
}

/**
 * @param token The input github-token.
 * @throws {UserError} CREDENTIALS_MISSING without a token, INPUT_INVALID outside a workflow.
 */
export async function gitHubOf({ env }: Pick<ActionContext, 'env'>, token: string | undefined): Promise<GitHubAccess> {
  if (token === undefined) {
    throw new UserError('CREDENTIALS_MISSING', 'there is no token for GitHub', {
      fix: 'Leave the input github-token at its default, or set it to a token.',
    });
  }
  if (env.GITHUB_REPOSITORY === undefined) {
    throw new UserError('INPUT_INVALID', 'GITHUB_REPOSITORY is not set', {
      fix: 'Run this action in a GitHub workflow.',
    });
  }
  const options = { token, ...(env.GITHUB_API_URL === undefined ? {} : { apiUrl: env.GITHUB_API_URL }) };
  return { client: await createGitHubClient(options), repository: parseRepositoryName(env.GITHUB_REPOSITORY) };
}
