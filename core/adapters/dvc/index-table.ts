import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, type Stats, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isSettled } from './file-times.ts';
import { FixedColumn } from './fixed-column.ts';
import { areRowsUnchanged, type IndexedFolder } from './unchanged-rows.ts';

/** Cached digest of a file, valid while its size, times and inode are unchanged. */
export interface IndexedDigests {
  /** Name as an object. */
  readonly name: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** Size, modification time, change time, inode. */
const NUMBERS = 4;
const SHA256_LENGTH = 64;
/** Equals no inode, not even itself. */
const NOT_SETTLED = Number.NaN;
const VERSION = 3;

interface Header {
  readonly version: number;
  readonly count: number;
  readonly nameLength: number;
  readonly confirmed: string | null;
  /** All folders, where a run looked at them after the files were confirmed; with the rules of what was passed over. */
  readonly folders: readonly IndexedFolder[] | null;
  readonly rules: string;
  /** Of all digests: the same as long as the table says the same of every file's bytes. */
  readonly stamp: string;
}

/** A look at a file or folder. */
export interface Look<Seen> {
  readonly seen: Seen;
  /** When reading what is in it began, after the look; undefined where it was put there whole. */
  readonly readFromMs: number | undefined;
}

/** The files of one output (or all outputs that are single files), as they were when they were last read or written. */
export class IndexTable {
  readonly #file: string;
  #pathText: string | undefined;
  #paths: string[] | undefined;
  #numbers = new Float64Array(0);
  #names = new FixedColumn();
  #sha256s = new FixedColumn();
  #rows: Map<string, number> | undefined;
  #header: Partial<Header> = {};
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

  /** The same as in an earlier run where no digest is another than it was then; undefined once something was set. */
  get stamp(): string | undefined {
    return this.#isChanged ? undefined : this.#header.stamp;
  }

  get paths(): readonly string[] {
    return this.#pathList();
  }

  /** The digests of a file, if it is as it was. `row` is a guess of where its row is. */
  find(location: string, stats: Stats, row = -1): IndexedDigests | undefined {
    const found = this.#pathList()[row] === location ? row : this.#rowOf(location);
    if (found === undefined) return undefined;
    const at = found * NUMBERS;
    const numbers = this.#numbers;
    const isSame =
      numbers[at] === stats.size &&
      numbers[at + 1] === stats.mtimeMs &&
      numbers[at + 2] === stats.ctimeMs &&
      numbers[at + 3] === stats.ino;
    return isSame ? this.digests(found) : undefined;
  }

  /** Cached entry of a path, valid or not. */
  recorded(location: string): IndexedDigests | undefined {
    const row = this.#rowOf(location);
    return row === undefined ? undefined : this.digests(row);
  }

  /** The digests of a row of `paths`. */
  digests(row: number): IndexedDigests {
    return { name: this.#names.get(row), sha256: this.#sha256s.get(row) };
  }

  /** Remembers the digests of a file. One that may have changed since without a trace is believed in this run alone. */
  set(location: string, { seen: stats, readFromMs }: Look<Stats>, { name, sha256 }: IndexedDigests): void {
    const row = this.#rowOf(location) ?? this.#append(location);
    const at = row * NUMBERS;
    this.#numbers[at] = stats.size;
    this.#numbers[at + 1] = stats.mtimeMs;
    this.#numbers[at + 2] = stats.ctimeMs;
    this.#numbers[at + 3] = isSettled(stats, readFromMs) ? stats.ino : NOT_SETTLED;
    this.#names.set(row, name);
    this.#sha256s.set(row, sha256);
    this.#fresh.add(location);
    this.#isChanged = true;
    this.#confirmed = undefined;
    this.#header = { ...this.#header, folders: null };
  }

  /** True if the row was set by this process. */
  isSetNow(location: string): boolean {
    return this.#fresh.has(location);
  }

  /** Says that these files, in this order, are all of the object `name`. */
  confirm(name: string, paths: readonly string[]): void {
    if (this.#confirmed === name && !this.#isChanged && paths.length === this.#pathList().length) return;
    const rows = paths.flatMap((location) => this.#rowOf(location) ?? []);
    if (rows.length !== paths.length) return;
    const numbers = new Float64Array(paths.length * NUMBERS);
    for (const [index, row] of rows.entries()) {
      numbers.set(this.#numbers.subarray(row * NUMBERS, (row + 1) * NUMBERS), index * NUMBERS);
    }
    this.#numbers = numbers;
    this.#names.choose(rows);
    this.#sha256s.choose(rows);
    this.#paths = [...paths];
    this.#rows = undefined;
    this.#confirmed = name;
    this.#isChanged = true;
    this.#header = { ...this.#header, folders: null };
  }

  /** Says that these are all folders, and that nothing but the confirmed files is in them but for what the rules hide. */
  confirmFolders({ seen, readFromMs }: Look<readonly IndexedFolder[]>, rules: string): void {
    const areSettled = seen.every(([, mtimeMs, ctimeMs]) => isSettled({ mtimeMs, ctimeMs }, readFromMs));
    this.#header = { ...this.#header, folders: areSettled ? seen : null, rules };
    this.#isChanged = true;
  }

  /**
   * True if all files and folders are as they were when they were confirmed; false also where that is not known.
   *
   * @param folder Absolute path of the output.
   */
  async isUnchanged(folder: string, rules: string): Promise<boolean> {
    const { folders } = this.#header;
    if (folders === undefined || folders === null || this.#header.rules !== rules || this.#isChanged) return false;
    const [paths, numbers] = [this.#pathList(), this.#numbers];
    return areRowsUnchanged({ folder, folders, paths, numbers });
  }

  /** Writes the table where it changed, whole or not at all. */
  write(): void {
    if (!this.#isChanged) return;
    const [names, sha256s] = [this.#names.pack(), this.#sha256s.pack()];
    if (names === undefined || sha256s === undefined) return;
    const paths = this.#pathList();
    const header: Header = {
      version: VERSION,
      count: paths.length,
      nameLength: this.#names.width,
      confirmed: this.#confirmed ?? null,
      folders: this.#confirmed === undefined ? null : (this.#header.folders ?? null),
      rules: this.#header.rules ?? '',
      stamp: hash('sha256', names + sha256s),
    };
    const numbers = Buffer.from(this.#numbers.buffer, this.#numbers.byteOffset, paths.length * NUMBERS * 8);
    const text = Buffer.from(names + sha256s, 'latin1');
    const temporary = `${this.#file}.${process.pid}.tmp`;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(temporary, Buffer.concat([headerBytes(header), numbers, text, Buffer.from(paths.join('\0'))]));
    renameSync(temporary, this.#file);
    this.#header = header;
    this.#isChanged = false;
  }

  #pathList(): string[] {
    this.#paths ??= this.#header.count ? (this.#pathText ?? '').split('\0') : [];
    this.#pathText = undefined;
    return this.#paths;
  }

  #rowOf(location: string): number | undefined {
    this.#rows ??= new Map(this.#pathList().map((known, row) => [known, row]));
    return this.#rows.get(location);
  }

  #append(location: string): number {
    const paths = this.#pathList();
    const row = paths.length;
    paths.push(location);
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
    this.#names = new FixedColumn(bytes.toString('latin1', numbersEnd, namesEnd), nameLength);
    this.#sha256s = new FixedColumn(bytes.toString('latin1', namesEnd, textEnd), SHA256_LENGTH);
    this.#pathText = bytes.toString('utf8', textEnd);
    this.#header = header;
    this.#confirmed = header.confirmed ?? undefined;
  }
}

function headerBytes(header: Header): Buffer {
  // ASCII alone, so that bytes and characters are the same.
  const text = JSON.stringify(header).replace(/[\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return Buffer.from(`${text}\n`, 'latin1');
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
