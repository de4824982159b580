import { compareCodePoints } from '../text/compare-code-points.ts';
import type { TrackedOutput } from './tracked-output.ts';
import type { UnchangedFolder } from './unchanged-folder.ts';
import type { WantedFile } from './wanted-file.ts';

/** A file that was pulled. */
export type PulledFile = Pick<WantedFile, 'path' | 'md5' | 'output'>;

/** An output of which nothing changed. */
export interface UnchangedOutput {
  readonly output: TrackedOutput;
  readonly folder: UnchangedFolder;
}

/** The files of a pull, sorted by path. Those of folders that did not change are not made before they are asked for. */
export class PulledFiles implements Iterable<PulledFile> {
  readonly count: number;
  readonly #files: readonly PulledFile[];
  readonly #folders: readonly UnchangedOutput[];

  constructor(files: readonly PulledFile[], folders: readonly UnchangedOutput[]) {
    this.#files = [...files].sort((left, right) => compareCodePoints(left.path, right.path));
    this.#folders = [...folders].sort((left, right) => compareCodePoints(start(left), start(right)));
    this.count = files.length + folders.reduce((sum, { folder }) => sum + folder.count, 0);
  }

  *[Symbol.iterator](): Iterator<PulledFile> {
    // Outputs do not be in each other, so what is in a folder is together in the order of paths.
    let next = 0;
    for (const file of this.#files) {
      for (let at = this.#folders[next]; at !== undefined; at = this.#folders[next]) {
        if (compareCodePoints(start(at), file.path) > 0) break;
        yield* filesOf(at);
        next += 1;
      }
      yield file;
    }
    for (const rest of this.#folders.slice(next)) yield* filesOf(rest);
  }
}

function* filesOf({ output, folder }: UnchangedOutput): Iterable<PulledFile> {
  for (const { path, md5 } of folder.files()) yield { path: `${output.path}/${path}`, md5, output };
}

function start({ output }: UnchangedOutput): string {
  return `${output.path}/`;
}
