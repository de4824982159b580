/** The options of an error that a person can act upon. */
export interface TidegateErrorOptions {
  /** Fix, in the imperative, with the exact name to change. */
  readonly fix: string;
  /** Place: a file of the repository, with a 1-based line and column if known. */
  readonly place?: ErrorPlace;
  readonly cause?: unknown;
}

/** A place in a file of the user's repository. Lines and columns start at 1. */
export interface ErrorPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One problem of an input or a file. Several of them travel in one `UserError`. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
  readonly place?: ErrorPlace;
}

/** Codes of users' errors: tests and callers branch on the code, never on the text. Each has a section in docs/guide/troubleshooting.md. */
export const USER_ERROR_CODES = [
  'CONFIG_INVALID',
  'CONFIG_NOT_FOUND',
  'CONFIG_MODIFIED',
  'INPUT_INVALID',
  'REPORT_INVALID',
  'REPORT_TOO_LARGE',
  'REPORT_UNKNOWN_VERSION',
  'REPORT_NOT_FOUND',
  'DATA_NOT_FOUND',
  'DATA_INVALID',
  'DATA_MODIFIED',
  'DATASET_MISMATCH',
  'DATA_UNSUPPORTED',
  'DISK_REFUSED',
  'DVC_INVALID',
  'DVC_UNSUPPORTED',
  'IMPORT_UNREADABLE',
  'OBJECT_MISSING',
  'OBJECT_CORRUPT',
  'OBJECT_FORBIDDEN',
  'MODEL_INVALID',
  'MODEL_INPUT_MISMATCH',
  'METRIC_INVALID',
  'COMMAND_FAILED',
  'ARTIFACT_MISMATCH',
  'ARTIFACT_DOUBLED',
  'COMMIT_UNREADABLE',
  'GIT_FAILED',
  'INPUTS_MISMATCH',
  'VERDICT_REFUSED',
  'RELEASE_REFUSED',
  'VERSION_NOT_FOUND',
  'MANIFEST_INVALID',
  'MANIFEST_UNSUPPORTED',
  'TARGET_NOT_FOUND',
  'TARGET_AMBIGUOUS',
  'REFERENCE_INVALID',
  'BRANCH_BLOCKED',
  'PATH_UNSAFE',
  'ENCODING_INVALID',
  'INPUT_TOO_COSTLY',
  'CREDENTIALS_MISSING',
  'PLATFORM_UNSUPPORTED',
  'WAREHOUSE_REFUSED',
  'WAREHOUSE_ANSWER_INVALID',
] as const;

/** One of `USER_ERROR_CODES`. */
export type UserErrorCode = (typeof USER_ERROR_CODES)[number];

/** Codes of errors of a remote; each has a section in docs/guide/troubleshooting.md. */
export const SERVICE_ERROR_CODES = [
  'STORE_UNREACHABLE',
  'STORE_REFUSED',
  'STORE_CORRUPT',
  'GITHUB_REFUSED',
  'GITHUB_UNREACHABLE',
  'GITHUB_CONFLICT',
  'GIT_REMOTE_FAILED',
  'GITLAB_REFUSED',
  'GITLAB_UNREACHABLE',
  'COMMAND_TAKEN',
  'TAGS_TOO_MANY',
  'PARSER_BUSY',
  'REGISTRY_REFUSED',
  'ARTIFACT_REFUSED',
  'REGISTRY_UNREACHABLE',
  'PACKAGE_UNAVAILABLE',
  'PACKAGE_CORRUPT',
  'WAREHOUSE_UNREACHABLE',
  'METRICS_REFUSED',
  'METRICS_UNREACHABLE',
] as const;

/** One of `SERVICE_ERROR_CODES`. */
export type ServiceErrorCode = (typeof SERVICE_ERROR_CODES)[number];

/** The workflow author has to act: a bad input, policy or file. Shown without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: UserErrorCode;
  readonly fix: string;
  readonly place: ErrorPlace | undefined;
  /** All problems found at once; the message is the first, or their count. */
  readonly problems: readonly Problem[];

  constructor(code: UserErrorCode, message: string, options: TidegateErrorOptions & { problems?: readonly Problem[] }) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.fix = options.fix;
    this.place = options.place;
    this.problems = options.problems ?? [
      { message, fix: options.fix, ...(options.place ? { place: options.place } : {}) },
    ];
  }

  /**
   * One error for all problems of a file.
   *
   * @param problems At least one, in the order of the file.
   */
  static ofProblems(code: UserErrorCode, problems: readonly Problem[]): UserError {
    const [first] = problems;
    if (first === undefined) throw new RangeError('UserError.ofProblems needs at least one problem');
    const message = problems.length === 1 ? first.message : `${problems.length} problems; the first: ${first.message}`;
    return new UserError(code, message, {
      fix: first.fix,
      problems,
      ...(first.place ? { place: first.place } : {}),
    });
  }
}

/**
 * For `.catch` of work whose problem a person can correct.
 *
 * @returns That problem.
 * @throws Every other error.
 */
export function unlessUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

/** A remote refused or was unreachable. `retryable` says whether the same request may succeed later. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceErrorCode;
  readonly retryable: boolean;
  readonly fix: string;

  constructor(code: ServiceErrorCode, message: string, options: TidegateErrorOptions & { retryable: boolean }) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
    this.fix = options.fix;
  }
}

/** Address of the page with a section for each code. */
export const TROUBLESHOOTING_PAGE = 'https://github.com/tidegate/tidegate/blob/main/docs/guide/troubleshooting.md';

/**
 * One line that names the code of an error and the section that explains it.
 *
 * @example moreAbout('CONFIG_INVALID').startsWith('Error code CONFIG_INVALID: https://') // => true
 */
export function moreAbout(code: UserErrorCode | ServiceErrorCode): string {
  return `Error code ${code}: ${TROUBLESHOOTING_PAGE}#${code.toLowerCase()}`;
}
