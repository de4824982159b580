import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, type Stats, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What is remembered of a file: what its bytes were found to be, while its size, times and inode stay as they are. */
export interface IndexedDigests {
  /** Name as an object. */
  readonly name: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** Chosen: twice the coarsest tick of a kernel's file times. What changed so shortly before the index was written may
 * have changed after it in the same tick, and is read again. */
const TICK_MS = 20;
/** Size, modification time, change time, inode. */
const NUMBERS = 4;
const SHA256_LENGTH = 64;
const VERSION = 1;

interface Header {
  readonly version: number;
  readonly count: number;
  readonly writtenAtMs: number;
  readonly nameLength: number;
  readonly confirmed: string | null;
}

/** The files of one output (or all outputs that are single files), as they were when they were last read or written. */
export class IndexTable {
  readonly #file: string;
  #paths: string[] = [];
  #numbers = new Float64Array(0);
  #names: string[] = [];
  #sha256s: string[] = [];
  #rows: Map<string, number> | undefined;
  #writtenAtMs = 0;
  #confirmed: string | undefined;
  #isChanged = false;
  readonly #fresh = new Set<string>();

  /** @param file Absolute. What cannot be read there is as good as nothing. */
  constructor(file: string) {
    this.#file = file;
    this.#read();
  }

  /** Name of the object that the whole output was found to be. */
  get confirmed(): string | undefined {
    return this.#confirmed;
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** The digests of a file, if it is as it was. `row` is a guess of where its row is. */
  find(location: string, stats: Stats, row = -1): IndexedDigests | undefined {
    const found = this.#paths[row] === location ? row : this.#rowOf(location);
    if (found === undefined || stats.ctimeMs > this.#writtenAtMs - TICK_MS) return undefined;
    const at = found * NUMBERS;
    const numbers = this.#numbers;
    const isSame =
      numbers[at] === stats.size &&
      numbers[at + 1] === stats.mtimeMs &&
      numbers[at + 2] === stats.ctimeMs &&
      numbers[at + 3] === stats.ino;
    return isSame ? { name: this.#names[found] ?? '', sha256: this.#sha256s[found] ?? '' } : undefined;
  }

  /** What was remembered of a path, whether or not the file is as it was. */
  recorded(location: string): IndexedDigests | undefined {
    const row = this.#rowOf(location);
    return row === undefined ? undefined : { name: this.#names[row] ?? '', sha256: this.#sha256s[row] ?? '' };
  }

  set(location: string, stats: Stats, { name, sha256 }: IndexedDigests): void {
    const row = this.#rowOf(location) ?? this.#append(location);
    this.#numbers.set([stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino], row * NUMBERS);
    this.#names[row] = name;
    this.#sha256s[row] = sha256;
    this.#fresh.add(location);
    this.#isChanged = true;
    this.#confirmed = undefined;
  }

  /** Whether the row was set by this process. */
  isSetNow(location: string): boolean {
    return this.#fresh.has(location);
  }

  /** Says that these files, in this order, are all of the object `name`. */
  confirm(name: string, paths: readonly string[]): void {
    if (this.#confirmed === name && !this.#isChanged && paths.length === this.#paths.length) return;
    const rows = paths.map((location) => this.#rowOf(location));
    if (rows.includes(undefined)) return;
    const numbers = new Float64Array(paths.length * NUMBERS);
    for (const [index, row = 0] of rows.entries()) {
      numbers.set(this.#numbers.subarray(row * NUMBERS, (row + 1) * NUMBERS), index * NUMBERS);
    }
    this.#numbers = numbers;
    this.#names = rows.map((row = 0) => this.#names[row] ?? '');
    this.#sha256s = rows.map((row = 0) => this.#sha256s[row] ?? '');
    this.#paths = [...paths];
    this.#rows = undefined;
    this.#confirmed = name;
    this.#isChanged = true;
  }

  /** Writes the table where it changed, whole or not at all. */
  write(nowMs: number): void {
    const nameLength = this.#names[0]?.length ?? 0;
    if (!this.#isChanged || this.#names.some((name) => name.length !== nameLength)) return;
    const count = this.#paths.length;
    const header: Header = {
      version: VERSION,
      count,
      writtenAtMs: nowMs,
      nameLength,
      confirmed: this.#confirmed ?? null,
    };
    const numbers = Buffer.from(this.#numbers.buffer, this.#numbers.byteOffset, count * NUMBERS * 8);
    const text = Buffer.from(this.#names.join('') + this.#sha256s.join(''), 'latin1');
    const temporary = `${this.#file}.${process.pid}.tmp`;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(temporary, Buffer.concat([headerBytes(header), numbers, text, Buffer.from(this.#paths.join('\0'))]));
    renameSync(temporary, this.#file);
    this.#isChanged = false;
  }

  #rowOf(location: string): number | undefined {
    this.#rows ??= new Map(this.#paths.map((known, row) => [known, row]));
    return this.#rows.get(location);
  }

  #append(location: string): number {
    const row = this.#paths.length;
    this.#paths.push(location);
    this.#rows?.set(location, row);
    if (this.#numbers.length < (row + 1) * NUMBERS) {
      const grown = new Float64Array(Math.max(64, this.#numbers.length * 2));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    return row;
  }

  #read(): void {
    const bytes = readIfThere(this.#file);
    const end = bytes?.indexOf('\n') ?? -1;
    if (bytes === undefined || end < 0) return;
    const header = parseHeader(bytes.toString('latin1', 0, end));
    const { count = 0, nameLength = 0 } = header;
    if (header.version !== VERSION) return;
    const numbersEnd = end + 1 + count * NUMBERS * 8;
    const namesEnd = numbersEnd + count * nameLength;
    const textEnd = namesEnd + count * SHA256_LENGTH;
    if (bytes.length < textEnd) return;
    // Copied, because a Float64Array begins at a multiple of eight.
    this.#numbers = new Float64Array(Uint8Array.from(bytes.subarray(end + 1, numbersEnd)).buffer);
    this.#names = pieces(bytes.toString('latin1', numbersEnd, namesEnd), nameLength, count);
    this.#sha256s = pieces(bytes.toString('latin1', namesEnd, textEnd), SHA256_LENGTH, count);
    this.#paths = count === 0 ? [] : bytes.toString('utf8', textEnd).split('\0');
    this.#writtenAtMs = header.writtenAtMs ?? 0;
    this.#confirmed = header.confirmed ?? undefined;
  }
}

/** The tables of a repository: one for each folder, one for all single files. */
export class WorkspaceIndex {
  readonly #folder: string;
  readonly #tables = new Map<string, IndexTable>();

  /** @param folder Absolute; made at the first write. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The table of a folder that is an output. */
  ofFolder(location: string): IndexTable {
    return this.#table(createHash('sha256').update(location).digest('hex').slice(0, 32));
  }

  /** The table of outputs that are single files of one kind. */
  ofFiles(kind: string): IndexTable {
    return this.#table(`files-${kind}`);
  }

  write(nowMs: number): void {
    for (const table of this.#tables.values()) table.write(nowMs);
  }

  #table(name: string): IndexTable {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = new IndexTable(path.join(this.#folder, name));
    this.#tables.set(name, table);
    return table;
  }
}

function headerBytes(header: Header): Buffer {
  return Buffer.from(`${JSON.stringify(header)}\n`, 'latin1');
}

function parseHeader(text: string): Partial<Header> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function pieces(text: string, length: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => text.slice(index * length, (index + 1) * length));
}
