import { withoutEnding } from '../../domain/text/without-ending.ts';
import { ServiceError, UserError } from '../../errors.ts';
import { connectionProblem, isConnectionError } from './connection-problem.ts';
import type { HttpFetch } from './http-fetch.ts';
import { isRetriedStatus, type Sleep, waitBeforeTry } from './retry-policy.ts';

/** Chosen: with its delays some seconds; the check itself is done. */
const MAX_ATTEMPTS = 4;
const TIMEOUT_MS = 30_000;
/** Chosen: a sentence. */
const MAX_REASON_CHARACTERS = 300;
const JOB = 'tidegate_drift';
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** A Pushgateway, and how it is reached. */
export interface PushgatewayAccess {
  /** As people write it: `https://user:password@push.example/`. */
  readonly url: string;
  readonly fetch: HttpFetch;
  /** Between two tries; default: a real wait. */
  readonly sleep?: Sleep;
}

/**
 * Replaces what a Pushgateway holds of one model: the series of columns that are gone go away.
 *
 * @param metrics In Prometheus' text format.
 * @throws {UserError} INPUT_INVALID for an address that is none, or whose password would be readable on its way.
 * @throws {ServiceError} METRICS_REFUSED, or METRICS_UNREACHABLE (retryable).
 */
export async function pushMetrics(
  model: string,
  metrics: string,
  { url, fetch, sleep }: PushgatewayAccess,
): Promise<void> {
  const { target, host, authorization } = addressOf(url, model);
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(target, {
      method: 'PUT',
      body: metrics,
      redirect: 'manual',
      headers: {
        'content-type': 'text/plain; version=0.0.4',
        ...(authorization === undefined ? {} : { authorization }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => asProblem(error));
    if (answer instanceof Error) {
      if (attempt >= MAX_ATTEMPTS) throw unreachable(host, answer);
    } else if (answer.ok) {
      await answer.body?.cancel();
      return;
    } else if (!isRetriedStatus(answer.status) || attempt >= MAX_ATTEMPTS) {
      throw refused(host, answer.status, await answer.text().catch(() => ''));
    } else await answer.body?.cancel();
    const after = answer instanceof Error ? undefined : (answer.headers.get('retry-after') ?? undefined);
    await waitBeforeTry(attempt, after, sleep);
  }
}

function asProblem(error: unknown): Error {
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  if (error instanceof Error && (isTimeout || isConnectionError(error))) return error;
  throw error;
}

interface PushAddress {
  readonly target: URL;
  /** For messages: without a password. */
  readonly host: string;
  readonly authorization: string | undefined;
}

function addressOf(url: string, model: string): PushAddress {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol)) {
    throw new UserError('INPUT_INVALID', 'pushgateway is not the address of a Pushgateway', {
      fix: 'Set the input pushgateway to an address such as https://push.example:9091.',
    });
  }
  const { username, password, host, hostname, protocol } = address;
  const hasLogin = username !== '' || password !== '';
  if (hasLogin && protocol === 'http:' && !LOOPBACK.test(hostname)) {
    throw new UserError('INPUT_INVALID', `pushgateway is http://${host}: its password would be readable on its way`, {
      fix: 'Write https://, or remove the user and the password.',
    });
  }
  // Any model's name is a part of the path as Base64: a slash in it would be another label.
  const group = `metrics/job/${JOB}/model@base64/${Buffer.from(model).toString('base64url')}`;
  const target = new URL(`${address.origin}${withoutEnding(address.pathname, '/')}/${group}`);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = hasLogin ? `Basic ${Buffer.from(login).toString('base64')}` : undefined;
  return { target, host, authorization };
}

function unreachable(host: string, cause: Error): ServiceError {
  return new ServiceError(
    'METRICS_UNREACHABLE',
    `the Pushgateway ${host} did not answer: ${connectionProblem(cause)}`,
    {
      fix: 'Check the input pushgateway, and that this runner reaches it.',
      retryable: true,
      cause,
    },
  );
}

function refused(host: string, status: number, text: string): ServiceError {
  const reason = text.replace(/\s+/g, ' ').trim().slice(0, MAX_REASON_CHARACTERS);
  return new ServiceError(
    'METRICS_REFUSED',
    `the Pushgateway ${host} refused the metrics: ${status} ${reason}`.trim(),
    {
      fix: 'Check the address, the user and the password of the input pushgateway.',
      retryable: isRetriedStatus(status),
    },
  );
}
