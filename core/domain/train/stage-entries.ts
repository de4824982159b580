import type { UserError } from '../../errors.ts';
import { dvcError } from '../data/dvc-problem.ts';
import { isPlainList, type PlainMap, type PlainValue } from '../data/plain-value.ts';

/** A path as dvc.yaml writes it, and relative to the repository root. */
export interface StagePath {
  readonly written: string;
  readonly path: string;
}

/** Stage of an entry. */
export interface StagePlace {
  readonly name: string;
  readonly file: string;
}

/** The entries of a list of a stage; none where there is no such list. */
export function listOf(stage: PlainMap, key: string, { name, file }: StagePlace): readonly PlainValue[] {
  const value = stage.get(key) ?? [];
  if (!isPlainList(value)) throw invalid(file, `stage "${name}": ${key} is not a list`);
  return value;
}

/** A path as dvc.yaml writes it, of this machine. */
export function localPath(value: PlainValue, file: string): string {
  if (typeof value !== 'string') throw invalid(file, 'a path is not a text');
  if (/^[a-z][a-z0-9+]*:\/\//.test(value)) throw unsupported(file, `the external path ${value}`);
  return value;
}

/** The error for what this version does not handle. */
export function unsupported(file: string, what: string): UserError {
  return dvcError('DVC_UNSUPPORTED', file, {
    message: `${what} is not supported yet`,
    fix: "Write it without this, or set command: dvc repro in tidegate.yaml's train instead of stages.",
  });
}

/** The error for what DVC refuses too. */
export function invalid(file: string, what: string): Error {
  return dvcError('DVC_INVALID', file, { message: what, fix: "Correct it; 'dvc stage list --fail' checks it." });
}
