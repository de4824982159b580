import { createHash } from 'node:crypto';
import { formatDirectoryManifest, type ManifestEntry } from '../../core/domain/data/directory-manifest.ts';
import { objectDigest } from '../../core/domain/data/dvc-object-key.ts';
import { compareCodePoints } from '../../core/domain/text/compare-code-points.ts';
import type { ByteDigests, ByteRequest, DataBytes } from '../../core/ports/data/data-bytes.ts';

/** Data files in memory, by absolute path; there is no cache, and no object of DVC 2. */
export class InMemoryDataBytes implements DataBytes {
  readonly #files: ReadonlyMap<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files));
  }

  async digests(files: readonly ByteRequest[]): Promise<readonly ByteDigests[]> {
    return files.map(({ file, like }) => {
      const text = this.#files.get(file);
      if (text === undefined) throw new RangeError(`no file ${file}`);
      return { sha256: `sha256:${hex('sha256', text)}`, objectName: like === undefined ? undefined : hex('md5', text) };
    });
  }

  async folderFiles(name: string, folder: string): Promise<readonly ManifestEntry[] | undefined> {
    const entries = [...this.#files]
      .filter(([path]) => path.startsWith(`${folder}/`))
      .map(([path, text]) => ({ path: path.slice(folder.length + 1), md5: hex('md5', text) }))
      .sort((a, b) => compareCodePoints(a.path, b.path));
    return hex('md5', formatDirectoryManifest(entries)) === objectDigest(name) ? entries : undefined;
  }
}

function hex(algorithm: 'md5' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
