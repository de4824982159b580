import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { CheckedFiles, DatasetOrigins } from './dataset-origins.ts';

/** Compares datasets with nothing, and says so: where there is no commit. */
export class UncheckedOrigins implements DatasetOrigins {
  readonly #hasher: Pick<ArtifactHasher, 'hash'>;

  constructor(hasher: Pick<ArtifactHasher, 'hash'>) {
    this.#hasher = hasher;
  }

  async check(files: readonly string[]): Promise<CheckedFiles> {
    const digests: string[] = [];
    for (const file of files) digests.push((await this.#hasher.hash(file)).digest);
    return { origin: 'unknown', note: 'there is no commit to compare it with', digests };
  }
}
