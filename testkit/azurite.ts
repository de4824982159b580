import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../scripts/project-root.ts';
import { findFreePorts } from './http.ts';
import { startServer } from './started-server.ts';

/** A running server that speaks the API of Azure Blob Storage, with an account and a key of its own. */
export interface AzureServer {
  readonly port: number;
  readonly account: string;
  /** Base64. */
  readonly key: string;
  /** As Azure shows it under "Access keys". */
  readonly connectionString: string;
  /** Makes a container; one that is there already is left alone. */
  createContainer(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** The environment by which Microsoft's SDK, DVC and Tidegate reach a server. */
export function azureEnvironment({ connectionString }: AzureServer): Readonly<Record<string, string>> {
  return { AZURE_STORAGE_CONNECTION_STRING: connectionString };
}

/** A connection string for an account of a server of this machine. */
export function connectionStringOf(options: { readonly port: number; readonly account: string; readonly key: string }) {
  const { port, account, key } = options;
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/${account};`;
}

/**
 * Starts Azurite on a free loopback port; its blobs are in memory.
 *
 * @param options.directory For its log.
 */
export async function startAzurite(options: { readonly directory: string }): Promise<AzureServer> {
  const [port = 0] = await findFreePorts(1);
  const account = 'tidegatetest';
  const key = randomBytes(64).toString('base64');
  const main = join(PROJECT_ROOT, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');
  const stop = await startServer({
    name: 'Azurite',
    command: process.execPath,
    args: [
      ...[main, '--blobHost', '127.0.0.1', '--blobPort', `${port}`, '--inMemoryPersistence'],
      ...['--disableTelemetry', '--silent', '--skipApiVersionCheck'],
    ],
    directory: options.directory,
    env: { AZURITE_ACCOUNTS: `${account}:${key}` },
    url: `http://127.0.0.1:${port}/${account}?comp=list`,
  });
  const connectionString = connectionStringOf({ port, account, key });
  const createContainer = async (name: string) => {
    const { BlobServiceClient } = await import('@azure/storage-blob');
    await BlobServiceClient.fromConnectionString(connectionString).getContainerClient(name).createIfNotExists();
  };
  return { port, account, key, connectionString, createContainer, stop };
}
