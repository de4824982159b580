/** Keys of a profile that name a program, another service or a file to get credentials by. */
const INDIRECT =
  /^(credential_process|credential_source|role_arn|source_profile|web_identity_token_file|sso_\w+|login_\w+|endpoint_url|services)$/;

/** One profile of files such as `~/.aws/credentials`. */
export interface AwsProfile {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region?: string;
  /** Keys that would get credentials by a program, a role or another service: nothing here acts on them. */
  readonly indirect: readonly string[];
}

const KEYS = {
  aws_access_key_id: 'accessKeyId',
  aws_secret_access_key: 'secretAccessKey',
  aws_session_token: 'sessionToken',
  region: 'region',
} as const;

/**
 * Reads one profile of a file of credentials or profiles (`[name]` or `[profile name]`).
 *
 * @returns The keys that are written in it; empty for a file without that profile. Lines that cannot be read count for
 *   nothing, as for the AWS tools.
 */
export function parseAwsProfile(text: string, profile: string): AwsProfile {
  const found: { [Key in (typeof KEYS)[keyof typeof KEYS]]?: string } = {};
  const indirect: string[] = [];
  let isWanted = false;
  for (const line of text.split(/\r?\n/)) {
    const section = sectionOf(line);
    if (section !== undefined) isWanted = section === profile;
    const [, name = '', value = ''] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (!isWanted || name === '') continue;
    const key = name.toLowerCase();
    if (INDIRECT.test(key)) indirect.push(key);
    if (isKnown(key)) found[KEYS[key]] = value.replace(/\s[#;].*$/, '').trim();
  }
  return { ...found, indirect };
}

function isKnown(key: string): key is keyof typeof KEYS {
  return Object.hasOwn(KEYS, key);
}

/** The name between brackets, without the word `profile` before it and quotes around it; undefined for any other line. */
function sectionOf(line: string): string | undefined {
  const start = line.trimStart();
  const end = start.indexOf(']');
  if (!start.startsWith('[') || end < 0) return undefined;
  const inside = start.slice(1, end).trim();
  const name = /^profile\s/.test(inside) ? inside.slice('profile'.length).trim() : inside;
  return name.replace(/^["']/, '').replace(/["']$/, '');
}
