import type { UserError } from '../../errors.ts';
import type { Stage } from '../train/pipeline.ts';
import type { ConfigSections } from './dvc-config.ts';
import type { PlainMap } from './plain-value.ts';
import type { TrackedOutput } from './tracked-output.ts';

/** Content of all DVC files of a repository, read once. */
export interface DataProject {
  /** Of all `.dvc` files and all stages, sorted by path. */
  readonly outputs: readonly TrackedOutput[];
  /** Of all dvc.yaml files. */
  readonly stages: readonly Stage[];
  /** Stages that this version cannot read (foreach, matrix): what stages read and make is not known then. */
  readonly refusals: readonly UserError[];
  /** Path of a dvc.lock to its stages. */
  readonly locks: ReadonlyMap<string, PlainMap>;
  readonly config: ConfigSections;
}
