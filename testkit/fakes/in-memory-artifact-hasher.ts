import { createHash } from 'node:crypto';
import { formatDigestLines, type HashedArtifact } from '../../core/domain/model/artifact-digest.ts';
import { compareCodePoints } from '../../core/domain/text/compare-code-points.ts';
import { UserError } from '../../core/errors.ts';
import type { ArtifactHasher } from '../../core/ports/evaluate/artifact-hasher.ts';

/** Hashes files in memory, by absolute path. */
export class InMemoryArtifactHasher implements ArtifactHasher {
  readonly #files: ReadonlyMap<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files));
  }

  async hash(location: string): Promise<HashedArtifact> {
    const own = this.#files.get(location);
    if (own !== undefined) {
      const file = { path: location.slice(location.lastIndexOf('/') + 1), ...this.#facts(own) };
      return { kind: 'file', digest: file.digest, sizeBytes: file.sizeBytes, files: [file] };
    }
    const below = [...this.#files].filter(([path]) => path.startsWith(`${location}/`));
    if (below.length === 0) {
      throw new UserError('DATA_NOT_FOUND', `${location} does not exist`, { fix: 'Add it.' });
    }
    const files = below
      .map(([path, text]) => ({ path: path.slice(location.length + 1), ...this.#facts(text) }))
      .sort((a, b) => compareCodePoints(a.path, b.path));
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { kind: 'folder', digest: this.hashText(formatDigestLines(files)), sizeBytes, files };
  }

  hashText(text: string): string {
    return `sha256:${createHash('sha256').update(text).digest('hex')}`;
  }

  async hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of chunks) hash.update(chunk);
    return `sha256:${hash.digest('hex')}`;
  }

  #facts(text: string): { readonly digest: string; readonly sizeBytes: number } {
    return { digest: this.hashText(text), sizeBytes: Buffer.byteLength(text) };
  }
}
