import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { type Descriptor, type ModelLayer, OCI } from '../../domain/image/image-documents.ts';
import { digestHex } from '../../domain/model/artifact-digest.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { ServiceError } from '../../errors.ts';
import type { ImageLayout, LayerFile } from '../../ports/image/image-layout.ts';
import type { ImageSource } from '../../ports/image/image-source.ts';
import { unlessAbsent } from '../files/absent.ts';

/** An OCI image layout in a folder that is written. */
export class OciLayoutFolder implements ImageLayout {
  readonly #folder: string;

  /** @param folder Absolute; what it holds of blobs is used again. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Path of a blob in a layout. */
  blobPath(digest: string): string {
    return path.join(this.#folder, 'blobs', 'sha256', digestHex(digest));
  }

  open(digest: string): Promise<Blob> {
    return openAsBlob(this.blobPath(digest));
  }

  async addLayer(files: readonly LayerFile[]): Promise<ModelLayer> {
    const { pack } = await import('tar-stream');
    const archive = pack();
    const [{ digest, size }] = await Promise.all([
      this.#write(Readable.from(archive, { objectMode: false })),
      fillArchive(archive, files).catch((error: unknown) => {
        archive.destroy();
        throw error;
      }),
    ]);
    return { mediaType: OCI.layer, digest, size, diffId: digest };
  }

  async addDocument(mediaType: string, text: string): Promise<Descriptor> {
    return { mediaType, ...(await this.#write(Readable.from([Buffer.from(text)]))) };
  }

  async addBlob(descriptor: Descriptor, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#write(Readable.from(bytes, { objectMode: false }), descriptor.digest);
  }

  async finish(index: string): Promise<void> {
    await writeFile(path.join(this.#folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const temporary = path.join(this.#folder, `index.json.${randomUUID()}`);
    await writeFile(temporary, index);
    await rename(temporary, path.join(this.#folder, 'index.json'));
  }

  async #write(source: Readable, expected?: string): Promise<{ digest: string; size: number }> {
    const blobs = path.join(this.#folder, 'blobs', 'sha256');
    await mkdir(blobs, { recursive: true });
    const temporary = path.join(blobs, `.${randomUUID()}`);
    const hash = createHash('sha256');
    let size = 0;
    try {
      const hashed = async function* (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
        for await (const chunk of chunks) {
          hash.update(chunk);
          size += chunk.length;
          yield chunk;
        }
      };
      await pipeline(source, hashed, createWriteStream(temporary, { flags: 'wx' }));
      const digest = `sha256:${hash.digest('hex')}`;
      if (expected !== undefined && digest !== expected) throw wrongDigest(expected, digest);
      await rename(temporary, this.blobPath(digest));
      return { digest, size };
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** Reads the image of a layout in a folder. */
export class OciLayoutSource implements ImageSource {
  readonly name: string;
  readonly #folder: string;

  /** @param folder Absolute. */
  constructor(folder: string) {
    this.#folder = folder;
    this.name = folder;
  }

  async root(): Promise<string | undefined> {
    return readFile(path.join(this.#folder, 'index.json'), 'utf8').catch(unlessAbsent);
  }

  async document(descriptor: Descriptor): Promise<string> {
    const bytes = await readFile(this.#path(descriptor.digest));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (digest !== descriptor.digest) throw wrongDigest(descriptor.digest, digest);
    return bytes.toString('utf8');
  }

  async blob(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>> {
    const handle = await open(this.#path(descriptor.digest));
    return handle.createReadStream({ highWaterMark: 1 << 20 });
  }

  #path(digest: string): string {
    return path.join(this.#folder, 'blobs', 'sha256', digestHex(digest));
  }
}

const FIXED = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) } as const;

async function fillArchive(archive: Pack, files: readonly LayerFile[]): Promise<void> {
  for (const folder of foldersOf(files))
    archive.entry({ ...FIXED, name: `${folder}/`, type: 'directory', mode: 0o755 });
  for (const file of files.toSorted((a, b) => compareCodePoints(a.path, b.path))) {
    const { size } = await stat(file.source);
    const entry = archive.entry({ ...FIXED, name: file.path, size, mode: 0o644 });
    await pipeline(createReadStream(file.source, { highWaterMark: 1 << 20 }), entry);
  }
  archive.finalize();
}

function foldersOf(files: readonly LayerFile[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path: file } of files) {
    for (let slash = file.indexOf('/'); slash >= 0; slash = file.indexOf('/', slash + 1))
      folders.add(file.slice(0, slash));
  }
  return [...folders].sort(compareCodePoints);
}

function wrongDigest(expected: string, actual: string): ServiceError {
  return new ServiceError('REGISTRY_REFUSED', `a blob has the digest ${actual} instead of ${expected}`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, the stored base image is corrupt.',
  });
}
