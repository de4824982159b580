import { createReadStream, createWriteStream, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { Pack } from 'tar-stream';
import { assertObjectKey } from '../../domain/model/object-key.ts';

/** Chosen: below, single calls take a tenth of a stream's time, and a dataset may have very many such files. */
const SMALL_BYTES = 256 * 1024;

/** Limits of unpacking. */
export interface UnpackLimits {
  /** Asked with each path, `/`-separated and relative; all others are refused before. */
  readonly isWanted: (path: string) => boolean;
  /** Of all files together, unpacked. */
  readonly mostBytes: number;
  readonly mostFiles: number;
}

/**
 * Packs files of a folder into a compressed archive.
 *
 * @param paths Relative to the folder, `/`-separated. A file that is gone meanwhile is left out.
 */
export async function packFolder(folder: string, paths: Iterable<string>, archive: string): Promise<void> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const fill = async () => {
    for (const name of paths) {
      const file = path.join(folder, name);
      const found = lstatSync(file, { throwIfNoEntry: false });
      if (found?.isFile() !== true) continue;
      const header = { name, size: found.size, mode: 0o644 };
      if (found.size > SMALL_BYTES) await pipeline(createReadStream(file), tar.entry(header));
      else await addSmall(tar, header, readFileSync(file));
    }
    tar.finalize();
  };
  const filling = fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : undefined));
  await pipeline(
    Readable.from(tar, { objectMode: false }),
    createZstdCompress(),
    createWriteStream(archive, { flags: 'wx' }),
  );
  await filling;
}

function addSmall(tar: Pack, header: { name: string; size: number; mode: number }, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry({ ...header, size: bytes.length }, bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Unpacks an archive of anyone: plain files at wanted paths in the folder, and nothing else. A file that is there stays.
 *
 * @returns How many files were written.
 * @throws {UserError} PATH_UNSAFE for a path that leaves the folder.
 * @throws {RangeError} For something that is not a file or not wanted, or more than may be.
 */
export async function unpackFolder(body: Readable, folder: string, limits: UnpackLimits): Promise<number> {
  const { extract } = await import('tar-stream');
  const archive = extract();
  let [files, bytes] = [0, 0];
  const reading = pipeline(body, createZstdDecompress(), archive);
  // Awaited below, after what is read of it.
  reading.catch(() => {});
  for await (const entry of archive) {
    const { name, type, size = 0 } = entry.header;
    if (type !== 'file' || !limits.isWanted(assertObjectKey(name)))
      throw new RangeError('the archive holds other things');
    files += 1;
    bytes += size;
    if (files > limits.mostFiles || bytes > limits.mostBytes) throw new RangeError('the archive is too large');
    await writeEntry(bytesOf(entry), size, path.join(folder, ...name.split('/')));
  }
  await reading;
  return files;
}

/** The library's streams are of chunks of bytes, which their type leaves open. */
async function* bytesOf(entry: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
}

async function writeEntry(entry: AsyncIterable<Uint8Array>, size: number, file: string): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) {
    await Array.fromAsync(entry, () => undefined);
    return;
  }
  if (size > SMALL_BYTES) await pipeline(entry, createWriteStream(file, { flags: 'wx' }));
  else writeFileSync(file, Buffer.concat(await Array.fromAsync(entry)), { flag: 'wx' });
}
