import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';

/** A bucket and what its keys begin with: no slash at either end, `''` for the whole bucket. */
export interface S3Location {
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Reads `s3://bucket/prefix`.
 *
 * @throws {UserError} INPUT_INVALID when there is no bucket.
 * @example parseS3Uri('s3://models/flight-delay/') // => { bucket: 'models', prefix: 'flight-delay' }
 */
export function parseS3Uri(uri: string): S3Location {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(uri);
  if (found?.[1] === undefined) {
    throw new UserError('INPUT_INVALID', `${JSON.stringify(uri)} is not an S3 address`, {
      fix: 'Write s3://bucket or s3://bucket/prefix; a bucket has 3 to 63 lower-case letters, digits, dots and hyphens.',
    });
  }
  return { bucket: found[1], prefix: withoutEnding((found[2] ?? '').replace(/^\/+/, ''), '/') };
}
