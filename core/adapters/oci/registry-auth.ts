import { isJsonObject } from '../../domain/data/json-object.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { ServiceError } from '../../errors.ts';

/** User and password for one registry. */
export interface RegistryLogin {
  readonly user: string;
  readonly password: string;
}

/**
 * The login for a registry in Docker's config.json: the entry of exactly this host and port.
 *
 * @returns undefined where it has none.
 * @throws {ServiceError} REGISTRY_REFUSED when only a credential helper could give it.
 */
export function findLogin(config: unknown, host: string): RegistryLogin | undefined {
  if (!isJsonObject(config)) return undefined;
  const auths = isJsonObject(config.auths) ? config.auths : {};
  const names = host === 'registry-1.docker.io' ? ['https://index.docker.io/v1/', 'docker.io', host] : [host];
  for (const [name, entry] of Object.entries(auths)) {
    const isOurs = names.includes(name) || names.includes(name.replace(/^https?:\/\//, '').replace(/\/.*$/, ''));
    if (isOurs && isJsonObject(entry) && typeof entry.auth === 'string' && entry.auth !== '') return decode(entry.auth);
  }
  const helpers = isJsonObject(config.credHelpers) ? Object.keys(config.credHelpers) : [];
  if (!names.some((name) => helpers.includes(name)) && typeof config.credsStore !== 'string') return undefined;
  throw new ServiceError(
    'REGISTRY_REFUSED',
    `the login for ${host} is stored by a credential helper, which is not supported yet`,
    {
      retryable: false,
      fix: 'Log in without a helper in this job (for example with docker/login-action).',
    },
  );
}

/** The parameters of a `WWW-Authenticate: Bearer …` header; undefined for another scheme. */
export function parseBearerChallenge(header: string | null): Readonly<Record<string, string>> | undefined {
  if (header === null || !/^bearer\s/i.test(header)) return undefined;
  return Object.fromEntries(
    [...header.matchAll(/(?<![a-z_])([a-z_]+)="([^"]*)"/gi)].map((found) => [found[1] ?? '', found[2] ?? '']),
  );
}

/** `Basic …` for a login. */
export function basicHeader({ user, password }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

function decode(auth: string): RegistryLogin {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return { user: text.slice(0, colon), password: withoutEnding(text.slice(colon + 1), '\0') };
}
