import { UserError } from '../../errors.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue } from '../data/plain-value.ts';
import { isClosedFolder, pathWithin } from '../data/repository-path.ts';
import { formatLock } from './lock-text.ts';
import { lockedStages, parseStageLock, type StageLock } from './stage-lock.ts';

/** The entry of a stage in a dvc.lock, as a version carries it. */
export interface RecordedStage {
  /** Path of the dvc.lock, relative to the repository root. */
  readonly file: string;
  /** Name of the stage in this file. */
  readonly stage: string;
  /** The lines of the entry, byte for byte as DVC writes them; they start with the name of the stage. */
  readonly entry: string;
  /** Outputs that Git keeps, not DVC; their paths as dvc.yaml writes them. */
  readonly files?: readonly RecordedFile[] | undefined;
}

/** A small output of a stage that Git keeps. */
export interface RecordedFile {
  readonly path: string;
  readonly text: string;
}

/** A recorded entry that was read. */
export interface RecordedEntry extends Omit<RecordedStage, 'files'> {
  readonly files: readonly RecordedFile[];
  /** As the parser gives it: what dvc.lock holds under the name of the stage. */
  readonly value: PlainMap;
  readonly lock: StageLock;
}

/** Reads a YAML text; the name of the file is for messages. */
export type ParsePlainText = (text: string, file: string) => Promise<PlainValue>;

/** Reads the entries of a version. Throws as `readRecordedStage`, and for two entries of one stage. */
export async function readRecordedStages(
  recorded: readonly RecordedStage[],
  parse: ParsePlainText,
): Promise<readonly RecordedEntry[]> {
  const twice = recorded.find(({ file, stage }, at) =>
    recorded.slice(0, at).some((one) => one.file === file && one.stage === stage),
  );
  if (twice !== undefined) throw refusal(twice, 'it is there twice');
  return Promise.all(recorded.map((one) => readRecordedStage(one, parse)));
}

/** The text that comes before the entries of a dvc.lock. */
export const LOCK_HEAD = "schema: '2.0'\nstages:\n";

/** Chosen: a stage has four kinds of keys; DVC writes no others. */
const ENTRY_KEYS = ['cmd', 'deps', 'params', 'outs'];

/** Keys of a dependency or output: those that `stageLockValue` writes. DVC reads others, such as `files` and `cloud`, as data. */
const PATH_KEYS = ['path', 'hash', 'md5', 'size', 'nfiles', 'isexec'];

/**
 * The entry of a stage, as a version can carry it.
 *
 * @param stages The stages of this dvc.lock; the stage is one of them.
 */
export function recordStage(file: string, stage: string, stages: PlainMap): RecordedStage {
  const entry = stages.get(stage);
  if (entry === undefined) throw new RangeError(`${file} has no stage ${stage}`);
  return { file, stage, entry: formatLock(new Map([[stage, entry]])).slice(LOCK_HEAD.length) };
}

/**
 * Reads an entry that may come from anywhere: only the very text that DVC writes of one stage is accepted, so that no
 * reader of YAML can see something else in it.
 *
 * @throws {UserError} REPORT_INVALID for any other text.
 */
export async function readRecordedStage(recorded: RecordedStage, parse: ParsePlainText): Promise<RecordedEntry> {
  const { file, stage, entry } = recorded;
  const refuse = (why: string) => refusal(recorded, why);
  if (!isLockFile(file)) throw refuse('this is not the path of a dvc.lock');
  const stages = await parse(LOCK_HEAD + entry, file)
    .then((value) => lockedStages(value, file))
    .catch((error: unknown) => {
      if (error instanceof UserError) throw refuse(error.message);
      throw error;
    });
  const value = stages.get(stage);
  if (stages.size !== 1 || !isPlainMap(value)) throw refuse('it is not the entry of this stage alone');
  if (formatLock(stages) !== LOCK_HEAD + entry) throw refuse('it is not written as DVC writes it');
  const unknown = [...value.keys()].find((key) => !ENTRY_KEYS.includes(key));
  if (unknown !== undefined) throw refuse(`it has the key ${JSON.stringify(unknown)}`);
  const lock = parseStageLock(stages, stage, file);
  if (lock === undefined) throw refuse('it is empty');
  for (const key of ['deps', 'outs'] as const) {
    const written = value.get(key) ?? [];
    const why = isPlainList(written) ? unlikeDvc(written) : 'is not a list';
    if (why !== undefined) throw refuse(`${key} ${why}`);
    if (isPlainList(written) && written.length !== lock[key].length) throw refuse(`${key} has an entry without an MD5`);
  }
  const paths = [...lock.deps, ...lock.outs];
  const wrong = paths.find(({ md5 }) => !/^[0-9a-f]{32}(?:\.dir)?$/.test(md5));
  if (wrong !== undefined) throw refuse(`${JSON.stringify(wrong.md5)} is not an MD5 digest`);
  const files = recorded.files ?? [];
  const unlike = files.find(({ path }) => !lock.outs.some((out) => out.path === path));
  if (unlike !== undefined) throw refuse(`${JSON.stringify(unlike.path)} is not an output of it`);
  return { file, stage, entry, files, value, lock };
}

/**
 * Reads of a list of dependencies or outputs what is in none that DVC writes for a stage: a path twice, of which DVC reads the
 * last one, and keys that name other data than the MD5 does.
 *
 * @returns A clause; undefined where nothing is.
 */
function unlikeDvc(written: readonly PlainValue[]): string | undefined {
  const seen = new Set<PlainValue | undefined>();
  for (const item of written.filter(isPlainMap)) {
    const path = item.get('path');
    if (seen.has(path)) return `has ${JSON.stringify(path)} twice`;
    seen.add(path);
    const unknown = [...item.keys()].find((key) => !PATH_KEYS.includes(key));
    if (unknown !== undefined) return `has the key ${JSON.stringify(unknown)}`;
    if (typeof item.get('md5') !== 'string') return 'has an entry without an MD5';
  }
  return undefined;
}

/** True for a path of a dvc.lock in the repository: nothing else is ever edited. */
function isLockFile(file: string): boolean {
  if (file !== 'dvc.lock' && !file.endsWith('/dvc.lock')) return false;
  return pathWithin('', file) === file && !file.split(/[/\\]/).some((part) => isClosedFolder(part));
}

function refusal({ file, stage }: RecordedStage, why: string): UserError {
  return new UserError('REPORT_INVALID', `the recorded entry of stage ${JSON.stringify(stage)} of ${file}: ${why}`, {
    fix: 'Run the stage again with the action train, which writes it.',
  });
}
