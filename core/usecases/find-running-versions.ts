import type { EnvironmentConfig, TargetConfig } from '../config/environment-config.ts';
import { readTarget } from '../domain/manifest/edit-manifest.ts';
import type { RunningValue } from '../domain/manifest/running-value.ts';
import { UserError } from '../errors.ts';
import type { RepositoryFiles } from '../ports/repository-files.ts';
import type { KnownVersion, VersionCatalog } from './version-catalog.ts';

/** What an environment runs, as its targets on a branch say. */
export interface RunningEnvironment {
  readonly name: string;
  /** Undefined: no target names a version that is known, or they disagree. */
  readonly version: KnownVersion | undefined;
  /** The targets name different versions. */
  readonly disagrees: boolean;
  /** Why there is no version: for people. */
  readonly note: string | undefined;
}

/** Where to look. */
export interface RunningPorts {
  readonly files: RepositoryFiles;
  readonly catalog: VersionCatalog;
}

/**
 * The version that each environment runs.
 *
 * @param ref Undefined: the default branch.
 */
export async function findRunningVersions(
  environments: readonly EnvironmentConfig[],
  ports: RunningPorts,
  ref?: string,
): Promise<readonly RunningEnvironment[]> {
  const found: RunningEnvironment[] = [];
  for (const environment of environments) found.push(await runningIn(environment, ports, ref));
  return found;
}

async function runningIn(
  { name, targets }: EnvironmentConfig,
  ports: RunningPorts,
  ref: string | undefined,
): Promise<RunningEnvironment> {
  const values = await Promise.all(targets.map((target) => readValue(target, ports.files, ref)));
  const versions = await Promise.all(
    values.map(async (value) => (typeof value === 'string' ? undefined : ports.catalog.match(value))),
  );
  const distinct = new Set(versions.map((version) => version?.version));
  const [version] = versions;
  if (distinct.size > 1) {
    return { name, version: undefined, disagrees: true, note: `the targets of ${name} name different versions` };
  }
  if (version !== undefined) return { name, version, disagrees: false, note: undefined };
  const [value] = values;
  const shown = typeof value === 'string' ? value : `names "${value?.text ?? ''}", which is no version of this model`;
  return { name, version: undefined, disagrees: false, note: `${name} ${shown}` };
}

/** The value, or why there is none. */
async function readValue(
  target: TargetConfig,
  files: RepositoryFiles,
  ref: string | undefined,
): Promise<RunningValue | string> {
  const text = await files.read(target.file, ref);
  if (text === undefined) return `has no file ${target.file}`;
  try {
    return readTarget(text, target);
  } catch (error) {
    if (error instanceof UserError) return `cannot be read: ${error.message}`;
    throw error;
  }
}
