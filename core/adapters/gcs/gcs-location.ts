import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';

/** A bucket and what its keys begin with: no slash at either end, `''` for the whole bucket. */
export interface GcsLocation {
  readonly bucket: string;
  readonly prefix: string;
  /** `gs://bucket/prefix`, without a trailing slash. */
  readonly uri: string;
}

/**
 * Reads `gs://bucket/prefix`.
 *
 * @throws {UserError} INPUT_INVALID when there is no bucket.
 * @example parseGcsUri('gs://models/flight-delay/') // => { bucket: 'models', prefix: 'flight-delay', uri: 'gs://models/flight-delay' }
 */
export function parseGcsUri(uri: string): GcsLocation {
  const found = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/(.*))?$/.exec(uri);
  if (found?.[1] === undefined) {
    throw new UserError('INPUT_INVALID', `${JSON.stringify(uri)} is not an address of Google Cloud Storage`, {
      fix: 'Write gs://bucket or gs://bucket/prefix; a bucket has at least 3 lower-case letters, digits, dots, hyphens and underscores.',
    });
  }
  const bucket = found[1];
  const prefix = withoutEnding((found[2] ?? '').replace(/^\/+/, ''), '/');
  return { bucket, prefix, uri: prefix === '' ? `gs://${bucket}` : `gs://${bucket}/${prefix}` };
}

/** The name of an object in its bucket. */
export function gcsObjectName({ prefix }: GcsLocation, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}
