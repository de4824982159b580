import type { Entry, ZipFile } from 'yauzl';
import { UserError } from '../../errors.ts';
import type { ReportArchive } from '../../ports/report-archive.ts';
import { MAX_REPORT_BYTES } from '../../reports/read-report.ts';

/** Chosen: a model folder of many files fits, an archive made to exhaust a reader does not. */
const MAX_ENTRIES = 20_000;

/** Reads zips in memory; entries that are not wanted are never unpacked. */
export class ZipReportArchive implements ReportArchive {
  async read(zip: Uint8Array, names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const { fromBufferPromise } = await import('yauzl');
    const found = new Map<string, Uint8Array>();
    try {
      // Sizes are validated while unpacking, and names against traversal, by yauzl's own defaults.
      const file = await fromBufferPromise(Buffer.from(zip));
      if (file.entryCount > MAX_ENTRIES) throw invalid(`it has ${file.entryCount} entries`);
      for await (const entry of file.eachEntry()) {
        if (names.includes(entry.fileName)) found.set(entry.fileName, await unpack(file, entry));
      }
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw invalid('it is no readable zip', error);
    }
    return found;
  }
}

async function unpack(file: ZipFile, entry: Entry): Promise<Uint8Array> {
  if (entry.uncompressedSize > MAX_REPORT_BYTES) throw tooLarge(entry);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of await file.openReadStreamPromise(entry)) {
    size += part.length;
    if (size > MAX_REPORT_BYTES) throw tooLarge(entry);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge({ fileName }: Entry): UserError {
  return new UserError('REPORT_TOO_LARGE', `${fileName} of the workflow artifact is larger than any report`, {
    fix: 'Check what made the artifact.',
  });
}

function invalid(why: string, cause?: unknown): UserError {
  return new UserError('REPORT_INVALID', `the workflow artifact cannot be read: ${why}`, {
    fix: 'Run the workflow again, and check what made the artifact.',
    cause,
  });
}
