import path from 'node:path';
import { S3ObjectStore } from '../core/adapters/aws/s3-object-store.ts';
import { AzureObjectStore } from '../core/adapters/azure/azure-object-store.ts';
import { FileArtifactHasher } from '../core/adapters/files/file-artifact-hasher.ts';
import { FolderObjectStore } from '../core/adapters/files/folder-object-store.ts';
import { GcsObjectStore } from '../core/adapters/gcs/gcs-object-store.ts';
import { createHttpFetch } from '../core/adapters/http/http-fetch.ts';
import { OciArtifactStore } from '../core/adapters/oci/oci-artifact-store.ts';
import { OciObjectStore } from '../core/adapters/oci/oci-object-store.ts';
import { isOciStore } from '../core/domain/registry/oci-artifact-uri.ts';
import { UserError } from '../core/errors.ts';
import type { ObjectStore } from '../core/ports/store/object-store.ts';
import { ObjectArtifacts } from '../core/usecases/registry/object-artifacts.ts';
import type { RegisterStore } from '../core/usecases/registry/version-store.ts';
import { readDockerConfig } from './docker-config.ts';

/** Context for reading a store's address. */
export interface StoreSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute folder that relative paths start from. */
  readonly baseFolder: string;
  /** The input github-token: the login for ghcr.io, and for no other host. */
  readonly token: string | undefined;
}

/**
 * The store at `register.store`: `s3://bucket/prefix`, `gs://bucket/prefix`, `azure://container/prefix`, `oci://host/path`
 * or a folder.
 *
 * @throws {UserError} INPUT_INVALID for an address of another kind, and for a folder on a runner that is deleted after the job.
 */
export async function openStore(uri: string, surroundings: StoreSurroundings): Promise<RegisterStore> {
  if (isOciStore(uri)) return openRegistry(uri, surroundings);
  const objects = openObjects(uri, surroundings);
  return { objects, artifacts: new ObjectArtifacts(objects, new FileArtifactHasher()) };
}

function openObjects(uri: string, surroundings: StoreSurroundings): ObjectStore {
  const { env } = surroundings;
  if (uri.startsWith('s3://')) return openS3Store(uri, env);
  if (uri.startsWith('gs://')) return new GcsObjectStore(uri, { env });
  if (uri.startsWith('azure://')) return new AzureObjectStore(uri, { env });
  return openFolder(uri, surroundings);
}

/** The objects of a bucket under a prefix. */
export function openS3Store(uri: string, env: StoreSurroundings['env']): ObjectStore {
  return new S3ObjectStore(uri, { env });
}

/** The ways in which one store is written: a folder also with its whole path. */
export function spellingsOf(uri: string, baseFolder: string): readonly string[] {
  return schemeOf(uri) === undefined ? [uri, folderOf(uri, baseFolder)] : [uri];
}

async function openRegistry(uri: string, { env, token }: StoreSurroundings): Promise<RegisterStore> {
  const access = { dockerConfig: await readDockerConfig(env), githubToken: token, fetch: createHttpFetch(env) };
  return { objects: new OciObjectStore(uri, access), artifacts: new OciArtifactStore(uri, access) };
}

function openFolder(uri: string, { env, baseFolder }: StoreSurroundings): ObjectStore {
  const scheme = schemeOf(uri);
  if (scheme !== undefined) {
    throw new UserError('INPUT_INVALID', `Store ${JSON.stringify(uri)}: ${scheme}:// is not supported yet`, {
      fix: 'Use oci://ghcr.io/<owner>/<repository>/models, s3://bucket/prefix, gs://bucket/prefix, azure://container/prefix or a folder for register.store.',
    });
  }
  if (env.RUNNER_ENVIRONMENT === 'github-hosted') {
    throw new UserError(
      'INPUT_INVALID',
      `Store ${JSON.stringify(uri)} is a folder of this runner, which GitHub deletes after the job`,
      {
        fix: 'Set register.store to oci://ghcr.io/<owner>/<repository>/models, which needs no keys, or to s3://bucket/prefix, gs://bucket/prefix or azure://container/prefix.',
      },
    );
  }
  return new FolderObjectStore(folderOf(uri, baseFolder));
}

function folderOf(uri: string, baseFolder: string): string {
  return path.resolve(baseFolder, uri.replace(/^file:\/\//, ''));
}

/** Undefined for a folder. */
function schemeOf(uri: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(uri)?.[1];
  return scheme === 'file' ? undefined : scheme;
}
