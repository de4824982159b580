import type { PythonFile } from './python-file.ts';

/** Paths of the files that a file leads to by its imports, itself first; the modules of other packages are not among them. */
export function reachedFrom(path: string, files: readonly PythonFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = [path];
  for (const at of reached) {
    const file = byPath.get(at);
    if (file === undefined) continue;
    for (const name of importedModules(file)) {
      // Which of several places Python takes depends on how the program is started: all of them may be read.
      const found = modulePaths(name, at, byPath);
      const all = found.flatMap((one) => [one, ...packagesAround(one, byPath)]);
      reached.push(...[...new Set(all)].filter((one) => !reached.includes(one)));
    }
  }
  return reached.filter((one) => byPath.has(one));
}

/** Packages around a module, which Python runs first: `src/__init__.py` and `src/features/__init__.py` of `src/features/build.py`, as far as they are there. */
function packagesAround(path: string, files: ReadonlyMap<string, PythonFile>): string[] {
  const folders = path.split('/').slice(0, -1);
  return folders
    .map((_, index) => `${folders.slice(0, index + 1).join('/')}/__init__.py`)
    .filter((one) => one !== path && files.has(one));
}

/**
 * Modules that files import and that are in the repository, though not where their import is looked for: on a path that
 * the program or an installation adds.
 *
 * @param reached Files by `reachedFrom`.
 * @param paths All Python files of the repository.
 */
export function importedElsewhere(reached: readonly PythonFile[], paths: readonly string[]): readonly string[] {
  const known = new Set(reached.flatMap(({ path }) => path.replace(/\.py$/, '').split('/')));
  const tops = new Set(reached.flatMap(importedModules).flatMap((name) => /^\w+/.exec(name)?.[0] ?? []));
  return [...tops].filter(
    (top) =>
      !known.has(top) && paths.some((path) => `/${path}`.includes(`/${top}/`) || `/${path}`.endsWith(`/${top}.py`)),
  );
}

function importedModules(file: PythonFile): readonly string[] {
  const whole = [...file.text.matchAll(/^\s*(?:from\s+(\.*[\w.]*)\s+import|import\s+([\w.]+(?:\s*,\s*[\w.]+)*))/gm)];
  const named = whole.flatMap(([, from, list]) => (from === undefined ? (list ?? '').split(/\s*,\s*/) : [from]));
  return [...new Set([...named, ...file.imports.values()])];
}

/** Possible paths of a module: below the root, the folder of the file, or any folder that is a source root. */
function modulePaths(name: string, from: string, files: ReadonlyMap<string, PythonFile>): string[] {
  const dots = /^\.*/.exec(name)?.[0].length ?? 0;
  const below = name.slice(dots).replaceAll('.', '/');
  const folders = from.split('/').slice(0, -1);
  const bases =
    dots > 0
      ? [folders.slice(0, folders.length - (dots - 1)).join('/')]
      : ['', folders.join('/'), ...folders.map((_, index) => folders.slice(0, index).join('/')), 'src'];
  const paths = bases.flatMap((base) => {
    const start = base === '' ? '' : `${base}/`;
    if (below === '') return [`${start}__init__.py`];
    // `from package.module import name` has the name of a module or of what is in it.
    const parent = below.includes('/') ? below.slice(0, below.lastIndexOf('/')) : undefined;
    return [
      `${start}${below}.py`,
      `${start}${below}/__init__.py`,
      ...(parent === undefined ? [] : [`${start}${parent}.py`]),
    ];
  });
  return paths.filter((path) => files.has(path));
}
