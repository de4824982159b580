import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import { FileArtifactHasher } from './file-artifact-hasher.ts';

/** A file of an artifact that comes from elsewhere. */
interface IncomingFile {
  readonly path: string;
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Replaces what is at an absolute path by an artifact, whole or not at all: it is written next to its place, checked
 * there, then renamed.
 *
 * @param artifact.digest What its bytes must have. One file whose own digest this is becomes a file, anything else a folder.
 * @returns Whether the digest was right; nothing is replaced otherwise.
 */
export async function replaceByArtifact(
  location: string,
  artifact: { readonly digest: string; readonly files: readonly IncomingFile[] },
): Promise<boolean> {
  const temporary = path.join(path.dirname(location), `.tidegate-tmp-${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    for (const file of artifact.files) {
      const target = path.join(temporary, ...assertObjectKey(file.path).split('/'));
      await mkdir(path.dirname(target), { recursive: true });
      await pipeline(
        Readable.from(await file.open(), { objectMode: false }),
        createWriteStream(target, { flags: 'wx' }),
      );
    }
    const source = await findArtifact(temporary, artifact);
    if (source === undefined) return false;
    await rm(location, { recursive: true, force: true });
    await rename(source, location);
    return true;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function findArtifact(folder: string, artifact: { digest: string; files: readonly IncomingFile[] }) {
  const whole = await new FileArtifactHasher().hash(folder);
  if (whole.digest === artifact.digest) return folder;
  const [only] = whole.files;
  return whole.files.length === 1 && only?.digest === artifact.digest ? path.join(folder, only.path) : undefined;
}
