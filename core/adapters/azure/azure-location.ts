import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';

/** A container and what its keys begin with: no slash at either end, `''` for the whole container. */
export interface AzureLocation {
  readonly container: string;
  readonly prefix: string;
  /** `azure://container/prefix`, without a trailing slash. */
  readonly uri: string;
}

/**
 * Reads `azure://container/prefix`. The account is not part of it, as in DVC.
 *
 * @throws {UserError} INPUT_INVALID when there is no container.
 * @example parseAzureUri('azure://models/a/') // => { container: 'models', prefix: 'a', uri: 'azure://models/a' }
 */
export function parseAzureUri(uri: string): AzureLocation {
  const found = /^azure:\/\/(\$root|[a-z0-9](?:-?[a-z0-9]){2,62})(?:\/(.*))?$/.exec(uri);
  if (found?.[1] === undefined) {
    throw new UserError('INPUT_INVALID', `${JSON.stringify(uri)} is not an address of Azure Blob Storage`, {
      fix: 'Write azure://container or azure://container/prefix; a container has 3 to 63 lower-case letters, digits and hyphens.',
    });
  }
  const container = found[1];
  const prefix = withoutEnding((found[2] ?? '').replace(/^\/+/, ''), '/');
  return { container, prefix, uri: prefix === '' ? `azure://${container}` : `azure://${container}/${prefix}` };
}

/** The name of a blob in its container. */
export function azureBlobName({ prefix }: AzureLocation, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}
