/**
 * The `code` of an error of Node.js (`ENOENT`, `EEXIST`).
 *
 * @returns undefined for an error without one.
 */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && 'syscall' in error ? error.code : undefined;
}
