import { createHash, hash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { isLegacyObject, legacyObjectName } from '../../domain/data/dvc-object-key.ts';
import { LegacyMd5 } from './legacy-md5.ts';

/** Digests of a file, in hex. */
export interface FileDigests {
  /** As DVC 3 computes it. */
  readonly md5: string;
  readonly sha256: string;
}

/** Chosen: files up to this are read by one call, which costs a fraction of a stream. */
const WHOLE_BYTES = 1 << 20;

/** MD5 and SHA-256 of a file, read once. */
export async function hashFile(file: string, sizeBytes = Number.POSITIVE_INFINITY): Promise<FileDigests> {
  if (sizeBytes <= WHOLE_BYTES) {
    const bytes = readFileSync(file);
    return { md5: hash('md5', bytes), sha256: hash('sha256', bytes) };
  }
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    md5.update(chunk);
    sha256.update(chunk);
  }
  return { md5: md5.digest('hex'), sha256: sha256.digest('hex') };
}

/** MD5 of a text as UTF-8, in hex. */
export function md5OfText(text: string): string {
  return hash('md5', text);
}

/**
 * The name that a file has as an object, of the same kind as `like`: for a name of DVC 2 its own way of hashing.
 */
export async function objectNameOf(file: string, like: string): Promise<string> {
  if (!isLegacyObject(like)) return (await hashFile(file)).md5;
  const md5 = new LegacyMd5();
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) md5.update(chunk);
  const names = md5.digests().map(legacyObjectName);
  return names.find((name) => name === like) ?? names[0] ?? '';
}
