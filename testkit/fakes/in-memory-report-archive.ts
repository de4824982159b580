import { UserError } from '../../core/errors.ts';
import type { ReportArchive } from '../../core/ports/store/report-archive.ts';
import { BOT_LIMITS } from '../../core/reports/limits.ts';

/** Archives that are JSON: the text of each file by its name. */
export class InMemoryReportArchive implements ReportArchive {
  #before: Promise<unknown> = Promise.resolve();

  /** An archive of files. */
  static pack(files: Readonly<Record<string, string>>): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(files));
  }

  read(fetchZip: () => Promise<Uint8Array>, names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const reading = this.#before.then(async () => unpack(await fetchZip(), names));
    this.#before = reading.catch(() => undefined);
    return reading;
  }
}

function unpack(archive: Uint8Array, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [name, text] of Object.entries(parse(archive))) {
    if (!names.includes(name)) continue;
    const bytes = new TextEncoder().encode(String(text));
    if (bytes.length > BOT_LIMITS.maxBytes) {
      throw new UserError('REPORT_TOO_LARGE', `${name} has ${bytes.length} bytes`, { fix: 'Make it smaller.' });
    }
    found.set(name, bytes);
  }
  return found;
}

function parse(archive: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(archive));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new UserError('REPORT_INVALID', 'it is not an archive', { fix: 'Pack it again.' });
}
