import path from 'node:path';
import { S3ObjectStore } from '../core/adapters/aws/s3-object-store.ts';
import { FolderObjectStore } from '../core/adapters/files/folder-object-store.ts';
import { UserError } from '../core/errors.ts';
import type { ObjectStore } from '../core/ports/store/object-store.ts';

/** Context for reading a store's address. */
export interface StoreSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute folder that relative paths start from. */
  readonly baseFolder: string;
}

/**
 * The store at `register.store`: `s3://bucket/prefix` or a folder.
 *
 * @throws {UserError} INPUT_INVALID for an address of another kind.
 */
export function openStore(uri: string, surroundings: StoreSurroundings): ObjectStore {
  if (uri.startsWith('s3://')) return new S3ObjectStore(uri, { env: surroundings.env });
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(uri)?.[1];
  if (scheme === undefined || scheme === 'file') {
    return new FolderObjectStore(path.resolve(surroundings.baseFolder, uri.replace(/^file:\/\//, '')));
  }
  throw new UserError('INPUT_INVALID', `Store ${JSON.stringify(uri)}: ${scheme}:// is not supported yet`, {
    fix: 'Use s3://bucket/prefix or a folder for register.store.',
  });
}
