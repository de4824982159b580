import { type Looked, seen, unknown } from '../../domain/doctor/looked.ts';
import { orServiceError, statusOf } from './github-client.ts';

/**
 * The answer of a request for a setting; unknown where the token may not see it. GitHub tells both by 403 and by 404.
 *
 * @param what Is done, for the message: `listing the environments`.
 * @param permission That it needs: `administration: read`.
 * @throws {ServiceError} GITHUB_REFUSED for a token that GitHub does not know or a limit of requests, GITHUB_UNREACHABLE
 *   (retryable).
 */
export async function lookedAt<T>(request: Promise<T>, what: string, permission: string): Promise<Looked<T>> {
  try {
    return seen(await request);
  } catch (error) {
    const status = statusOf(error);
    if ((status === 403 || status === 404) && !isLimit(error)) return unknown(permission);
    // Some settings are not offered to every repository.
    if (status === 409 || status === 410 || status === 422)
      return unknown(`an answer; GitHub refused (HTTP ${status})`);
    return seen(await orServiceError(Promise.reject(error), what, permission));
  }
}

/** Too many requests are a 403 as well, and say nothing of permissions. */
function isLimit(error: unknown): boolean {
  const headers = headersOf(error);
  return 'retry-after' in headers || ('x-ratelimit-remaining' in headers && headers['x-ratelimit-remaining'] === '0');
}

function headersOf(error: unknown): object {
  if (!(error instanceof Error) || !('response' in error)) return {};
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('headers' in response)) return {};
  return typeof response.headers === 'object' && response.headers !== null ? response.headers : {};
}
