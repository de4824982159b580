import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { MAX_ATTEMPTS, retryDelayMs } from '../http/retry-policy.ts';

type Strategy = Extract<Exclude<S3ClientConfig['retryStrategy'], undefined>, { refreshRetryTokenForRetry: unknown }>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

/** The retry policy of all requests, as the AWS SDK wants it. What counts as passing is the SDK's to say. */
export function sdkRetries(random: () => number = Math.random): Strategy {
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    refreshRetryTokenForRetry: async (last, { errorType, retryAfterHint }) => {
      const attempt = last.getRetryCount() + 1;
      if (errorType === 'CLIENT_ERROR' || attempt >= MAX_ATTEMPTS) throw new Error('no further try');
      const retryAfter = retryAfterHint?.toUTCString();
      return token(attempt, retryDelayMs(attempt, { retryAfter, random: random(), nowMs: Date.now() }));
    },
    recordSuccess: () => {},
  };
}

function token(count: number, delayMs: number): Token {
  return { getRetryCount: () => count, getRetryDelay: () => delayMs };
}
