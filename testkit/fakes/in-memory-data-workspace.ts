import { createHash } from 'node:crypto';
import { legacyObjectName } from '../../core/domain/data/dvc-object-key.ts';
import { folderOf, isWithin } from '../../core/domain/data/repository-path.ts';
import type { FolderFile, UnchangedFolder } from '../../core/domain/data/unchanged-folder.ts';
import { compareCodePoints } from '../../core/domain/text/compare-code-points.ts';
import { UserError } from '../../core/errors.ts';
import type { DataCache } from '../../core/ports/data/data-cache.ts';
import type {
  DatasetDigests,
  DatasetPart,
  DataWorkspace,
  ObjectHash,
  Placement,
  PullMemory,
  WorkspaceEntry,
} from '../../core/ports/data/data-workspace.ts';

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

interface Confirmed {
  readonly md5: string;
  readonly files: readonly string[];
  /** What the folder held then. */
  readonly state: string;
}

/** The data files of a workspace in memory. Objects are copied: nothing is linked. */
export class InMemoryDataWorkspace implements DataWorkspace {
  readonly pulls = new MemoryPulls();
  readonly digests = new MemoryDigests((path) => this.#stateOf(path));
  readonly #cache: Pick<DataCache, 'content'>;
  readonly #files = new Map<string, MemoryFile>();
  readonly #folders = new Set<string>();
  readonly #links = new Set<string>();
  readonly #confirmed = new Map<string, Confirmed>();
  /** Files outside of the workspace, by the paths that `newFile` gave. */
  readonly #made = new Map<string, Uint8Array>();
  #count = 0;

  /** @param files Texts by path. */
  constructor(cache: Pick<DataCache, 'content'>, files: Readonly<Record<string, string>> = {}) {
    this.#cache = cache;
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Texts of all files by path, sorted. */
  get texts(): Readonly<Record<string, string>> {
    const paths = [...this.#files.keys()].sort(compareCodePoints);
    return Object.fromEntries(paths.map((path) => [path, new TextDecoder().decode(this.#files.get(path)?.bytes)]));
  }

  /** Changes a file as a person does, or makes one of those that `newFile` names. */
  write(path: string, text: string): void {
    if (path.startsWith('/')) this.#made.set(path, Buffer.from(text));
    else this.#put(path, { bytes: Buffer.from(text), isExecutable: false });
  }

  /** Puts a link to a folder at a path. */
  link(path: string): void {
    this.#links.add(path);
  }

  async exists(path: string): Promise<boolean> {
    return this.#files.has(path) || this.#folders.has(path);
  }

  async inspect(path: string, hash: ObjectHash = 'md5'): Promise<WorkspaceEntry | undefined> {
    const file = this.#files.get(path);
    if (file !== undefined) {
      const { bytes, isExecutable } = file;
      return { kind: 'file', md5: objectName(bytes, hash), sizeBytes: bytes.length, isExecutable };
    }
    return this.#folders.has(path) ? { kind: 'folder', files: this.#filesIn(path, hash) } : undefined;
  }

  async unchanged(path: string, md5: string): Promise<UnchangedFolder | undefined> {
    const confirmed = this.#confirmed.get(path);
    if (confirmed?.md5 !== md5 || confirmed.state !== this.#stateOf(path)) return undefined;
    const known = new Map(this.#filesIn(path, 'md5').map((file) => [file.path, file.md5]));
    const files = confirmed.files.map((file) => ({ path: file, md5: known.get(file) ?? '' }));
    return { count: files.length, files: () => files };
  }

  confirm(path: string, md5: string, files: readonly string[]): void {
    this.#confirmed.set(path, { md5, files, state: this.#stateOf(path) });
  }

  async place({ path, md5, isExecutable, bytes, spare, copyOf }: Placement): Promise<void> {
    this.#refuseLinks(path);
    const made = spare ?? copyOf;
    const content = made === undefined ? (bytes ?? (await this.#object(md5))) : this.#made.get(made);
    if (content === undefined) throw new RangeError(`no file ${made}`);
    if (spare !== undefined) this.#made.delete(spare);
    this.#put(path, { bytes: content, isExecutable });
  }

  spare(): string {
    return this.newFile();
  }

  newFile(): string {
    this.#count += 1;
    return `/made/${this.#count}`;
  }

  async makeFolder(path: string): Promise<void> {
    this.#refuseLinks(`${path}/.`);
    for (let folder = path; folder !== ''; folder = folderOf(folder)) this.#folders.add(folder);
  }

  async remove(path: string, within?: string): Promise<void> {
    this.#refuseLinks(path);
    for (const one of [...this.#files.keys()]) if (isWithin(one, path)) this.#files.delete(one);
    for (const one of [...this.#folders]) if (isWithin(one, path)) this.#folders.delete(one);
    if (within === undefined) return;
    for (let folder = folderOf(path); folder !== within && isWithin(folder, within); folder = folderOf(folder)) {
      if (this.#isFilled(folder)) return;
      this.#folders.delete(folder);
    }
  }

  async *content(path: string): AsyncIterable<Uint8Array> {
    yield this.#bytesOf(path);
  }

  async sha256(path: string): Promise<string> {
    return createHash('sha256').update(this.#bytesOf(path)).digest('hex');
  }

  #put(path: string, file: MemoryFile): void {
    this.#files.set(path, file);
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) this.#folders.add(folder);
  }

  async #object(md5: string): Promise<Uint8Array> {
    return Buffer.concat(await Array.fromAsync((await this.#cache.content(md5)).open()));
  }

  #bytesOf(path: string): Uint8Array {
    const file = this.#files.get(path);
    if (file === undefined) throw new RangeError(`no file ${path}`);
    return file.bytes;
  }

  #filesIn(folder: string, hash: ObjectHash): readonly FolderFile[] {
    return [...this.#files]
      .filter(([path]) => path.startsWith(`${folder}/`))
      .map(([path, { bytes }]) => ({
        path: path.slice(folder.length + 1),
        md5: objectName(bytes, hash),
        sizeBytes: bytes.length,
      }))
      .sort((a, b) => compareCodePoints(a.path, b.path));
  }

  #isFilled(folder: string): boolean {
    return [...this.#files.keys(), ...this.#folders].some((path) => path.startsWith(`${folder}/`));
  }

  /** The same for the same bytes at the same paths. */
  #stateOf(path: string): string {
    const file = this.#files.get(path);
    return JSON.stringify(file === undefined ? this.#filesIn(path, 'md5') : objectName(file.bytes, 'md5'));
  }

  #refuseLinks(path: string): void {
    const link = [...this.#links].find((one) => path.startsWith(`${one}/`));
    if (link === undefined) return;
    throw new UserError('PATH_UNSAFE', `${path}: ${link} is a symbolic link`, { fix: `Remove ${link}.` });
  }
}

/** Of short texts: DVC 2 takes other line ends for the same. */
function objectName(bytes: Uint8Array, hash: ObjectHash): string {
  const md5 = (content: Uint8Array | string) => createHash('md5').update(content).digest('hex');
  if (hash === 'md5') return md5(bytes);
  return legacyObjectName(md5(new TextDecoder().decode(bytes).replaceAll('\r\n', '\n')));
}

/** What pulls brought, in memory. */
class MemoryPulls implements PullMemory {
  readonly #fetched = new Set<string>();
  readonly #parts = new Map<string, readonly string[]>();

  rememberFetched(md5: string): void {
    this.#fetched.add(md5);
  }

  wasFetched(md5: string): boolean {
    return this.#fetched.has(md5);
  }

  broughtParts(path: string): readonly string[] | undefined {
    return this.#parts.get(path);
  }

  rememberParts(path: string, parts: readonly string[] | undefined): void {
    if (parts === undefined) this.#parts.delete(path);
    else this.#parts.set(path, parts);
  }
}

/** Digests of sets of data in memory, each as long as the files have the same bytes. */
class MemoryDigests implements DatasetDigests {
  readonly #digests = new Map<string, string>();
  readonly #stateOf: (path: string) => string;

  /** @param stateOf A text that is the same for the same bytes at and below a path. */
  constructor(stateOf: (path: string) => string) {
    this.#stateOf = stateOf;
  }

  find(dataset: readonly DatasetPart[]): string | undefined {
    return this.#digests.get(this.#keyOf(dataset));
  }

  keep(dataset: readonly DatasetPart[], digest: string): void {
    this.#digests.set(this.#keyOf(dataset), digest);
  }

  #keyOf(dataset: readonly DatasetPart[]): string {
    return JSON.stringify(dataset.map((part) => [part, this.#stateOf(part.path)]));
  }
}
