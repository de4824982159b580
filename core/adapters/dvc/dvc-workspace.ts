import {
  chmodSync,
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type IgnoreRule, isIgnored } from '../../domain/data/ignore-rules.ts';
import { isLegacyObject, legacyObjectName } from '../../domain/data/object-key.ts';
import { UserError } from '../../errors.ts';
import type {
  DataWorkspace,
  FolderFile,
  ObjectHash,
  Placement,
  WorkspaceEntry,
  WorkspaceFolder,
} from '../../ports/data-workspace.ts';
import { errorCode } from '../node/error-code.ts';
import { fileContent } from '../node/file-content.ts';
import { asDiskError, onDisk } from '../node/on-disk.ts';
import type { DvcCache } from './dvc-cache.ts';
import { hashFile } from './hash-file.ts';
import { LegacyMd5 } from './legacy-md5.ts';
import { type LinkType, ObjectPlacer } from './place-object.ts';
import { type IndexedDigests, type IndexTable, WorkspaceIndex } from './workspace-index.ts';

/** What a workspace is made of. */
export interface DvcWorkspaceOptions {
  /** Absolute. */
  readonly root: string;
  readonly cache: DvcCache;
  /** `cache.type`; default `reflink, copy`. */
  readonly linkTypes: readonly LinkType[];
  readonly ignoreRules: readonly IgnoreRule[];
}

/** Chosen: no run takes longer than a day. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** A file of a folder with what the file system says of it. */
interface ScannedFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly stats: Stats;
}

/** The workspace of a repository that uses DVC. */
export class DvcWorkspace implements DataWorkspace {
  readonly #options: DvcWorkspaceOptions;
  readonly #index: WorkspaceIndex;
  readonly #placer: ObjectPlacer;
  /** Temporary files of this process; outside of tracked folders, so that what a killed run leaves is no data. */
  readonly #temporary: string;
  readonly #safeFolders = new Set<string>();
  /** Tables of folders of which this run found all files as they were: they need no second look. */
  readonly #seen = new Set<IndexTable>();
  #count = 0;
  #copies: boolean | undefined;

  constructor(options: DvcWorkspaceOptions) {
    this.#options = options;
    const own = path.join(options.root, '.dvc', 'tmp', 'tidegate');
    this.#index = new WorkspaceIndex(path.join(own, 'index'));
    this.#placer = new ObjectPlacer(options.linkTypes);
    this.#temporary = path.join(own, `${process.pid}-${Date.now()}`);
  }

  async exists(location: string): Promise<boolean> {
    return (await this.#stat(location)) !== undefined;
  }

  async inspect(location: string, hash: ObjectHash = 'md5'): Promise<WorkspaceEntry | undefined> {
    const found = await this.#stat(location);
    if (found === undefined) return undefined;
    if (found.isDirectory()) return { kind: 'folder', files: await this.#hashFolder(location, hash) };
    const { name } = await this.#digests(this.#index.ofFiles(hash), { key: location, location, stats: found }, hash);
    return { kind: 'file', md5: name, sizeBytes: found.size, isExecutable: (found.mode & 0o100) !== 0 };
  }

  async unchanged(location: string, md5: string): Promise<readonly FolderFile[] | undefined> {
    const table = this.#index.ofFolder(location);
    if (table.confirmed !== md5 || !this.#isFolder(location)) return undefined;
    const files: FolderFile[] = [];
    for (const file of this.#scan(location)) {
      const known = table.find(file.path, file.stats, files.length);
      if (known === undefined) return undefined;
      files.push({ path: file.path, md5: known.name, sizeBytes: file.stats.size });
    }
    if (files.length !== table.paths.length) return undefined;
    this.#seen.add(table);
    return files;
  }

  confirm(location: string, md5: string, files: readonly string[]): void {
    this.#index.ofFolder(location).confirm(md5, files);
  }

  async place({ path: location, md5, isExecutable, within, ...found }: Placement): Promise<void> {
    const absolute = this.#absolute(location);
    const temporary = found.spare ?? this.#temporaryFile();
    try {
      this.#ensureFolder(location);
      const { bytes, spare } = found;
      if (spare === undefined) {
        await this.#placer.place({ object: this.#options.cache.path(md5), file: temporary, isExecutable, bytes });
      } else if (isExecutable) chmodSync(spare, statSync(spare).mode | 0o100);
      renameSync(temporary, absolute);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw asDiskError(location, error);
    }
    if (found.sha256 === undefined) return;
    const [table, key] = this.#row(location, within, isLegacyObject(md5) ? 'md5-dos2unix' : 'md5');
    table.set(key, statSync(absolute), { name: md5, sha256: found.sha256 });
  }

  spare(): string | undefined {
    this.#copies ??= this.#placer.copies(this.#options.cache.folder, this.#temporaryFile());
    return this.#copies ? this.#temporaryFile() : undefined;
  }

  async remove(location: string): Promise<void> {
    this.#refuseLinks(location);
    this.#safeFolders.clear();
    rmSync(this.#absolute(location), { recursive: true, force: true });
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
    const stats = statSync(this.#absolute(location));
    for (const hash of ['md5', 'md5-dos2unix'] as const) {
      const [table, key] = this.#row(location, within, hash);
      const known = table.find(key, stats) ?? recent(table, key);
      if (known !== undefined) return known.sha256;
    }
    const [table, key] = this.#row(location, within, 'md5');
    return (await this.#digests(table, { key, location, stats }, 'md5')).sha256;
  }

  flush(): void {
    rmSync(this.#temporary, { recursive: true, force: true });
    // Without the index the next run reads more; that is no reason to fail this one.
    try {
      this.#index.write(Date.now());
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }

  /** Removes what runs that were killed left behind. */
  removeStale(nowMs: number): void {
    const folder = path.dirname(this.#temporary);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const startedAtMs = Number(/^\d+-(\d+)$/.exec(name)?.[1] ?? nowMs);
      if (nowMs - startedAtMs > STALE_MS) rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }

  #temporaryFile(): string {
    if (this.#count === 0) onDisk(this.#temporary, () => mkdirSync(this.#temporary, { recursive: true }));
    this.#count += 1;
    return path.join(this.#temporary, String(this.#count));
  }

  #row(location: string, within: string, hash: ObjectHash): [IndexTable, string] {
    if (location === within) return [this.#index.ofFiles(hash), location];
    return [this.#index.ofFolder(within), location.slice(within.length + 1)];
  }

  async #hashFolder(folder: string, hash: ObjectHash): Promise<WorkspaceFolder['files']> {
    const table = this.#index.ofFolder(folder);
    const files: FolderFile[] = [];
    for (const { path: relative, stats } of this.#scan(folder)) {
      const row = { key: relative, location: `${folder}/${relative}`, stats, guess: files.length };
      const { name } = await this.#digests(table, row, hash);
      files.push({ path: relative, md5: name, sizeBytes: stats.size });
    }
    return files;
  }

  async #digests(
    table: IndexTable,
    row: { readonly key: string; readonly location: string; readonly stats: Stats; readonly guess?: number },
    hash: ObjectHash,
  ): Promise<IndexedDigests> {
    const { key, location, stats } = row;
    const known = table.find(key, stats, row.guess);
    if (known !== undefined && isLegacyObject(known.name) === (hash === 'md5-dos2unix')) return known;
    const absolute = this.#absolute(location);
    const { md5, sha256 } = await hashFile(absolute, stats.size);
    const name = hash === 'md5' ? md5 : legacyObjectName(await legacyMd5(absolute, table.recorded(key)));
    table.set(key, stats, { name, sha256 });
    return { name, sha256 };
  }

  /** All files under a folder, in the order in which the file system has them. Links to files count as files. */
  *#scan(folder: string, under = ''): Iterable<ScannedFile> {
    const absolute = under === '' ? this.#absolute(folder) : `${this.#absolute(folder)}/${under}`;
    const rules = this.#options.ignoreRules;
    for (const name of readdirSync(absolute)) {
      const relative = under === '' ? name : `${under}/${name}`;
      const own = lstatSync(`${absolute}/${name}`);
      const stats = own.isSymbolicLink() ? statSync(`${absolute}/${name}`) : own;
      const kind = stats.isDirectory() ? 'folder' : 'file';
      if (rules.length > 0 && isIgnored(rules, `${folder}/${relative}`, kind)) continue;
      if (kind === 'folder') yield* this.#scan(folder, relative);
      else yield { path: relative, stats };
    }
  }

  /** Makes the folders above a file. None of them may be a link: a list of files could write anywhere through it. */
  #ensureFolder(location: string): void {
    const folder = path.posix.dirname(location);
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

async function* openFile(file: string): AsyncIterable<Uint8Array> {
  yield* (await fileContent(file)).open();
}

/** What this run itself put there: too young for `find`, which doubts what an earlier run left. */
function recent(table: IndexTable, key: string): IndexedDigests | undefined {
  return table.isSetNow(key) ? table.recorded(key) : undefined;
}

/** Of the two ways in which versions of DVC fold line ends, the one that gives what was recorded; else DVC 2's. */
async function legacyMd5(file: string, recorded: IndexedDigests | undefined): Promise<string> {
  const md5 = new LegacyMd5();
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) md5.update(chunk);
  const digests = md5.digests();
  return digests.find((digest) => legacyObjectName(digest) === recorded?.name) ?? digests[0];
}
