import type { PlainMap, PlainValue } from '../../domain/data/plain-value.ts';
import type { ParameterOverride } from '../../domain/train/parameters.ts';

/** Small structured files of the workspace: parameters, metrics, dvc.lock. Paths are relative to it. */
export interface PlainFiles {
  /**
   * The value of a YAML, JSON or TOML file; undefined where there is none.
   *
   * @throws {UserError} DVC_INVALID for broken syntax.
   */
  read(path: string): Promise<PlainValue | undefined>;
  /**
   * Sets parameters in a file that is there. Every other value stays as it was, and so do comments of YAML.
   *
   * @throws {UserError} DATA_NOT_FOUND without the file, INPUT_INVALID for a key on a value without keys, DVC_UNSUPPORTED for TOML
   *   and Python, and where another value would change too.
   */
  set(path: string, overrides: readonly ParameterOverride[]): Promise<void>;
  /** Writes the stages of a dvc.lock, whole or not at all, replacing what is there. */
  writeLock(path: string, stages: PlainMap): Promise<void>;
}
