import { type GitHubClient, orServiceError } from './github-client.ts';

/**
 * The login that a token acts as: `github-actions[bot]` for the token of a workflow, `<name>[bot]` for that of an App.
 *
 * @throws {ServiceError} GITHUB_REFUSED, GITHUB_UNREACHABLE.
 */
export async function findOwnLogin(client: GitHubClient): Promise<string> {
  const answer = client.graphql<{ readonly viewer: { readonly login: string } }>('query { viewer { login } }');
  return (await orServiceError(answer, 'asking who the token belongs to', 'metadata: read')).viewer.login;
}
