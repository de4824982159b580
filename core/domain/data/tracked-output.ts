import { UserError } from '../../errors.ts';
import { legacyObjectName } from './dvc-object-key.ts';
import { dvcError } from './dvc-problem.ts';
import { type ImportedData, importName, readImport } from './imported-data.ts';
import { refuseOtherKeys } from './known-keys.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue } from './plain-value.ts';
import { folderOf, joinRepositoryPath } from './repository-path.ts';

/** A file or folder whose bytes DVC keeps, with the digest that the repository names. */
export interface TrackedOutput {
  /** Relative to the repository root, `/`-separated. */
  readonly path: string;
  /** Its name as an object (`object-key.ts`); undefined when nothing was recorded yet. */
  readonly md5: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly isExecutable: boolean;
  /** False: the bytes live in Git, DVC only watches them. */
  readonly isCached: boolean;
  /** False: never pushed. */
  readonly isPushed: boolean;
  /** Name of the only remote that holds it; undefined for the default one. */
  readonly remote: string | undefined;
  /** The `.dvc` or `dvc.lock` file that names it. */
  readonly declaredIn: string;
  /** Line of its digest in that file, from 1; undefined where it is not known. */
  readonly line: number | undefined;
  /** The stage that makes it, `train` or `sub/dvc.yaml:train`; undefined for a `.dvc` file. */
  readonly stage: string | undefined;
  /** The data of another repository that it is; undefined for data of this one. */
  readonly imported: ImportedData | undefined;
  /** Why this version cannot fetch or push it (an external output, cloud versioning): thrown when it is asked for. */
  readonly refusal: UserError | undefined;
}

/** The lines, from 1, on which digests are in the text of a `.dvc` or `dvc.lock` file. */
export function digestLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    const digest = /\bmd5:\s*['"]?([0-9A-Fa-f]{32}(?:\.dir)?)/.exec(line)?.[1]?.toLowerCase();
    if (digest !== undefined && !lines.has(digest)) lines.set(digest, index + 1);
  }
  return lines;
}

/** The keys of a `.dvc` file and of its entries, as in DVC 3's schema.py and output.py. */
const FILE_SCHEMA = {
  keys: ['md5', 'wdir', 'deps', 'outs', 'locked', 'frozen', 'meta', 'always_changed', 'desc'],
  flags: ['locked', 'frozen', 'always_changed'],
};
const ENTRY_KEYS = [
  'md5',
  'checksum',
  'etag',
  'size',
  'nfiles',
  'isexec',
  'version_id',
  'path',
  'persist',
  'cloud',
  'hash',
];
const OUT_SCHEMA = {
  keys: [...ENTRY_KEYS, 'desc', 'type', 'labels', 'meta', 'cache', 'remote', 'push', 'files', 'fs_config'],
  flags: ['isexec', 'persist', 'cache', 'push'],
};
const DEP_SCHEMA = { keys: [...ENTRY_KEYS, 'repo', 'db', 'files', 'fs_config'], flags: ['isexec', 'persist'] };

/** A digest of a folder ends so. */
export const FOLDER_SUFFIX = '.dir';

/**
 * Reads the value of a `.dvc` file.
 *
 * @param file Path of the file, relative to the repository root.
 * @param lines Of `digestLines`.
 * @returns What this version does not handle has a `refusal`: one such file does not stop work on the others.
 * @throws {UserError} DVC_INVALID, PATH_UNSAFE.
 */
export function parseDvcFile(
  value: PlainValue,
  file: string,
  lines: ReadonlyMap<string, number> = new Map(),
): readonly TrackedOutput[] {
  if (!isPlainMap(value)) throw invalid(file, 'is not a mapping');
  refuseOtherKeys(value, FILE_SCHEMA, { file, what: '' });
  const { imported, refusal } = importOf(value, file);
  const folder = joinRepositoryPath(folderOf(file), text(value.get('wdir')) ?? '.', file);
  const outs = value.get('outs') ?? [];
  if (!isPlainList(outs)) throw invalid(file, 'outs is not a list');
  return outs.map((out) => {
    if (!isPlainMap(out)) throw invalid(file, 'an entry of outs is not a mapping');
    refuseOtherKeys(out, OUT_SCHEMA, { file, what: 'an entry of outs' });
    const output = parseOutput(out, { file, folder, stage: undefined, lines });
    if (imported === undefined) return refusal === undefined ? output : { ...output, refusal };
    // Its bytes are in the other repository's remote, and DVC never pushes them to the own one.
    return { ...output, imported, remote: importName(imported.source), isPushed: false };
  });
}

/** Position of an entry of `outs`. */
export interface OutputPlace {
  readonly file: string;
  /** Folder to which its path is relative. */
  readonly folder: string;
  readonly stage: string | undefined;
  /** Lines of the digests in the file, by digest. */
  readonly lines?: ReadonlyMap<string, number>;
}

/**
 * Reads one entry of `outs` of a `.dvc` file or of dvc.lock.
 *
 * @returns As `parseDvcFile`.
 * @throws {UserError} As `parseDvcFile`.
 */
export function parseOutput(out: PlainMap, place: OutputPlace): TrackedOutput {
  const path = text(out.get('path'));
  if (path === undefined) throw invalid(place.file, 'an entry of outs has no path');
  const md5 = parseMd5(out, place.file);
  return {
    path: outputPath(place.folder, path, place.file),
    md5: md5 !== undefined && !out.has('hash') ? legacyObjectName(md5) : md5,
    sizeBytes: integer(out.get('size')),
    isExecutable: out.get('isexec') === true,
    isCached: out.get('cache') !== false,
    isPushed: out.get('push') !== false,
    remote: text(out.get('remote')),
    declaredIn: place.file,
    line: md5 === undefined ? undefined : place.lines?.get(md5),
    stage: place.stage,
    imported: undefined,
    refusal: outputRefusal(out, md5, place.file),
  };
}

/**
 * The path of an output: as `joinRepositoryPath`, and not the repository itself, which is not data.
 *
 * @throws {UserError} PATH_UNSAFE.
 */
export function outputPath(folder: string, path: string, file: string): string {
  const joined = joinRepositoryPath(folder, path, file);
  if (joined !== '') return joined;
  throw dvcError('PATH_UNSAFE', file, {
    message: `path ${JSON.stringify(path)} is the whole repository`,
    fix: 'Use a file or folder in it.',
  });
}

function parseMd5(out: PlainMap, file: string): string | undefined {
  const recorded = out.get('md5');
  // `md5: 1234…` of digits alone is an integer for YAML; DVC turns it back into text.
  const md5 = typeof recorded === 'bigint' ? recorded.toString() : text(recorded)?.toLowerCase();
  if (md5 === undefined || md5 === '') return undefined;
  if (!/^[0-9a-f]{32}(\.dir)?$/.test(md5)) throw invalid(file, `md5 ${JSON.stringify(md5)} is not an MD5 digest`);
  return md5;
}

function outputRefusal(out: PlainMap, md5: string | undefined, file: string): UserError | undefined {
  const path = text(out.get('path')) ?? '';
  if (/^[a-z][a-z0-9+]*:\/\//.test(path)) return unsupported(file, `the external output ${path}`);
  const cloudKey = ['cloud', 'files', 'version_id', 'etag', 'checksum'].find((key) => out.has(key));
  if (cloudKey !== undefined) return unsupported(file, `${path}: ${cloudKey} (cloud versioning)`);
  const hash = out.get('hash');
  // Without the key DVC 2 wrote it.
  if (md5 === undefined || hash === 'md5' || hash === undefined) return undefined;
  return unsupported(file, `${path}: hash: ${String(hash)}`);
}

/** The import of a file, or why it cannot be fetched. */
function importOf(value: PlainMap, file: string): Partial<Pick<TrackedOutput, 'imported' | 'refusal'>> {
  const deps = value.get('deps');
  if (!isPlainList(deps) || deps.length === 0) return {};
  for (const dep of deps) if (isPlainMap(dep)) refuseOtherKeys(dep, DEP_SCHEMA, { file, what: 'an entry of deps' });
  const maps = deps.filter(isPlainMap);
  // What import-url brought is in the own cache and remote like anything else; the others are not.
  if (maps.some((dep) => dep.has('db'))) return { refusal: unsupported(file, "data of 'dvc import-db'") };
  const [repository] = maps.filter((dep) => dep.has('repo'));
  if (repository === undefined) return {};
  try {
    return { imported: readImport(repository, file) };
  } catch (error) {
    if (error instanceof UserError) return { refusal: error };
    throw error;
  }
}

function unsupported(file: string, what: string): UserError {
  return dvcError('DVC_UNSUPPORTED', file, {
    message: `${what} is not supported yet`,
    fix: "Remove it from targets, or fetch it with the team's own 'dvc pull' step before this one.",
  });
}

function invalid(file: string, what: string): Error {
  return dvcError('DVC_INVALID', file, {
    message: what,
    fix: "Correct it, or remove the file and run 'dvc add' on the data.",
  });
}

function text(value: PlainValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function integer(value: PlainValue | undefined): number | undefined {
  return typeof value === 'bigint' ? Number(value) : undefined;
}
