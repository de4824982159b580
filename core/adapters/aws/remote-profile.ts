import { type AwsProfile, parseAwsProfile } from '../../domain/data/aws-profile.ts';
import { UserError } from '../../errors.ts';
import { readShortText } from '../files/read-short-text.ts';

/** Chosen: files of profiles have a few kilobytes. */
const MOST_BYTES = 1 << 20;

/** The files that a remote's section names, and the profile that is wanted of them. */
export interface RemoteProfileFiles {
  readonly profile: string | undefined;
  /** Absolute. */
  readonly credentialPath?: string | undefined;
  readonly configPath?: string | undefined;
}

/**
 * Reads the keys and the region that are written in `credentialpath` and `configpath` of a remote. A config file comes
 * with the code of anyone proposes it, and these files may too: so what they say of programs, roles and other services is
 * never acted on, and a profile that says such things is refused.
 *
 * @throws {UserError} CREDENTIALS_MISSING for a file that cannot be read, or holds no keys; DVC_UNSUPPORTED for a profile
 *   that gets its credentials in another way.
 */
export async function readRemoteProfile(files: RemoteProfileFiles): Promise<Omit<AwsProfile, 'indirect'>> {
  const profile = files.profile ?? 'default';
  let found: Omit<AwsProfile, 'indirect'> = {};
  for (const path of [files.configPath, files.credentialPath]) {
    if (path === undefined) continue;
    const { indirect, ...keys } = parseAwsProfile(await readText(path), profile);
    if (indirect[0] !== undefined) throw refused(path, profile, indirect[0]);
    found = { ...found, ...keys };
  }
  const hasKeys = found.accessKeyId !== undefined && found.secretAccessKey !== undefined;
  if (files.credentialPath !== undefined && !hasKeys) throw withoutKeys(files.credentialPath, profile);
  return found;
}

function readText(path: string): Promise<string> {
  return readShortText(path, MOST_BYTES).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

function unreadable(path: string, cause: unknown): UserError {
  return new UserError('CREDENTIALS_MISSING', `the file ${path} of .dvc/config cannot be read`, {
    fix: 'Correct credentialpath or configpath of the remote, or write the file before this step.',
    place: { file: '.dvc/config' },
    cause,
  });
}

function withoutKeys(path: string, profile: string): UserError {
  const message = `profile "${profile}" of ${path} has no aws_access_key_id and aws_secret_access_key`;
  return new UserError('CREDENTIALS_MISSING', message, {
    fix: 'Add both there, or correct profile and credentialpath of the remote.',
    place: { file: '.dvc/config' },
  });
}

function refused(path: string, profile: string, key: string): UserError {
  const message = `profile "${profile}" of ${path} sets ${key}, and from files of .dvc/config only keys and region are read`;
  return new UserError('DVC_UNSUPPORTED', message, {
    fix: 'Remove credentialpath and configpath from the remote, and set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE in the env of this step.',
    place: { file: '.dvc/config' },
  });
}
