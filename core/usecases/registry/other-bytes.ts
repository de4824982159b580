import { ServiceError } from '../../errors.ts';

/** The error of an object whose bytes are not those of its digest. */
export function otherBytes(uri: string, digest: string): ServiceError {
  return new ServiceError('STORE_CORRUPT', `${uri} has other bytes: it does not have the digest ${digest}`, {
    fix: 'Delete this object and register again: its bytes were changed.',
    retryable: false,
  });
}
