import type { BlobServiceClient, ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';
import { loadSdk } from '../cloud/sdk-loader.ts';
import type { azureBlobSdk } from './azure-blob-sdk.ts';
import { translateAzureError, withoutAzureCredentials } from './azure-error.ts';
import type { azureIdentitySdk } from './azure-identity-sdk.ts';

/** Connection options for Azure Blob Storage. Whatever is absent comes from `env`, as DVC and the Azure CLI name it. */
export interface AzureSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whole: neither other settings nor the environment are added to it. */
  readonly connectionString?: string;
  readonly accountName?: string;
  readonly accountKey?: string;
  readonly sasToken?: string;
  readonly tenantId?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly anonymous?: boolean;
}

/** Access that requests carry for a while. */
export interface AzureAccess {
  /** Encoded, without `?`: a shared access signature, or `''`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When to ask for it again, in milliseconds since 1970. */
  readonly untilMs: number;
}

/** The SDK's client for a container, and what its requests carry. */
export interface AzureConnection {
  readonly container: ContainerClient;
  readonly origin: string;
  /** Encoded; what all paths of the container begin with. */
  readonly basePath: string;
  readonly access: () => Promise<AzureAccess>;
}

/** Chosen: the SDK's delays (1, 3, 7, 10 s) let the last try come about half a minute after the first. */
const RETRIES: StoragePipelineOptions = {
  retryOptions: { maxTries: 6, retryDelayInMs: 1000, maxRetryDelayInMs: 10_000 },
};
const SCOPE = 'https://storage.azure.com/.default';
const HOUR_MS = 3_600_000;
/** Chosen: as the SDKs do; a token is asked for again so long before it ends. */
const EARLY_MS = 300_000;
/** Read, add, create, write, list: nothing is deleted. */
const PERMISSIONS = 'racwl';

/**
 * Connects to a container. Only a connection string names a host; it is used with its own credentials alone. Tokens and
 * keys of the job go to Microsoft's hosts only: the name of the account may come with the code.
 *
 * @param uri For errors.
 * @throws {UserError} CREDENTIALS_MISSING without an account; INPUT_INVALID for a connection string that is none.
 */
export function connectAzure(uri: string, containerName: string, settings: AzureSettings): AzureConnection {
  const sdk = (loadSdk('azure/azure-blob-sdk') as { readonly azureBlobSdk: typeof azureBlobSdk }).azureBlobSdk;
  const service = serviceOf(uri, settings, sdk);
  const container = service.getContainerClient(containerName);
  const { origin, pathname, search } = new URL(container.url);
  const access = () => accessTo(uri, { container, query: search.slice(1), sdk });
  return { container, origin, basePath: withoutEnding(pathname, '/'), access };
}

interface Given {
  readonly container: ContainerClient;
  readonly query: string;
  readonly sdk: typeof azureBlobSdk;
}

async function accessTo(uri: string, { container, query, sdk }: Given): Promise<AzureAccess> {
  const { credential } = container;
  if (credential instanceof sdk.StorageSharedKeyCredential) {
    const signed = await container.generateSasUrl({
      permissions: sdk.ContainerSASPermissions.parse(PERMISSIONS),
      expiresOn: new Date(Date.now() + 2 * HOUR_MS),
      protocol: sdk.SASProtocol.HttpsAndHttp,
    });
    return { query: new URL(signed).search.slice(1), headers: {}, untilMs: Date.now() + HOUR_MS };
  }
  if (!('getToken' in credential)) return { query, headers: {}, untilMs: Number.POSITIVE_INFINITY };
  const token = await credential.getToken(SCOPE).catch((error: unknown) => {
    throw translateAzureError(uri, error);
  });
  if (token === null) throw withoutAzureCredentials(uri, 'Azure gave no token');
  const headers = { authorization: `Bearer ${token.token}` };
  return { query: '', headers, untilMs: token.expiresOnTimestamp - EARLY_MS };
}

function serviceOf(uri: string, settings: AzureSettings, sdk: typeof azureBlobSdk): BlobServiceClient {
  const { BlobServiceClient: Client, AnonymousCredential } = sdk;
  const { connectionString, accountName, accountKey, sasToken, anonymous } = completed(settings);
  if (connectionString !== undefined) return fromConnectionString(uri, connectionString, sdk);
  if (accountName === undefined) throw withoutAzureCredentials(uri, 'no account is named');
  if (!/^[a-z0-9]{3,24}$/.test(accountName)) {
    throw new UserError('INPUT_INVALID', `${uri}: ${JSON.stringify(accountName)} is not the name of an account`, {
      fix: 'Write 3 to 24 lower-case letters and digits in AZURE_STORAGE_ACCOUNT; for another endpoint use AZURE_STORAGE_CONNECTION_STRING.',
    });
  }
  const url = `https://${accountName}.blob.core.windows.net`;
  if (anonymous === true) return new Client(url, new AnonymousCredential(), RETRIES);
  const principal = principalOf(settings);
  if (principal !== undefined) return new Client(url, principal, RETRIES);
  if (accountKey !== undefined) {
    return new Client(url, new sdk.StorageSharedKeyCredential(accountName, accountKey), RETRIES);
  }
  if (sasToken !== undefined) {
    return new Client(`${url}?${sasToken.replace(/^\?/, '')}`, new AnonymousCredential(), RETRIES);
  }
  return new Client(url, new (identitySdk().DefaultAzureCredential)(), RETRIES);
}

function principalOf({ tenantId, clientId, clientSecret }: AzureSettings) {
  if (tenantId === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return new (identitySdk().ClientSecretCredential)(tenantId, clientId, clientSecret);
}

function identitySdk(): typeof azureIdentitySdk {
  const loaded = loadSdk('azure/azure-identity-sdk') as { readonly azureIdentitySdk: typeof azureIdentitySdk };
  return loaded.azureIdentitySdk;
}

function fromConnectionString(uri: string, text: string, { BlobServiceClient: Client }: typeof azureBlobSdk) {
  try {
    return Client.fromConnectionString(text, RETRIES);
  } catch {
    // The SDK's error may quote the string, which holds a key.
    throw new UserError('INPUT_INVALID', `${uri}: the connection string of Azure is not one`, {
      fix: 'Copy it from "Access keys" of the account to AZURE_STORAGE_CONNECTION_STRING, or to connection_string in .dvc/config.local.',
    });
  }
}

/**
 * Settings completed by the environment, as DVC does it: what the remote says of credentials is enough by itself, then
 * comes the environment's connection string, then its key or token, unless the environment names another account.
 */
function completed({ env, ...settings }: AzureSettings): Omit<AzureSettings, 'env'> {
  if (settings.connectionString !== undefined) return settings;
  const envAccount = firstSet(env.AZURE_STORAGE_ACCOUNT, env.AZURE_STORAGE_ACCOUNT_NAME);
  const accountName = settings.accountName ?? envAccount;
  const named = { ...settings, ...(accountName === undefined ? {} : { accountName }) };
  const own = settings.accountKey ?? settings.sasToken ?? settings.clientSecret;
  if (own !== undefined || settings.anonymous === true) return named;
  const connectionString = firstSet(env.AZURE_STORAGE_CONNECTION_STRING);
  if (connectionString !== undefined) return { connectionString };
  if (envAccount !== undefined && envAccount !== accountName) return named;
  const accountKey = firstSet(env.AZURE_STORAGE_KEY, env.AZURE_STORAGE_ACCOUNT_KEY);
  const sasToken = firstSet(env.AZURE_STORAGE_SAS_TOKEN);
  return {
    ...named,
    ...(accountKey === undefined ? {} : { accountKey }),
    ...(sasToken === undefined ? {} : { sasToken }),
  };
}

function firstSet(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}
