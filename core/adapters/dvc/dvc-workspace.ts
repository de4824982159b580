import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isLegacyObject } from '../../domain/data/dvc-object-key.ts';
import type { IgnoreFile } from '../../domain/data/ignore-rules.ts';
import { folderOf, inFolder } from '../../domain/data/repository-path.ts';
import type { FolderFile, UnchangedFolder } from '../../domain/data/unchanged-folder.ts';
import { DAY_MS } from '../../domain/time/day.ts';
import { UserError } from '../../errors.ts';
import type {
  DataWorkspace,
  ObjectHash,
  Placement,
  WorkspaceEntry,
  WorkspaceFolder,
} from '../../ports/data/data-workspace.ts';
import { removeEmptyFolders } from '../files/empty-folders.ts';
import { errorCode } from '../files/error-code.ts';
import { fileContent } from '../files/file-content.ts';
import { asDiskError, onDisk } from '../files/on-disk.ts';
import { DatasetMemory } from './dataset-memory.ts';
import type { DvcCache } from './dvc-cache.ts';
import { FileMaker } from './file-maker.ts';
import { type ScannedEntry, scanFolder } from './folder-scan.ts';
import type { IndexedDigests, IndexTable } from './index-table.ts';
import type { LinkType } from './place-object.ts';
import { FilePullMemory } from './pull-memory.ts';
import type { IndexedFolder } from './unchanged-rows.ts';
import { digestRows, type WorkspaceRow } from './workspace-digests.ts';
import { WorkspaceIndex } from './workspace-index.ts';

/** Parts of a workspace. */
export interface DvcWorkspaceOptions {
  /** Absolute. */
  readonly root: string;
  /** Absolute folder of what is remembered, and of temporary files; made at the first write. */
  readonly ownFolder: string;
  readonly cache: DvcCache;
  /** `cache.type`; default `reflink, copy`. */
  readonly linkTypes: readonly LinkType[];
  readonly ignoreFiles: readonly IgnoreFile[];
}

/** Chosen: no run takes longer than a day. */
const STALE_MS = DAY_MS;

/** The workspace of a repository that uses DVC. */
export class DvcWorkspace implements DataWorkspace {
  readonly pulls: FilePullMemory;
  readonly digests: DatasetMemory;
  readonly #options: DvcWorkspaceOptions;
  readonly #index: WorkspaceIndex;
  readonly #maker: FileMaker;
  /** Of all runs: a folder of temporary files each, and what is remembered. */
  readonly #own: string;
  readonly #safeFolders = new Set<string>();
  /** Tables of folders of which this run found all files as they were: they need no second look. */
  readonly #seen = new Set<IndexTable>();
  readonly #rules: string;

  constructor(options: DvcWorkspaceOptions) {
    this.#options = options;
    this.#rules = JSON.stringify(options.ignoreFiles);
    const own = options.ownFolder;
    this.#index = new WorkspaceIndex(path.join(own, 'index'));
    this.digests = new DatasetMemory(this.#index);
    this.pulls = new FilePullMemory(own);
    this.#maker = new FileMaker({ ...options, folder: path.join(own, `${process.pid}-${Date.now()}`) });
    this.#own = own;
  }

  async exists(location: string): Promise<boolean> {
    return (await this.#stat(location)) !== undefined;
  }

  async inspect(location: string, hash: ObjectHash = 'md5'): Promise<WorkspaceEntry | undefined> {
    const found = await this.#stat(location);
    if (found === undefined) return undefined;
    if (found.isDirectory()) return { kind: 'folder', files: await this.#hashFolder(location, hash) };
    const { name } = await this.#digests(
      this.#index.ofFiles(hash),
      { key: location, file: this.#absolute(location), stats: found },
      hash,
    );
    return { kind: 'file', md5: name, sizeBytes: found.size, isExecutable: (found.mode & 0o100) !== 0 };
  }

  async unchanged(location: string, md5: string): Promise<UnchangedFolder | undefined> {
    const table = this.#index.ofFolder(location);
    if (table.confirmed !== md5 || !this.#isFolder(location)) return undefined;
    if (!(await table.isUnchanged(this.#absolute(location), this.#rules)) && !this.#isSame(location, table)) {
      return undefined;
    }
    this.#seen.add(table);
    return { count: table.paths.length, files: () => rowsOf(table) };
  }

  confirm(location: string, md5: string, files: readonly string[]): void {
    this.#index.ofFolder(location).confirm(md5, files);
  }

  async place(placement: Placement): Promise<void> {
    const { path: location, md5, within, sha256 } = placement;
    let stats: Stats | undefined;
    try {
      this.#ensureFolder(location);
      stats = await this.#maker.make(this.#absolute(location), placement);
    } catch (error) {
      throw asDiskError(location, error);
    }
    if (sha256 === undefined || stats === undefined) return;
    const [table, key] = this.#row(location, within, isLegacyObject(md5) ? 'md5-dos2unix' : 'md5');
    table.set(key, { seen: stats, readFromMs: undefined }, { name: md5, sha256 });
  }

  spare(): string | undefined {
    return this.#maker.copies() ? this.#maker.newFile() : undefined;
  }

  newFile(): string {
    return this.#maker.newFile();
  }

  async makeFolder(location: string): Promise<void> {
    onDisk(location, () => this.#ensureFolder(inFolder(location, '.')));
  }

  async remove(location: string, within?: string): Promise<void> {
    this.#refuseLinks(location);
    this.#safeFolders.clear();
    rmSync(this.#absolute(location), { recursive: true, force: true });
    if (within !== undefined) removeEmptyFolders(this.#options.root, { from: folderOf(location), within });
  }

  content(location: string): AsyncIterable<Uint8Array> {
    return openFile(this.#absolute(location));
  }

  async sha256(location: string, within: string): Promise<string> {
    const folder = location === within ? undefined : this.#index.ofFolder(within);
    if (folder !== undefined && this.#seen.has(folder)) {
      const known = folder.recorded(location.slice(within.length + 1));
      if (known !== undefined) return known.sha256;
    }
    for (const hash of ['md5', 'md5-dos2unix'] as const) {
      const [table, key] = this.#row(location, within, hash);
      const placed = recent(table, key);
      if (placed !== undefined) return placed.sha256;
    }
    const stats = statSync(this.#absolute(location));
    for (const hash of ['md5', 'md5-dos2unix'] as const) {
      const [table, key] = this.#row(location, within, hash);
      const known = table.find(key, stats);
      if (known !== undefined) return known.sha256;
    }
    const [table, key] = this.#row(location, within, 'md5');
    return (await this.#digests(table, { key, file: this.#absolute(location), stats }, 'md5')).sha256;
  }

  /** Keeps what is remembered for the next run. */
  flush(): void {
    this.#maker.clear();
    // Without the index the next run reads more; that is not a reason to fail this one.
    try {
      this.#index.writeTables();
      this.pulls.write();
      this.digests.write();
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }

  /** Removes what runs that were killed left behind. */
  removeStale(nowMs: number): void {
    const folder = this.#own;
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const startedAtMs = Number(/^\d+-(\d+)$/.exec(name)?.[1] ?? nowMs);
      if (nowMs - startedAtMs > STALE_MS) rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }

  #row(location: string, within: string, hash: ObjectHash): [IndexTable, string] {
    if (location === within) return [this.#index.ofFiles(hash), location];
    return [this.#index.ofFolder(within), location.slice(within.length + 1)];
  }

  /** Looks at every folder and file, and remembers the folders: in the next run they tell what was added or removed. */
  #isSame(location: string, table: IndexTable): boolean {
    const readFromMs = Date.now();
    const folders: IndexedFolder[] = [indexedFolder('', statSync(this.#absolute(location)))];
    let count = 0;
    for (const { kind, path: relative, stats } of this.#scan(location)) {
      if (kind === 'folder') folders.push(indexedFolder(relative, stats));
      else if (table.find(relative, stats) === undefined) return false;
      else count += 1;
    }
    if (count !== table.paths.length) return false;
    table.confirmFolders({ seen: folders, readFromMs }, this.#rules);
    return true;
  }

  #scan(folder: string): Iterable<ScannedEntry> {
    return scanFolder({ root: this.#options.root, folder, ignoreFiles: this.#options.ignoreFiles });
  }

  async #hashFolder(folder: string, hash: ObjectHash): Promise<WorkspaceFolder['files']> {
    const rows: WorkspaceRow[] = [];
    for (const { kind, path: key, stats } of this.#scan(folder)) {
      if (kind === 'file') rows.push({ key, file: this.#absolute(`${folder}/${key}`), stats });
    }
    const digests = await digestRows(this.#index.ofFolder(folder), rows, hash);
    return rows.map(({ key, stats }, row) => ({ path: key, md5: digests[row]?.name ?? '', sizeBytes: stats.size }));
  }

  /** Of one file. */
  async #digests(table: IndexTable, row: WorkspaceRow, hash: ObjectHash): Promise<IndexedDigests> {
    const [digests = { name: '', sha256: '' }] = await digestRows(table, [row], hash);
    return digests;
  }

  /** Makes the folders above a file. None of them may be a link: a list of files could write anywhere through it. */
  #ensureFolder(location: string): void {
    const folder = folderOf(location);
    if (this.#safeFolders.has(folder)) return;
    this.#refuseLinks(location);
    mkdirSync(this.#absolute(folder), { recursive: true });
    this.#safeFolders.add(folder);
  }

  #refuseLinks(location: string): void {
    const parts = location.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const above = parts.slice(0, length).join('/');
      const found = lstatSync(this.#absolute(above), { throwIfNoEntry: false });
      if (found === undefined) return;
      if (!found.isSymbolicLink()) continue;
      throw new UserError('PATH_UNSAFE', `${location}: ${above} is a symbolic link`, {
        fix: `Remove ${above}, or track the folder that it points to.`,
      });
    }
  }

  #isFolder(location: string): boolean {
    return lstatSync(this.#absolute(location), { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  async #stat(location: string): Promise<Stats | undefined> {
    return stat(this.#absolute(location)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
      throw error;
    });
  }

  #absolute(location: string): string {
    return `${this.#options.root}/${location}`;
  }
}

function indexedFolder(location: string, { mtimeMs, ctimeMs, ino }: Stats): IndexedFolder {
  return [location, mtimeMs, ctimeMs, ino];
}

function* rowsOf(table: IndexTable): Iterable<Pick<FolderFile, 'path' | 'md5'>> {
  for (const [row, location] of table.paths.entries()) yield { path: location, md5: table.digests(row).name };
}

async function* openFile(file: string): AsyncIterable<Uint8Array> {
  yield* (await fileContent(file)).open();
}

/** Objects that this run put there: too young for `find`, which doubts what an earlier run left. */
function recent(table: IndexTable, key: string): IndexedDigests | undefined {
  return table.isSetNow(key) ? table.recorded(key) : undefined;
}
