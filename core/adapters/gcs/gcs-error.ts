import { ServiceError, UserError } from '../../errors.ts';

/** Statuses by which a request may still succeed later. */
const PASSING = new Set([408, 429]);

/** The HTTP status in an error of Google's SDK; undefined where no server answered. */
export function gcsStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, status } = { code: undefined, status: undefined, ...error } as { code: unknown; status: unknown };
  return [code, status].map(Number).find((value) => Number.isInteger(value) && value >= 100 && value < 600);
}

/**
 * The error of Tidegate for what the SDK threw; one of Tidegate and a `RangeError` of content stay as they are.
 *
 * @param uri The object or prefix that was asked for.
 */
export function translateGcsError(uri: string, error: unknown): Error {
  if (error instanceof ServiceError || error instanceof UserError || error instanceof RangeError) return error;
  const status = gcsStatus(error);
  if (status !== undefined && status >= 400 && status < 500 && !PASSING.has(status)) {
    return refusedByGcs(uri, status, error);
  }
  const detail = error instanceof Error && error.message !== '' ? error.message : `HTTP ${status ?? '-'}`;
  return new ServiceError('STORE_UNREACHABLE', `${uri}: no answer from Google Cloud Storage (${detail})`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, check STORAGE_EMULATOR_HOST and the network of the runner.',
    cause: error,
  });
}

/** The error for a request that Google Cloud Storage refuses: another try would not help. */
export function refusedByGcs(uri: string, status: number, cause?: unknown): ServiceError {
  return new ServiceError('STORE_REFUSED', `${uri}: Google Cloud Storage refused the request (HTTP ${status})`, {
    retryable: false,
    fix: refusalFix(status),
    cause,
  });
}

function refusalFix(status: number): string {
  if (status === 404) return 'Check the name of the bucket, or make it.';
  if (status === 401)
    return 'Log in again before this step (google-github-actions/auth): these credentials are not accepted.';
  if (status === 403) {
    return 'Give the account of this job the roles storage.objectViewer (to read) and storage.objectUser (to write) on the bucket.';
  }
  return 'Check the address, and that the bucket takes requests of this account.';
}

/** The error where Google's SDK finds no credentials, or cannot use those that it finds. */
export function withoutGcsCredentials(uri: string, cause: unknown): Error {
  if (gcsStatus(cause) !== undefined) return translateGcsError(uri, cause);
  const detail = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
  return new UserError('CREDENTIALS_MISSING', `${uri}: this job has no credentials of Google Cloud (${detail})`, {
    fix: 'Add google-github-actions/auth in a step before, or set GOOGLE_APPLICATION_CREDENTIALS in the env of this step to a file of credentials.',
    cause,
  });
}
