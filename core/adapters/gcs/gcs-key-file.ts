import { UserError } from '../../errors.ts';
import { readShortText } from '../files/read-short-text.ts';

/** Chosen: key files have about 2 kilobytes. */
const MOST_BYTES = 1 << 20;

/** A key of a service account. */
export interface ServiceAccountKey {
  readonly client_email: string;
  readonly private_key: string;
}

/**
 * Reads the key of a service account from the file that `credentialpath` of a remote names. A config file comes with the
 * code of anyone who proposes it, and this file may too: credentials of another type name programs, files and servers that
 * the SDK would run, read and send to, so they are refused.
 *
 * @throws {UserError} CREDENTIALS_MISSING for a file that cannot be read or has no such key; DVC_UNSUPPORTED for
 *   credentials of another type.
 */
export async function readGcsKeyFile(path: string): Promise<ServiceAccountKey> {
  const found = parseObject(path, await readText(path));
  const { type, client_email, private_key } = found;
  if (type !== 'service_account') throw refused(path, typeof type === 'string' ? type : 'none');
  if (typeof client_email !== 'string' || typeof private_key !== 'string') {
    throw unreadable(path, new TypeError('it has no client_email or private_key'));
  }
  return { client_email, private_key };
}

function parseObject(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // An error of JSON.parse quotes the text, which is secret.
  }
  throw unreadable(path, new TypeError('it is not a JSON object'));
}

function readText(path: string): Promise<string> {
  return readShortText(path, MOST_BYTES).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

function unreadable(path: string, cause: unknown): UserError {
  const why = cause instanceof TypeError || cause instanceof RangeError ? `: ${cause.message}` : '';
  return new UserError('CREDENTIALS_MISSING', `the file ${path} of .dvc/config cannot be read${why}`, {
    fix: 'Correct credentialpath of the remote, or write the key of a service account there before this step.',
    place: { file: '.dvc/config' },
    cause,
  });
}

function refused(path: string, type: string): UserError {
  const message = `${path} holds credentials of type ${JSON.stringify(type)}, and from files of .dvc/config only keys of service accounts are read`;
  return new UserError('DVC_UNSUPPORTED', message, {
    fix: 'Remove credentialpath from the remote, and set GOOGLE_APPLICATION_CREDENTIALS in the env of this step; google-github-actions/auth does so.',
    place: { file: '.dvc/config' },
  });
}
