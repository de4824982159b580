/**
 * True for an error of a connection: those of sockets, names and certificates have a code, and so have undici's own.
 * `fetch` wraps them.
 */
export function isConnectionError(error: unknown): boolean {
  return codeOf(error) !== undefined || (error instanceof Error && codeOf(error.cause) !== undefined);
}

/** An error of a connection in words: `connect ECONNREFUSED 127.0.0.1:1, ECONNREFUSED`. */
export function connectionProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  // The message of `fetch` says only that it failed.
  if (code === undefined) return codeOf(error.cause) === undefined ? error.message : connectionProblem(error.cause);
  return `${error.message || error.name}, ${code}`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
