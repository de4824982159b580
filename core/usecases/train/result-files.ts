import { inFolder } from '../../domain/data/repository-path.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import { UserError } from '../../errors.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';

/** Files of results, and the work that makes them. */
export interface ResultRequest {
  /** Files that the judge reads besides the artifact, relative to the folder or with patterns. Default: none. */
  readonly results?: readonly string[];
  /** Relative to the root. */
  readonly folder: string;
  readonly work: { readonly kind: 'stages' | 'command' };
}

/** Dependencies of looking at them. */
export interface ResultPorts {
  /** Absolute. */
  readonly root: string;
  readonly workspace: Pick<DataWorkspace, 'exists'>;
  /** Facts by which a file that was written again differs from before, by its absolute path; undefined where there is none. */
  readonly stampOf: (file: string) => Promise<string | undefined>;
}

/** Files of results by their paths; files by a pattern are looked for where the judge reads them. */
function namedResults({ results = [] }: ResultRequest): readonly string[] {
  return results.filter((one) => !/[*?[{]/.test(one));
}

/**
 * A file of results that only a training makes again: none is in a store. What a command left of an earlier run, or Git has,
 * may be of another artifact; stages have theirs as they recorded them.
 */
export async function missingResult(request: ResultRequest, ports: ResultPorts): Promise<string | undefined> {
  for (const path of namedResults(request)) {
    if (request.work.kind === 'command') return path;
    if (!(await ports.workspace.exists(inFolder(request.folder, path)))) return path;
  }
  return undefined;
}

/** Stamps of the files of results, by path; undefined for one that is not there. */
export async function stampResults(
  request: ResultRequest,
  ports: ResultPorts,
): Promise<ReadonlyMap<string, string | undefined>> {
  const stamps = new Map<string, string | undefined>();
  for (const path of namedResults(request)) {
    stamps.set(path, await ports.stampOf(`${ports.root}/${inFolder(request.folder, path)}`));
  }
  return stamps;
}

/** @throws {UserError} DATA_NOT_FOUND for files that are there and that the command left as they were. */
export async function refuseStale(
  before: ReadonlyMap<string, string | undefined>,
  request: ResultRequest,
  ports: ResultPorts,
): Promise<void> {
  const after = await stampResults(request, ports);
  const stale = [...after].filter(([path, stamp]) => stamp !== undefined && stamp === before.get(path));
  if (stale.length === 0) return;
  throw UserError.ofProblems(
    'DATA_NOT_FOUND',
    stale.map(([path]) => ({
      message: `training ended, but its command did not write ${path}: the file is as it was before`,
      fix: 'Write it in each training, and end with an exit code other than 0 where that fails. Remove it from Git if it is there.',
      place: { file: CONFIG_FILE },
    })),
  );
}
