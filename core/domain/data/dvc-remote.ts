import { UserError } from '../../errors.ts';
import { nearest } from '../text/nearest.ts';
import type { ConfigSections, ConfigValue } from './dvc-config.ts';
import { dvcError } from './dvc-problem.ts';

/** A remote of DVC: its address and the settings that this version acts on. */
export interface DvcRemote {
  readonly name: string;
  /** `s3://bucket/prefix` or `folder` with an absolute path. */
  readonly location:
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 's3'; readonly uri: string; readonly settings: S3RemoteSettings };
  /** Transfers at once, where the remote says so. */
  readonly jobs: number | undefined;
}

/** What a remote's section says of S3. Absent keys come from the environment. */
export interface S3RemoteSettings {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly anonymous?: boolean;
}

/** Keys that change nothing here: limits of DVC's own engine, or what we do anyway (verify). */
const HARMLESS = new Set(['verify', 'checksum_jobs', 'listobjects', 'no_traverse', 'read_timeout', 'connect_timeout']);
const S3_KEYS = new Map<string, keyof S3RemoteSettings>([
  ['region', 'region'],
  ['profile', 'profile'],
  ['endpointurl', 'endpointUrl'],
  ['access_key_id', 'accessKeyId'],
  ['secret_access_key', 'secretAccessKey'],
  ['session_token', 'sessionToken'],
]);

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
    throw new UserError('INPUT_INVALID', what, {
      fix: `${near === undefined ? '' : `Did you mean "${near}"? `}Set the input remote, or 'dvc remote default <name>' (known: ${known.join(', ') || 'none'}).`,
    });
  }
  const url = section.get('url');
  if (url === undefined)
    throw problem('DVC_INVALID', wanted, 'has no url', "Set it: 'dvc remote modify <name> url …'.");
  const parent = /^remote:\/\/([^/]+)\/?(.*)$/.exec(url.value);
  if (parent?.[1] !== undefined) return inherited(config, { name: wanted, parent: parent[1], sub: parent[2] ?? '' });
  return readRemote(wanted, section, url);
}

/** What the config holds of keys and tokens, so that no log shows it. */
export function configSecrets(config: ConfigSections): readonly string[] {
  const keys = [
    'secret_access_key',
    'session_token',
    'password',
    'token',
    'account_key',
    'sas_token',
    'connection_string',
  ];
  return [...config.values()].flatMap((section) => keys.flatMap((key) => section.get(key)?.value || []));
}

function inherited(config: ConfigSections, ref: { name: string; parent: string; sub: string }): DvcRemote {
  const own = config.get(`remote "${ref.name}"`) ?? new Map<string, ConfigValue>();
  const base = config.get(`remote "${ref.parent}"`);
  const url = base?.get('url');
  if (base === undefined || url === undefined || ref.parent === ref.name || url.value.startsWith('remote://')) {
    throw problem(
      'DVC_INVALID',
      ref.name,
      `refers to "${ref.parent}", which is no remote with a url`,
      'Correct its url.',
    );
  }
  const joined = { ...url, value: ref.sub === '' ? url.value : `${url.value.replace(/\/+$/, '')}/${ref.sub}` };
  return readRemote(ref.name, new Map([...base, ...own, ['url', joined]]), joined);
}

function readRemote(name: string, section: ReadonlyMap<string, ConfigValue>, url: ConfigValue): DvcRemote {
  const jobs = Number(section.get('jobs')?.value ?? Number.NaN);
  const common = { name, jobs: Number.isSafeInteger(jobs) && jobs > 0 ? jobs : undefined };
  for (const key of ['version_aware', 'worktree']) {
    if (isTrue(section.get(key))) throw notYet(name, `${key} = true`);
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url.value)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    return { ...common, location: { kind: 's3', uri: url.value, settings: readS3Settings(name, section) } };
  }
  if (scheme !== undefined && scheme !== 'file') throw notYet(name, `a remote of kind ${scheme}://`);
  const path = url.value.replace(/^file:\/\//, '');
  return { ...common, location: { kind: 'folder', path: resolveFolder(url.folder, path) } };
}

function readS3Settings(name: string, section: ReadonlyMap<string, ConfigValue>): S3RemoteSettings {
  const settings: { -readonly [Key in keyof S3RemoteSettings]: S3RemoteSettings[Key] } = {};
  for (const [key, { value }] of section) {
    const setting = S3_KEYS.get(key);
    if (setting !== undefined && setting !== 'anonymous') settings[setting] = value;
    else if (key === 'allow_anonymous_login') settings.anonymous = isTrue(section.get(key));
    else if (!isHandled(key, value)) throw notYet(name, `${key} = ${value}`);
  }
  return settings;
}

function isHandled(key: string, value: string): boolean {
  if (key === 'url' || key === 'jobs' || HARMLESS.has(key)) return true;
  const isOff = /^(false|no|off|0)$/i.test(value);
  const isOn = /^(true|yes|on|1)$/i.test(value);
  if (key === 'version_aware' || key === 'worktree') return isOff;
  // An http:// endpoint says the same as use_ssl = false.
  return key === 'use_ssl' || (key === 'ssl_verify' && isOn);
}

/** Joins without node: config folders are absolute, and `..` is resolved by the file system's own rules for text. */
function resolveFolder(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function isTrue(value: ConfigValue | undefined): boolean {
  return value !== undefined && /^(true|yes|on|1)$/i.test(value.value);
}

function notYet(name: string, what: string): Error {
  return problem(
    'DVC_UNSUPPORTED',
    name,
    `${what} is not supported yet`,
    'Use an s3:// remote or a folder, without that key.',
  );
}

function problem(code: 'DVC_INVALID' | 'DVC_UNSUPPORTED', name: string, message: string, fix: string): Error {
  return dvcError(code, '.dvc/config', { message: `remote "${name}": ${message}`, fix });
}
