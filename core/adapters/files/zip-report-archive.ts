import type { Entry, ZipFile } from 'yauzl';
import { UserError } from '../../errors.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import { BOT_LIMITS } from '../../reports/limits.ts';

/** Chosen: a model folder of many files fits, an archive made to exhaust a reader does not. */
export const MAX_ZIP_ENTRIES = 20_000;
/** Chosen: as many names of 200 characters. */
export const MAX_ZIP_DIRECTORY_BYTES = 4 * 2 ** 20;
/** Of each entry in the directory, without its name and comment. */
const DIRECTORY_ENTRY_BYTES = 46;

/** Reads zips in memory, one at a time; entries that are not wanted are never unpacked. */
export class ZipReportArchive implements ReportArchive {
  /** Memory is the process's, regardless of who asks: the one before, settled. */
  static #before: Promise<unknown> = Promise.resolve();

  async read(fetchZip: () => Promise<Uint8Array>, names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const reading = ZipReportArchive.#before.then(async () => readZip(await fetchZip(), names));
    ZipReportArchive.#before = reading.catch(() => undefined);
    return reading;
  }
}

async function readZip(zip: Uint8Array, names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const { fromBufferPromise } = await import('yauzl');
  const found = new Map<string, Uint8Array>();
  try {
    // Sizes are validated while unpacking, and names against traversal, by yauzl's own defaults.
    const file = await fromBufferPromise(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength));
    if (file.entryCount > MAX_ZIP_ENTRIES) throw invalid(`it has ${file.entryCount} entries`);
    let directoryBytes = 0;
    for await (const entry of file.eachEntry()) {
      directoryBytes += directoryBytesOf(entry);
      if (directoryBytes > MAX_ZIP_DIRECTORY_BYTES) throw invalid('the names of its entries are too long');
      if (!names.includes(entry.fileName)) continue;
      // Many entries may represent the same bytes: each would be unpacked.
      if (found.has(entry.fileName)) throw invalid(`it has ${entry.fileName} twice`);
      found.set(entry.fileName, await unpack(file, entry));
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw invalid('it is not a readable zip', error);
  }
  return found;
}

function directoryBytesOf({ fileNameLength, extraFieldLength, fileCommentLength }: Entry): number {
  return DIRECTORY_ENTRY_BYTES + fileNameLength + extraFieldLength + fileCommentLength;
}

async function unpack(file: ZipFile, entry: Entry): Promise<Uint8Array> {
  if (entry.uncompressedSize > BOT_LIMITS.maxBytes) throw tooLarge(entry);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of await file.openReadStreamPromise(entry)) {
    size += part.length;
    if (size > BOT_LIMITS.maxBytes) throw tooLarge(entry);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge({ fileName }: Entry): UserError {
  const message = `${fileName} of the workflow artifact has more than ${BOT_LIMITS.maxBytes} bytes`;
  return new UserError('REPORT_TOO_LARGE', message, {
    fix: 'Declare fewer slices or metrics in evaluate, or check which step made the artifact.',
  });
}

function invalid(why: string, cause?: unknown): UserError {
  return new UserError('REPORT_INVALID', `the workflow artifact cannot be read: ${why}`, {
    fix: 'Run the workflow again, and check which step made the artifact.',
    cause,
  });
}
