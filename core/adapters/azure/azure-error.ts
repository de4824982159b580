import { ServiceError, UserError } from '../../errors.ts';

/** Statuses by which a request may still succeed later. */
const PASSING = new Set([408, 429]);
/** Codes by which a conditional write says that there is such a blob. */
const TAKEN = new Set(['BlobAlreadyExists', 'ConditionNotMet']);

/** The parts of an error of Microsoft's SDK that decide something. */
interface SdkError {
  readonly status: number | undefined;
  /** Azure's own name for it, such as `BlobNotFound`; undefined where no server answered. */
  readonly code: string | undefined;
}

/** Meaning of an SDK error, from its fields and never from its message. */
export function readAzureError(error: unknown): SdkError {
  if (typeof error !== 'object' || error === null) return { status: undefined, code: undefined };
  const fields = { statusCode: undefined, code: undefined, details: undefined, ...error };
  const { statusCode, code, details } = fields as { statusCode: unknown; code: unknown; details: unknown };
  const detailed = typeof details === 'object' && details !== null && 'errorCode' in details ? details.errorCode : code;
  const status = typeof statusCode === 'number' ? statusCode : undefined;
  return { status, code: typeof detailed === 'string' ? detailed : undefined };
}

/** True where a container has no such blob. A container that is missing is another error. */
export function isAbsentBlob({ status, code }: SdkError): boolean {
  return status === 404 && code === 'BlobNotFound';
}

/** True where a conditional write found that the blob exists. */
export function isTakenBlob(error: unknown): boolean {
  return TAKEN.has(readAzureError(error).code ?? '');
}

/**
 * The error of Tidegate for what the SDK threw; one of Tidegate and a `RangeError` of content stay as they are.
 *
 * @param uri The blob or prefix that was asked for.
 */
export function translateAzureError(uri: string, error: unknown): Error {
  if (error instanceof ServiceError || error instanceof UserError || error instanceof RangeError) return error;
  const { status, code } = readAzureError(error);
  if (status !== undefined && status >= 400 && status < 500 && !PASSING.has(status)) {
    return refusedByAzure(uri, { status, code }, error);
  }
  if (isLogin(error)) return withoutAzureCredentials(uri, error);
  const detail = error instanceof Error && error.message !== '' ? firstLine(error.message) : `HTTP ${status ?? '-'}`;
  return new ServiceError('STORE_UNREACHABLE', `${uri}: no answer from Azure Blob Storage (${detail})`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, check the name of the account (AZURE_STORAGE_ACCOUNT or AZURE_STORAGE_CONNECTION_STRING) and the network of the runner.',
    cause: error,
  });
}

/** The error for a request that Azure refuses: another try would not help. */
export function refusedByAzure(uri: string, { status, code }: SdkError, cause?: unknown): ServiceError {
  const what = `${uri}: Azure Blob Storage refused the request (${code ?? 'no code'}, HTTP ${status ?? '-'})`;
  return new ServiceError('STORE_REFUSED', what, { retryable: false, fix: refusalFix(status, code), cause });
}

function refusalFix(status: number | undefined, code: string | undefined): string {
  if (code === 'ContainerNotFound') return 'Check the name of the container and of the account, or make the container.';
  if (code === 'AuthenticationFailed' || status === 401) {
    return 'Check the key, the SAS token or the login of this job (azure/login): Azure does not accept it, or it has expired.';
  }
  if (status === 403) {
    return 'Give the identity of this job the role "Storage Blob Data Reader" (to read) or "Storage Blob Data Contributor" (to write) on the container; a SAS token needs the permissions r and l, and c and w to write.';
  }
  return 'Check the address, and that the account takes requests of this job.';
}

/** The error where a job has no account or credentials of Azure, or its login fails. */
export function withoutAzureCredentials(uri: string, cause: unknown): UserError {
  const detail = cause instanceof Error ? firstLine(cause.message) : String(cause);
  return new UserError('CREDENTIALS_MISSING', `${uri}: this job has no credentials of Azure (${detail})`, {
    fix: 'Set AZURE_STORAGE_CONNECTION_STRING in the env of this step; or AZURE_STORAGE_ACCOUNT, with azure/login in a step before, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN.',
    cause,
  });
}

/** By the name of the errors of `@azure/identity`. */
function isLogin(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'CredentialUnavailableError' || name.endsWith('AuthenticationError');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
