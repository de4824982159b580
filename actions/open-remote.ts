import path from 'node:path';
import { S3DataRemote } from '../core/adapters/aws/s3-data-remote.ts';
import { AzureDataRemote } from '../core/adapters/azure/azure-data-remote.ts';
import { FolderDataRemote } from '../core/adapters/files/folder-data-remote.ts';
import { GcsDataRemote } from '../core/adapters/gcs/gcs-data-remote.ts';
import { HttpDataRemote } from '../core/adapters/http/http-data-remote.ts';
import type { DvcRemote } from '../core/domain/data/dvc-remote.ts';
import type { DataRemote } from '../core/ports/data/data-remote.ts';
import type { Environment } from './action-context.ts';

/** Opens a remote that a config describes. */
export function openRemote({ location }: DvcRemote, env: Environment, jobs: number): DataRemote {
  switch (location.kind) {
    case 'folder':
      return new FolderDataRemote(path.resolve(location.path), jobs);
    case 'http':
      return new HttpDataRemote(location.url, { ...location.settings, env, jobs });
    case 's3':
      return new S3DataRemote(location.uri, { ...location.settings, env, jobs });
    case 'gcs':
      return new GcsDataRemote(location.uri, { ...location.settings, env, jobs });
    case 'azure':
      return new AzureDataRemote(location.uri, { ...location.settings, env, jobs });
  }
}
