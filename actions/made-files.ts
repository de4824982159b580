import { cp, glob, mkdir, stat } from 'node:fs/promises';
import { dirname, join, matchesGlob, posix } from 'node:path';
import { isThere, unlessAbsent } from '../core/adapters/files/absent.ts';
import { filesUnder } from '../core/adapters/files/file-artifact-hasher.ts';
import type { ModelConfig } from '../core/config/tidegate-config.ts';
import { isWithin } from '../core/domain/data/repository-path.ts';
import { withoutEnding } from '../core/domain/text/without-ending.ts';

/** Files that judging reads besides the artifact: paths or globs, relative to the working directory. */
export interface JudgedPaths {
  /** Datasets. A job that has them by its check-out or by data-pull keeps its own. */
  readonly data: readonly string[];
  /** Predictions, examples and metrics from training. They take precedence over files in Git. */
  readonly results: readonly string[];
}

/** The paths that tidegate.yaml names for judging; addresses such as `s3://` and places outside are left out. */
export function judgedPaths(model: ModelConfig): JudgedPaths {
  const local = (paths: readonly (string | undefined)[]) => [
    ...new Set(paths.flatMap((path) => (path === undefined || !isLocal(path) ? [] : [posix.normalize(path)]))),
  ];
  const others = (model.evaluate.results ?? []).map(({ file }) => file);
  if (model.task === 'custom') {
    const { examples, metricsFile, junitFile } = model.evaluate;
    return { data: [], results: local([examples, metricsFile, junitFile, ...others]) };
  }
  const { evaluate, drift } = model;
  return {
    data: local([evaluate.dataset, drift?.reference]),
    results: local([evaluate.predictions?.path, evaluate.metricsFile, evaluate.junitFile, ...others]),
  };
}

/**
 * The files of the workspace that the judging job would not have.
 *
 * @param isBrought Whether another job gets a file by its check-out or by data-pull.
 * @returns Relative to the root, sorted.
 */
export async function findMadeFiles(
  root: string,
  { data, results }: JudgedPaths,
  isBrought: (file: string) => boolean,
): Promise<readonly string[]> {
  const files = await Promise.all(data.map((path) => filesOf(root, path)));
  const made = await Promise.all(results.map((path) => filesOf(root, path)));
  return [...new Set([...files.flat().filter((file) => !isBrought(file)), ...made.flat()])].sort();
}

/**
 * Puts files that training made where judging looks for them. A file that tidegate.yaml does not name is left alone, and
 * so is a dataset that is there already: what training sends decides neither.
 *
 * @param from Folder that holds them under their own paths.
 */
export async function placeMadeFiles(from: string, root: string, { data, results }: JudgedPaths): Promise<void> {
  if (!isThere(from)) return;
  const isNamed = (paths: readonly string[], file: string) => paths.some((path) => names(path, file));
  for (const file of await filesUnder(from)) {
    const target = join(root, file);
    if (!isNamed(results, file) && (!isNamed(data, file) || isThere(target))) continue;
    await mkdir(dirname(target), { recursive: true });
    await cp(join(from, file), target);
  }
}

/** True if a file is the path, is in it, or matches it. */
function names(path: string, file: string): boolean {
  return isGlob(path) ? matchesGlob(file, path) : isWithin(file, withoutEnding(posix.normalize(path), '/'));
}

async function filesOf(root: string, path: string): Promise<readonly string[]> {
  if (isGlob(path)) {
    const matches = await Array.fromAsync(glob(path, { cwd: root }));
    const isFile = await Promise.all(matches.map(async (file) => (await stat(join(root, file))).isFile()));
    return matches.filter((_, index) => isFile[index]);
  }
  const found = await stat(join(root, path)).catch(unlessAbsent);
  if (found === undefined) return [];
  const folder = withoutEnding(posix.normalize(path), '/');
  return found.isDirectory() ? (await filesUnder(join(root, folder))).map((file) => `${folder}/${file}`) : [path];
}

function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** Neither an address nor a place outside of the working directory. */
function isLocal(path: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//.test(path) && !path.startsWith('/') && !posix.normalize(path).startsWith('..');
}
