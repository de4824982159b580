import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import type { ArtifactWriter, IncomingFile } from '../../ports/store/artifact-writer.ts';
import { FileArtifactHasher } from './file-artifact-hasher.ts';

/** Writes artifacts beside their place first, checks them there, then renames. */
export class ArtifactFolderWriter implements ArtifactWriter {
  readonly #hasher = new FileArtifactHasher();

  async replace(
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
      const source = await this.#findArtifact(temporary, artifact);
      if (source === undefined) return false;
      await rm(location, { recursive: true, force: true });
      await rename(source, location);
      return true;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  async #findArtifact(folder: string, artifact: { digest: string; files: readonly IncomingFile[] }) {
    const whole = await this.#hasher.hash(folder);
    if (whole.digest === artifact.digest) return folder;
    const [only] = whole.files;
    return whole.files.length === 1 && only?.digest === artifact.digest ? path.join(folder, only.path) : undefined;
  }
}
