import { isLegacyObject } from '../../domain/data/dvc-object-key.ts';
import { FOLDER_SUFFIX } from '../../domain/data/tracked-output.ts';
import type { DatasetDigests, DatasetPart } from '../../ports/data/data-workspace.ts';
import type { WorkspaceIndex } from './workspace-index.ts';

/** The digests of sets of data, each as long as the tables say the same of all its files. */
export class DatasetMemory implements DatasetDigests {
  readonly #index: WorkspaceIndex;
  readonly #toKeep: { readonly dataset: readonly DatasetPart[]; readonly digest: string }[] = [];

  constructor(index: WorkspaceIndex) {
    this.#index = index;
  }

  find(dataset: readonly DatasetPart[]): string | undefined {
    const key = this.#keyOf(dataset);
    return key === undefined ? undefined : this.#index.setDigest(key);
  }

  keep(dataset: readonly DatasetPart[], digest: string): void {
    this.#toKeep.push({ dataset, digest });
  }

  /** To be called after the tables were written: until then they may be of other bytes than those that are kept. */
  write(): void {
    for (const { dataset, digest } of this.#toKeep.splice(0)) {
      const key = this.#keyOf(dataset);
      if (key !== undefined) this.#index.rememberSet(key, digest);
    }
  }

  #keyOf(dataset: readonly DatasetPart[]): string | undefined {
    const rows: (DatasetPart & { readonly stamp: string })[] = [];
    for (const part of dataset) {
      const kind = isLegacyObject(part.md5) ? 'md5-dos2unix' : 'md5';
      const isFolder = part.md5.endsWith(FOLDER_SUFFIX);
      const { stamp } = isFolder ? this.#index.ofFolder(part.path) : this.#index.ofFiles(kind);
      if (stamp === undefined) return undefined;
      rows.push({ ...part, stamp });
    }
    return JSON.stringify(rows);
  }
}
