import type { FolderFile, UnchangedFolder } from '../../domain/data/unchanged-folder.ts';

/** The way in which a file's object name is computed: DVC 3's way, or DVC 2's. */
export type ObjectHash = 'md5' | 'md5-dos2unix';

/** Entry at a path of the workspace. */
export type WorkspaceEntry = WorkspaceFile | WorkspaceFolder;

/** A file with its digest. */
export interface WorkspaceFile {
  readonly kind: 'file';
  /** Its name as an object. */
  readonly md5: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
}

/** A folder with all files under it that `.dvcignore` does not leave out. */
export interface WorkspaceFolder {
  readonly kind: 'folder';
  /** Relative to the folder, `/`-separated. */
  readonly files: readonly FolderFile[];
}

/** An output and what of it belongs to a set of data. */
export interface DatasetPart {
  readonly path: string;
  /** Name of its object. */
  readonly md5: string;
  readonly parts: readonly string[];
}

/** Target of data. */
export interface Placement {
  /** Relative to the workspace, `/`-separated. */
  readonly path: string;
  /** Name of an object; in the cache, unless its bytes come with the placement. */
  readonly md5: string;
  readonly isExecutable: boolean;
  /** Path of the output that it belongs to: itself, or a folder above it. */
  readonly within: string;
  /** 64 hex digits of its bytes, where they are known. */
  readonly sha256?: string | undefined;
  /** The bytes, where they are at hand. */
  readonly bytes?: Uint8Array | undefined;
  /** A file of `spare()` or `newFile()` that has the bytes by now. */
  readonly spare?: string | undefined;
  /** Absolute path of such a file that is copied, because further files are made of it. */
  readonly copyOf?: string | undefined;
}

/** The data files of the workspace. Paths are relative to it, `/`-separated. */
export interface DataWorkspace {
  /** True if a file or folder is at a path. */
  exists(path: string): Promise<boolean>;
  /**
   * The entry at a path; undefined if there is none. Files are hashed, but for those that are as they were (size, times,
   * inode) when they were last hashed or placed.
   */
  inspect(path: string, hash?: ObjectHash): Promise<WorkspaceEntry | undefined>;
  /**
   * A folder that was once confirmed to be this object, if no file in it was changed, added or removed since; undefined
   * where only `inspect` can tell.
   */
  unchanged(path: string, md5: string): Promise<UnchangedFolder | undefined>;
  /** Remembers that a folder holds exactly these files (relative to it, sorted), which are the object `md5`. */
  confirm(path: string, md5: string, files: readonly string[]): void;
  /**
   * Makes an object appear at a path, whole or not at all, replacing a file that is there.
   *
   * @throws {UserError} PATH_UNSAFE when a folder on the way is a link.
   */
  place(placement: Placement): Promise<void>;
  /** Path of a file that may be made and given to `place`; undefined where objects are linked, not copied. */
  spare(): string | undefined;
  /** Path of a file that may be made and given to `place` instead of an object. */
  newFile(): string;
  /** Makes a folder, unless it is there. Throws as `place`. */
  makeFolder(path: string): Promise<void>;
  /**
   * Removes a file or folder; nothing there is fine.
   *
   * @param within Folders that become empty are removed too, below this one.
   */
  remove(path: string, within?: string): Promise<void>;
  /** The bytes of a file, which must be there. */
  content(path: string): AsyncIterable<Uint8Array>;
  /** SHA-256 of a file, 64 hex digits; read again only when it changed since it was last hashed or placed. */
  sha256(path: string, within: string): Promise<string>;
  /** Record of pulls. */
  readonly pulls: PullMemory;
  /** Digests of sets of data. */
  readonly digests: DatasetDigests;
}

/** Remembers what pulls brought, over runs. */
export interface PullMemory {
  /** Remembers that the bytes of an object came from a remote, and that the cache does not have them. */
  rememberFetched(md5: string): void;
  /** True if the bytes of an object came from a remote, in this or an earlier run, and so exist elsewhere. */
  wasFetched(md5: string): boolean;
  /** The parts of a folder that pulls brought whole, where the rest was never brought; undefined where nothing is known to lack. */
  broughtParts(path: string): readonly string[] | undefined;
  /** Remembers, at once, the parts of a folder that were brought; undefined: nothing lacks. */
  rememberParts(path: string, parts: readonly string[] | undefined): void;
}

/** Remembers the digests of sets of data, over runs. */
export interface DatasetDigests {
  /** The digest that was kept of a set of data, where this run found every file of it to have the same bytes. */
  find(dataset: readonly DatasetPart[]): string | undefined;
  /** Keeps the digest of a set of data, all of which is there. */
  keep(dataset: readonly DatasetPart[], digest: string): void;
}
