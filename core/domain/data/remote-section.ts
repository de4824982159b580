import type { ConfigValue } from './dvc-config.ts';
import { dvcError } from './dvc-problem.ts';

/** Keys that change nothing here: limits of DVC's own engine, or what we do anyway (verify). */
const HARMLESS = new Set([
  'url',
  'jobs',
  'verify',
  'checksum_jobs',
  'listobjects',
  'no_traverse',
  // An http:// endpoint says the same as use_ssl = false.
  'use_ssl',
  'cache_regions',
  'read_timeout',
  'connect_timeout',
]);

/** Values of the keys that are there, under the names of `names`. */
export function pick<Name extends string>(
  names: Readonly<Record<string, Name>>,
  section: ReadonlyMap<string, ConfigValue>,
  read: (value: ConfigValue) => string,
): { [Key in Name]?: string } {
  const found: { [Key in Name]?: string } = {};
  for (const [key, name] of Object.entries(names)) {
    const value = section.get(key);
    if (value !== undefined) found[name] = read(value);
  }
  return found;
}

/** A key that is not acted on could change what is read or stored: it is refused, without its value (it may be secret). */
export function refuseUnknown(name: string, section: ReadonlyMap<string, ConfigValue>, known: readonly string[]): void {
  for (const [key, { value }] of section) {
    if (HARMLESS.has(key) || known.includes(key) || key === 'allow_anonymous_login') continue;
    const isDefault = key === 'ssl_verify' ? /^(true|yes|on|1)$/i.test(value) : /^(false|no|off|0)$/i.test(value);
    if (!isDefault) throw notYet(name, `the key ${key}`);
  }
}

/** True for what DVC takes as true. */
export function isTrue(value: ConfigValue | undefined): boolean {
  return value !== undefined && /^(true|yes|on|1)$/i.test(value.value);
}

/** The error for what this version does not handle. */
export function notYet(name: string, what: string): Error {
  return problem(
    'DVC_UNSUPPORTED',
    name,
    `${what} is not supported yet`,
    "Use an s3://, gs://, azure:// or http(s):// remote or a folder, without that key; or fetch with the team's own 'dvc pull' step.",
  );
}

/** The error for a remote that is wrong, or not handled. */
export function problem(code: 'DVC_INVALID' | 'DVC_UNSUPPORTED', name: string, message: string, fix: string): Error {
  return dvcError(code, '.dvc/config', { message: `remote "${name}": ${message}`, fix });
}
