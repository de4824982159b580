import { resolveConfigPath } from './config-path.ts';
import type { ConfigValue } from './dvc-config.ts';
import { isTrue, notYet, pick, problem, refuseUnknown } from './remote-section.ts';

/** Settings of Google Cloud Storage in a remote's section. Absent keys come from the environment. */
export interface GcsRemoteSettings {
  readonly endpointUrl?: string;
  readonly anonymous?: boolean;
  /** Absolute path of a file with the key of a service account. */
  readonly credentialPath?: string;
}

/** Settings of Azure Blob Storage in a remote's section. Absent keys come from the environment. */
export interface AzureRemoteSettings {
  /** Whole: nothing else is added to what it says. */
  readonly connectionString?: string;
  readonly accountName?: string;
  readonly accountKey?: string;
  readonly sasToken?: string;
  /** A service principal: all three, or none. */
  readonly tenantId?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly anonymous?: boolean;
}

const AZURE_TEXTS = {
  connection_string: 'connectionString',
  account_name: 'accountName',
  account_key: 'accountKey',
  sas_token: 'sasToken',
  tenant_id: 'tenantId',
  client_id: 'clientId',
  client_secret: 'clientSecret',
} as const;
/** Keys that change nothing here: requests name no project, and limits of DVC's own engine. */
const GCS_HARMLESS = ['projectname'];
const AZURE_HARMLESS = ['timeout', 'connection_timeout'];

/**
 * Reads the section of a `gs://` remote.
 *
 * @throws {UserError} DVC_UNSUPPORTED for a key that is not acted on.
 */
export function readGcsSettings(name: string, section: ReadonlyMap<string, ConfigValue>): GcsRemoteSettings {
  refuseUnknown(name, section, ['credentialpath', 'endpointurl', ...GCS_HARMLESS]);
  return {
    ...pick({ endpointurl: 'endpointUrl' }, section, ({ value }) => value),
    ...pick({ credentialpath: 'credentialPath' }, section, resolveConfigPath),
    ...(isTrue(section.get('allow_anonymous_login')) ? { anonymous: true } : {}),
  };
}

/**
 * Reads the section of an `azure://` remote.
 *
 * @throws {UserError} DVC_UNSUPPORTED for a key that is not acted on, DVC_INVALID for a name of an account that is none.
 */
export function readAzureSettings(name: string, section: ReadonlyMap<string, ConfigValue>): AzureRemoteSettings {
  refuseUnknown(name, section, [...Object.keys(AZURE_TEXTS), ...AZURE_HARMLESS]);
  const settings = pick(AZURE_TEXTS, section, ({ value }) => value);
  // It becomes part of the host's name, to which a token of the job goes.
  if (settings.accountName !== undefined && !/^[a-z0-9]{3,24}$/.test(settings.accountName)) {
    const what = `account_name = ${JSON.stringify(settings.accountName)}`;
    throw problem('DVC_INVALID', name, what, 'Write the name of an account: 3 to 24 lower-case letters and digits.');
  }
  const principal = [settings.tenantId, settings.clientId, settings.clientSecret];
  if (principal.some((one) => one !== undefined) && principal.some((one) => one === undefined)) {
    throw notYet(name, 'a part of tenant_id, client_id and client_secret without the others');
  }
  return { ...settings, ...(isTrue(section.get('allow_anonymous_login')) ? { anonymous: true } : {}) };
}
