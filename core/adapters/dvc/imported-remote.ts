import { createHash } from 'node:crypto';
import { dvcObjectKey, legacyObjectName } from '../../domain/data/dvc-object-key.ts';
import type { ByteSink } from '../../ports/data/byte-sink.ts';
import type { DataRemote } from '../../ports/data/data-remote.ts';
import type { ObjectEntry } from '../../ports/store/object-store.ts';
import { LegacyMd5 } from './legacy-md5.ts';

/** Files that Git tracks in a commit. */
export interface FilesInGit {
  /** Name of the object of a file; undefined where Git tracks no file at the path. */
  blob(path: string): Promise<string | undefined>;
  content(blob: string): AsyncIterable<Uint8Array>;
}

/** The places that data of another repository may be in. */
export interface ImportedPlaces {
  readonly repository: FilesInGit;
  /** Opens the remote of the other repository, which needs none where Git tracks all that is imported. */
  readonly remote: () => DataRemote;
}

/** Data that is imported from a commit of another repository. */
export interface ImportedFiles {
  /** Address of the repository and the commit, without credentials. */
  readonly uri: string;
  readonly jobs: number;
  /** Paths in that repository. */
  readonly paths: readonly string[];
  /** Fetches the commit; called at the first read. */
  readonly open: () => Promise<ImportedPlaces>;
}

/** Data of another repository: files that Git tracks there by their content, all else from the remote of that repository. */
export class ImportedRemote implements DataRemote {
  readonly uri: string;
  readonly jobs: number;
  readonly #files: ImportedFiles;
  #opened: Promise<ImportedPlaces> | undefined;
  #tracked: Promise<ReadonlyMap<string, TrackedFile>> | undefined;

  constructor(files: ImportedFiles) {
    this.uri = files.uri;
    this.jobs = files.jobs;
    this.#files = files;
  }

  async read(key: string, sink: ByteSink, sizeBytes?: number): Promise<boolean> {
    const file = (await this.#inGit()).get(key);
    const { repository, remote } = await this.#open();
    if (file === undefined) return remote().read(key, sink, sizeBytes);
    sink.begin(file.sizeBytes);
    for await (const chunk of repository.content(file.blob)) sink.write(chunk);
    return true;
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const file = (await this.#inGit()).get(key);
    if (file !== undefined) return { key, sizeBytes: file.sizeBytes };
    return (await this.#open()).remote().stat(key);
  }

  async put(): Promise<void> {
    throw new RangeError(`${this.uri} belongs to another repository: nothing is pushed there`);
  }

  listPages(): undefined {
    return undefined;
  }

  #open(): Promise<ImportedPlaces> {
    this.#opened ??= this.#files.open();
    return this.#opened;
  }

  #inGit(): Promise<ReadonlyMap<string, TrackedFile>> {
    this.#tracked ??= this.#findTracked();
    return this.#tracked;
  }

  /** Files that Git tracks, by the keys that their content has as an object: of DVC 3 and of DVC 2. */
  async #findTracked(): Promise<ReadonlyMap<string, TrackedFile>> {
    const { repository } = await this.#open();
    const found = new Map<string, TrackedFile>();
    for (const path of new Set(this.#files.paths)) {
      const blob = await repository.blob(path);
      if (blob === undefined) continue;
      const hash = createHash('md5');
      const legacy = new LegacyMd5();
      let sizeBytes = 0;
      for await (const chunk of repository.content(blob)) {
        hash.update(chunk);
        legacy.update(chunk);
        sizeBytes += chunk.length;
      }
      const names = [hash.digest('hex'), ...legacy.digests().map(legacyObjectName)];
      for (const name of names) found.set(dvcObjectKey(name), { blob, sizeBytes });
    }
    return found;
  }
}

interface TrackedFile {
  readonly blob: string;
  readonly sizeBytes: number;
}
