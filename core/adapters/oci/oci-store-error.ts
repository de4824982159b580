import { ServiceError } from '../../errors.ts';
import type { RegistryRefusal } from './registry-client.ts';

const GHCR = 'ghcr.io';

/** The error of a registry that refuses a store's request: what is missing, and where it is given. */
export function refusedByStore(uri: string): (refusal: RegistryRefusal) => ServiceError {
  return ({ host, request, path, scope, status, user }) => {
    const isWrite = scope.endsWith('push');
    const who = user === undefined ? 'without a login' : `as ${user}`;
    const may = status === 401 || status === 403;
    const what = may ? `may not ${isWrite ? 'write' : 'read'} there ${who}` : `was refused: ${request.method} ${path}`;
    return new ServiceError('STORE_REFUSED', `${uri}: this job ${what} (${host}: HTTP ${status})`, {
      retryable: false,
      fix: may ? permissionFix({ host, isWrite }) : 'Check register.store: the host has to be a registry.',
    });
  };
}

/** REGISTRY_… of the client as the code that stores have. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  const code =
    error.code === 'REGISTRY_UNREACHABLE'
      ? 'STORE_UNREACHABLE'
      : error.code === 'REGISTRY_REFUSED'
        ? 'STORE_REFUSED'
        : undefined;
  if (code === undefined) return error;
  return new ServiceError(code, error.message, { fix: error.fix, retryable: error.retryable, cause: error.cause });
}

/** An object of the registry that is not what its name or its digest says. */
export function corruptStore(uri: string, what: string): ServiceError {
  return new ServiceError('STORE_CORRUPT', `${uri} ${what}`, {
    retryable: false,
    fix: 'Check which process or clean-up rule changed the registry. Register the version again.',
  });
}

function permissionFix({ host, isWrite }: { readonly host: string; readonly isWrite: boolean }): string {
  if (host !== GHCR)
    return `Log in to ${host} before this step (docker/login-action) with an account that may ${isWrite ? 'push' : 'pull'} there.`;
  return isWrite
    ? 'Give this job the permission "packages: write". If the package exists already, open its settings on GitHub: "Manage Actions access" must give this repository the role Write.'
    : 'Give this job the permission "packages: read". If the package belongs to another repository, open its settings on GitHub: "Manage Actions access" must give this repository the role Read.';
}
