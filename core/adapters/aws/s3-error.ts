import { ServiceError, UserError } from '../../errors.ts';

/** The parts of an SDK error that decide something. */
interface SdkError {
  readonly name: string;
  readonly status: number | undefined;
}

/** Meaning of an SDK error, from its fields and never from its message. */
export function readSdkError(error: unknown): SdkError {
  if (!(error instanceof Error)) return { name: 'unknown', status: undefined };
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const hasStatus = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata;
  const status = hasStatus && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
  return { name: error.name, status };
}

/**
 * The error of Tidegate for what the SDK threw; one of Tidegate stays as it is.
 *
 * @param uri The object or prefix that was asked for.
 */
export function translateS3Error(uri: string, error: unknown): ServiceError | UserError {
  if (error instanceof ServiceError || error instanceof UserError) return error;
  const { name, status } = readSdkError(error);
  const isRefused = (status !== undefined && status >= 400 && status < 500 && status !== 429) || isCredentials(name);
  if (isRefused) {
    return new ServiceError(
      'STORE_REFUSED',
      `${uri}: the store refused the request (${name}, HTTP ${status ?? '-'}).`,
      {
        retryable: false,
        fix: 'Check the bucket name, AWS_REGION, AWS_ENDPOINT_URL and the permissions of the credentials of this job.',
        cause: error,
      },
    );
  }
  const detail = error instanceof Error && error.message !== '' ? error.message : name;
  return new ServiceError('STORE_UNREACHABLE', `${uri}: no answer from the store (${detail})`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, check AWS_ENDPOINT_URL and the network of the runner.',
    cause: error,
  });
}

function isCredentials(name: string): boolean {
  return name === 'CredentialsProviderError' || name === 'TokenProviderError';
}
