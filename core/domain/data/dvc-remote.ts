import { UserError } from '../../errors.ts';
import { nearest } from '../text/nearest.ts';
import { shellWord } from '../text/shell-word.ts';
import { withoutEnding } from '../text/without-ending.ts';
import {
  type AzureRemoteSettings,
  type GcsRemoteSettings,
  readAzureSettings,
  readGcsSettings,
} from './cloud-remote.ts';
import { resolveConfigPath } from './config-path.ts';
import type { ConfigSections, ConfigValue } from './dvc-config.ts';
import { isTrue, notYet, pick, problem, refuseUnknown } from './remote-section.ts';
import { type RemoteTimeouts, readTimeouts } from './remote-timeouts.ts';

/** A remote of DVC: its address and the settings that this version acts on. */
export interface DvcRemote {
  readonly name: string;
  readonly location:
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 's3'; readonly uri: string; readonly settings: S3RemoteSettings }
    | { readonly kind: 'gcs'; readonly uri: string; readonly settings: GcsRemoteSettings }
    | { readonly kind: 'azure'; readonly uri: string; readonly settings: AzureRemoteSettings }
    | { readonly kind: 'http'; readonly url: string; readonly settings: HttpRemoteSettings };
  /** Transfers at once, where the remote says so. */
  readonly jobs: number | undefined;
}

/** S3 settings in a remote's section. Absent keys come from the environment. */
export interface S3RemoteSettings extends RemoteTimeouts {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly anonymous?: boolean;
  /** Absolute path of a file of credentials. */
  readonly credentialPath?: string;
  /** Absolute path of a file of profiles. */
  readonly configPath?: string;
  /** Headers of what is stored: encryption, access. */
  readonly putHeaders?: Readonly<Record<string, string>>;
}

/** Web server settings in a remote's section; such a remote is read-only. */
export interface HttpRemoteSettings extends RemoteTimeouts {
  readonly authorization?: HttpAuthorization;
}

/** Authentication: HTTP's basic scheme, or a header of the server's own. */
export type HttpAuthorization =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string };

const S3_TEXTS = {
  region: 'region',
  profile: 'profile',
  endpointurl: 'endpointUrl',
  access_key_id: 'accessKeyId',
  secret_access_key: 'secretAccessKey',
  session_token: 'sessionToken',
} as const;
const S3_PATHS = { credentialpath: 'credentialPath', configpath: 'configPath' } as const;
const S3_HEADERS = {
  sse: 'x-amz-server-side-encryption',
  sse_kms_key_id: 'x-amz-server-side-encryption-aws-kms-key-id',
  acl: 'x-amz-acl',
  grant_read: 'x-amz-grant-read',
  grant_read_acp: 'x-amz-grant-read-acp',
  grant_write_acp: 'x-amz-grant-write-acp',
  grant_full_control: 'x-amz-grant-full-control',
} as const;
const HTTP_KEYS = new Set(['auth', 'user', 'password', 'custom_auth_header', 'ask_password', 'method']);

/**
 * Finds a remote in the config.
 *
 * @param name Undefined for `core.remote`; with only one remote and no default, that one is not taken (as in DVC).
 * @throws {UserError} INPUT_INVALID for an unknown name or none, DVC_UNSUPPORTED for a kind or key of remote that this
 *   version does not handle.
 */
export function findRemote(config: ConfigSections, name: string | undefined): DvcRemote {
  const wanted = name ?? config.get('core')?.get('remote')?.value;
  const known = [...config.keys()].flatMap((section) => /^remote "(.*)"$/.exec(section)?.[1] ?? []);
  const section = wanted === undefined ? undefined : config.get(`remote "${wanted}"`);
  if (wanted === undefined || section === undefined) {
    const near = wanted === undefined ? undefined : nearest(wanted, known);
    const what = wanted === undefined ? 'DVC has no default remote' : `DVC has no remote "${wanted}"`;
    if (name !== undefined) {
      throw new UserError('INPUT_INVALID', what, {
        fix: `${near === undefined ? '' : `Did you mean "${near}"? `}Correct the input remote, or the key remote of the output that names it (known: ${known.join(', ') || 'none'}).`,
      });
    }
    throw new UserError('INPUT_INVALID', what, {
      fix: `${near === undefined ? '' : `Did you mean "${near}"? `}${known.length === 0 ? "Add one with 'dvc remote add --default <name> <url>' and commit .dvc/config." : `Set the input remote, or run 'dvc remote default ${known.length === 1 ? shellWord(known[0] ?? '') : '<name>'}' and commit .dvc/config (known: ${known.join(', ')}).`}`,
    });
  }
  const url = section.get('url');
  if (url === undefined)
    throw problem('DVC_INVALID', wanted, 'has no url', `Set it: 'dvc remote modify ${shellWord(wanted)} url <url>'.`);
  return readRemote(wanted, resolveChain(config, wanted));
}

/** Keys and tokens in the config, so that no log shows them. */
export function configSecrets(config: ConfigSections): readonly string[] {
  const keys = [
    'secret_access_key',
    'session_token',
    'password',
    'token',
    'account_key',
    'sas_token',
    'connection_string',
    'client_secret',
  ];
  return [...config.values()].flatMap((section) => keys.flatMap((key) => section.get(key)?.value || []));
}

/** `remote://parent/sub` takes the parent's url and keys; its own keys decide. Parents may have parents. */
function resolveChain(config: ConfigSections, name: string): ReadonlyMap<string, ConfigValue> {
  let section = config.get(`remote "${name}"`) ?? new Map<string, ConfigValue>();
  const seen = new Set([name]);
  for (;;) {
    const url = section.get('url');
    const parent = /^remote:\/\/([^/]+)\/?(.*)$/.exec(url?.value ?? '');
    if (parent?.[1] === undefined) return section;
    const base = config.get(`remote "${parent[1]}"`);
    const baseUrl = base?.get('url');
    if (base === undefined || baseUrl === undefined || seen.has(parent[1])) {
      const what = `refers to "${parent[1]}", which is not a remote with a url`;
      throw problem('DVC_INVALID', name, what, 'Correct its url.');
    }
    seen.add(parent[1]);
    const value = parent[2] ? `${withoutEnding(baseUrl.value, '/')}/${parent[2]}` : baseUrl.value;
    section = new Map([...base, ...section, ['url', { ...baseUrl, value }]]);
  }
}

function readRemote(name: string, section: ReadonlyMap<string, ConfigValue>): DvcRemote {
  const url = section.get('url');
  if (url === undefined) throw problem('DVC_INVALID', name, 'has no url', 'Correct its url.');
  const jobs = Number(section.get('jobs')?.value ?? Number.NaN);
  const common = { name, jobs: Number.isSafeInteger(jobs) && jobs > 0 ? jobs : undefined };
  for (const key of ['version_aware', 'worktree']) {
    if (isTrue(section.get(key))) throw notYet(name, `${key} = true (cloud versioning)`);
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url.value)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    return { ...common, location: { kind: 's3', uri: url.value, settings: readS3Settings(name, section) } };
  }
  if (scheme === 'gs') {
    return { ...common, location: { kind: 'gcs', uri: url.value, settings: readGcsSettings(name, section) } };
  }
  if (scheme === 'azure') {
    return { ...common, location: { kind: 'azure', uri: url.value, settings: readAzureSettings(name, section) } };
  }
  if (scheme === 'http' || scheme === 'https') {
    const address = withoutEnding(url.value, '/');
    return { ...common, location: { kind: 'http', url: address, settings: readHttpSettings(name, section) } };
  }
  if (scheme !== undefined && scheme !== 'file') throw notYet(name, `a remote of kind ${scheme}://`);
  const path = resolveConfigPath({ ...url, value: url.value.replace(/^file:\/\//, '') });
  return { ...common, location: { kind: 'folder', path } };
}

function readS3Settings(name: string, section: ReadonlyMap<string, ConfigValue>): S3RemoteSettings {
  refuseUnknown(name, section, [...Object.keys(S3_TEXTS), ...Object.keys(S3_PATHS), ...Object.keys(S3_HEADERS)]);
  const region = section.get('region')?.value;
  // It becomes part of host names, those of the service that gives credentials included.
  if (region !== undefined && !/^[A-Za-z0-9-]{1,63}$/.test(region)) {
    throw problem(
      'DVC_INVALID',
      name,
      `region = ${JSON.stringify(region)}`,
      'Write the name of a region, such as eu-west-1.',
    );
  }
  const putHeaders = pick(S3_HEADERS, section, ({ value }) => value);
  return {
    ...readTimeouts(name, section),
    ...pick(S3_TEXTS, section, ({ value }) => value),
    ...pick(S3_PATHS, section, resolveConfigPath),
    ...(isTrue(section.get('allow_anonymous_login')) ? { anonymous: true } : {}),
    ...(Object.keys(putHeaders).length === 0 ? {} : { putHeaders }),
  };
}

function readHttpSettings(name: string, section: ReadonlyMap<string, ConfigValue>): HttpRemoteSettings {
  refuseUnknown(name, section, [...HTTP_KEYS]);
  const timeouts = readTimeouts(name, section);
  const auth = section.get('auth')?.value.toLowerCase();
  if (auth === undefined) return timeouts;
  const password = section.get('password')?.value;
  const isNamed = auth === 'basic' || auth === 'custom';
  if (!isNamed || password === undefined) throw notYet(name, `auth = ${auth}${isNamed ? ' without a password' : ''}`);
  if (auth === 'basic') {
    const user = section.get('user')?.value ?? '';
    return { ...timeouts, authorization: { kind: 'basic', user, password } };
  }
  const header = section.get('custom_auth_header')?.value.toLowerCase();
  if (header === undefined) throw problem('DVC_INVALID', name, 'has no custom_auth_header', 'Name the header.');
  return { ...timeouts, authorization: { kind: 'header', name: header, value: password } };
}
