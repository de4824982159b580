import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { isLegacyObject, objectDigest } from '../../domain/data/dvc-object-key.ts';
import type { PartSink } from '../../ports/data/byte-sink.ts';
import type { CacheAddition, ObjectWrite } from '../../ports/data/data-cache.ts';
import { asDiskError, onDisk } from '../files/on-disk.ts';
import { settleFile } from './file-times.ts';
import { LegacyMd5 } from './legacy-md5.ts';
import { PartWriter } from './part-writer.ts';

/** DVC marks an object that was verified by taking the write permission away. */
export const VERIFIED_MODE = 0o444;
/** Chosen: what is smaller is held in memory until it is whole, and hashed and written by single calls. */
const SMALL_BYTES = 256 * 1024;

/** Target of an object. */
export interface ObjectPlace {
  /** Its name, which its bytes have to have. */
  readonly name: string;
  readonly temporary: string;
  /** Path in the cache; undefined if the temporary file itself is wanted. */
  readonly final: string | undefined;
  /** A second file that a large object is written to. */
  readonly spare?: string | undefined;
}

/** One object on its way: its file is kept when its bytes were found right, else nothing of it stays. */
export class CacheObjectWrite implements ObjectWrite {
  readonly #place: ObjectPlace;
  #whole: Buffer | undefined;
  #stream: StreamedObject | undefined;
  #parts: PartWriter | undefined;
  #sizeBytes = 0;

  constructor(place: ObjectPlace) {
    this.#place = place;
  }

  begin(sizeBytes: number | undefined): void {
    this.#reset();
    if (sizeBytes !== undefined && sizeBytes <= SMALL_BYTES) this.#whole = Buffer.allocUnsafe(sizeBytes);
    else this.#stream = onDisk(fileOf(this.#place), () => new StreamedObject(this.#place));
  }

  write(chunk: Uint8Array): void {
    const at = this.#sizeBytes;
    this.#sizeBytes += chunk.length;
    if (this.#whole === undefined) onDisk(fileOf(this.#place), () => this.#stream?.write(chunk));
    else if (this.#sizeBytes <= this.#whole.length) this.#whole.set(chunk, at);
    // More than was said: the digest will tell.
    else this.#whole = Buffer.concat([this.#whole.subarray(0, at), chunk]);
  }

  beginParts(sizeBytes: number): PartSink {
    this.#reset();
    this.#sizeBytes = sizeBytes;
    const { temporary: file, spare } = this.#place;
    this.#parts = onDisk(fileOf(this.#place), () => new PartWriter({ file, mode: modeOf(this.#place), spare }));
    return this.#parts;
  }

  async finish(): Promise<CacheAddition> {
    try {
      if (this.#parts === undefined) return this.finishNow();
      const { md5, sha256 } = await this.#parts.finish();
      await this.#parts.close();
      this.#parts = undefined;
      // Where the object itself is linked into the workspace, its times are those of the file.
      settleFile(this.#place.temporary);
      const kept = this.#keep([md5], { sha256 });
      const { spare } = this.#place;
      if (!kept.isKept && spare !== undefined) rmSync(spare, { force: true });
      return kept.isKept && spare !== undefined ? { ...kept, spare } : kept;
    } catch (error) {
      throw asDiskError(fileOf(this.#place), error);
    } finally {
      this.discard();
    }
  }

  /** As `finish`, for an object that did not come in parts. */
  finishNow(): CacheAddition {
    if (this.#whole !== undefined) return this.#finishSmall(this.#whole.subarray(0, this.#sizeBytes));
    if (this.#stream === undefined) throw new RangeError('finish was called before begin');
    const { md5s, sha256 } = this.#stream.close();
    return this.#keep(md5s, { sha256 });
  }

  discard(): void {
    this.#reset();
  }

  #finishSmall(bytes: Uint8Array): CacheAddition {
    const md5s = isLegacyObject(this.#place.name) ? legacyDigests(bytes) : [hash('md5', bytes)];
    const sha256 = hash('sha256', bytes);
    if (!md5s.includes(objectDigest(this.#place.name))) return this.#keep(md5s, { sha256 });
    const descriptor = openSync(this.#place.temporary, 'wx', modeOf(this.#place));
    try {
      writeWhole(descriptor, bytes);
    } catch (error) {
      rmSync(this.#place.temporary, { force: true });
      throw error;
    } finally {
      closeSync(descriptor);
    }
    return this.#keep(md5s, { sha256, bytes });
  }

  #keep(md5s: readonly string[], found: { readonly sha256: string; readonly bytes?: Uint8Array }): CacheAddition {
    const wanted = objectDigest(this.#place.name);
    const isKept = md5s.includes(wanted);
    const isWritten = found.bytes !== undefined || this.#whole === undefined;
    const { temporary, final } = this.#place;
    if (!isKept && isWritten) rmSync(temporary, { force: true });
    if (isKept && final !== undefined) renameSync(temporary, final);
    this.#stream = undefined;
    this.#whole = undefined;
    const addition = { isKept, actual: isKept ? wanted : (md5s[0] ?? ''), sizeBytes: this.#sizeBytes, ...found };
    return isKept && final === undefined ? { ...addition, spare: temporary } : addition;
  }

  #reset(): void {
    this.#sizeBytes = 0;
    this.#whole = undefined;
    this.#stream?.abandon();
    this.#stream = undefined;
    if (this.#parts === undefined) return;
    void this.#parts.close();
    this.#parts = undefined;
    rmSync(this.#place.temporary, { force: true });
    if (this.#place.spare !== undefined) rmSync(this.#place.spare, { force: true });
  }
}

/** An object of unknown or middle size: written and hashed as it comes. */
class StreamedObject {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #md5: Hash | LegacyMd5;
  readonly #sha256 = createHash('sha256');

  constructor(place: ObjectPlace) {
    this.#file = place.temporary;
    this.#descriptor = openSync(place.temporary, 'wx', modeOf(place));
    this.#md5 = isLegacyObject(place.name) ? new LegacyMd5() : createHash('md5');
  }

  write(chunk: Uint8Array): void {
    this.#md5.update(chunk);
    this.#sha256.update(chunk);
    writeWhole(this.#descriptor, chunk);
  }

  close(): { readonly md5s: readonly string[]; readonly sha256: string } {
    closeSync(this.#descriptor);
    const md5s = this.#md5 instanceof LegacyMd5 ? this.#md5.digests() : [this.#md5.digest('hex')];
    return { md5s, sha256: this.#sha256.digest('hex') };
  }

  abandon(): void {
    closeSync(this.#descriptor);
    rmSync(this.#file, { force: true });
  }
}

/** Path that a disk error names. */
function fileOf({ final, temporary }: ObjectPlace): string {
  return final ?? temporary;
}

function modeOf({ final }: ObjectPlace): number {
  return final === undefined ? 0o666 : VERIFIED_MODE;
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function legacyDigests(bytes: Uint8Array): readonly string[] {
  const md5 = new LegacyMd5();
  md5.update(bytes);
  return md5.digests();
}
