import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

/** One source file and what it imports. */
export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Files of the project: relative paths resolved. `isLazy` for `import()`, `isType` for `import type`. */
  readonly imports: readonly { readonly target: string; readonly isLazy: boolean; readonly isType: boolean }[];
  /** Packages and `node:` modules, as written. */
  readonly packages: readonly { readonly name: string; readonly isLazy: boolean; readonly isType: boolean }[];
}

const STATEMENT =
  /^[ \t]*(?:import|export)\s+(type\s)?(?:[\w*{][^;'"`]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

/** Text without comments; strings and templates stay. */
export function stripComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (all, kept?: string) => (kept === undefined ? all.replace(/[^\n]/g, ' ') : kept),
  );
}

/** Reads the sources of some folders, tests and built files left out. */
export function readSources(folders: readonly string[]): SourceFile[] {
  const patterns = folders.map((folder) => `${folder}/**/*.ts`);
  const exclude = (path: string) => /node_modules|\/dist$|\/lib$/.test(path);
  return globSync(patterns, { cwd: PROJECT_ROOT, exclude }).map((file) => readSource(file.replaceAll('\\', '/')));
}

function readSource(path: string): SourceFile {
  const text = stripComments(readFileSync(join(PROJECT_ROOT, path), 'utf8'));
  const found = [...text.matchAll(STATEMENT)].map((match) => {
    const isLazy = match[3] !== undefined;
    return { name: match[2] ?? match[3] ?? '', isLazy, isType: match[1] !== undefined };
  });
  const isLocal = ({ name }: { name: string }) => name.startsWith('.');
  const resolve = (name: string) => normalize(join(dirname(path), name)).replaceAll('\\', '/');
  return {
    path,
    text,
    imports: found.filter(isLocal).map(({ name, ...kind }) => ({ target: resolve(name), ...kind })),
    packages: found.filter((one) => !isLocal(one)),
  };
}

/** The first cycle among files that import one another when they load, or undefined. */
export function findCycle(files: readonly SourceFile[]): readonly string[] | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of files) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
