import { isWithin } from '../../domain/data/repository-path.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { shellWord } from '../../domain/text/shell-word.ts';
import { UserError } from '../../errors.ts';
import type { SourceTree } from '../../ports/data/source-tree.ts';

/** Chosen: what a person reads of one pointer. */
const MOST_PROBLEMS = 10;

/** An output and the files that a pull would make of it, relative to the repository. */
export interface ExpectedFiles {
  readonly output: TrackedOutput;
  /** Asked for only where Git tracks something in the output. */
  readonly paths: () => Iterable<string>;
}

/**
 * Refuses data that would replace what Git tracks: code, a workflow's script, a config file. DVC itself adds no such
 * output, so that a pointer to one was written by hand.
 *
 * @throws {UserError} DATA_INVALID with each such file and the pointer that names it.
 */
export async function refuseTrackedFiles(
  expected: readonly ExpectedFiles[],
  sources: Pick<SourceTree, 'tracked'>,
): Promise<void> {
  const tracked = await sources.tracked();
  if (tracked === undefined || expected.length === 0) return;
  const problems = expected.flatMap(({ output, paths }) => {
    const near = tracked.filter((file) => isWithin(file, output.path) || isWithin(output.path, file));
    if (near.length === 0) return [];
    const isTracked = placesOf(near);
    const clashes = [...paths()].filter(isTracked).slice(0, MOST_PROBLEMS);
    return clashes.map((path) => ({
      message: `${output.declaredIn} says that ${path} is DVC data, but Git tracks it too`,
      fix: `Remove one of the two: 'git rm -r --cached ${shellWord(near.find((file) => isWithin(path, file)) ?? path)}', or the output in ${output.declaredIn}.`,
      place: { file: output.declaredIn },
    }));
  });
  if (problems.length > 0) throw UserError.ofProblems('DATA_INVALID', problems);
}

/** True if a path is one of these files, a folder with one, or below one. */
function placesOf(tracked: readonly string[]): (path: string) => boolean {
  const files = new Set(tracked);
  const folders = new Set(tracked.flatMap(foldersAbove));
  return (path) => files.has(path) || folders.has(path) || foldersAbove(path).some((folder) => files.has(folder));
}

function foldersAbove(path: string): readonly string[] {
  const above: string[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
    above.push(path.slice(0, slash));
  return above;
}
