import type { PythonFile } from './python-file.ts';

/** Paths of the files that a file leads to by its imports, itself first; the modules of other packages are not among them. */
export function reachedFrom(path: string, files: readonly PythonFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = [path];
  for (const at of reached) {
    const file = byPath.get(at);
    if (file === undefined) continue;
    for (const name of importedModules(file)) {
      const found = modulePaths(name, at, byPath).find((one) => byPath.has(one));
      if (found !== undefined && !reached.includes(found)) reached.push(found);
    }
  }
  return reached.filter((one) => byPath.has(one));
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
