import { readTarget } from '../../domain/manifest/edit-manifest.ts';
import { type ManifestWarning, manifestWarnings, mayHaveTraps } from '../../domain/manifest/manifest-warnings.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { FileEdit } from './deploy-version.ts';

/** A warning about a manifest, with the file that it is about. */
export interface DeploymentWarning extends ManifestWarning {
  readonly file: string;
}

/**
 * Warnings about the manifests in which an environment's targets name a version, as they are after its edits.
 *
 * @param edits The edits of `planDeployment`.
 * @param read The text of a file that no edit changes; default: such files are left out.
 * @returns In the order of the targets, each once.
 * @throws What `read` throws.
 */
export async function deploymentWarnings(
  { targets }: Pick<Environment, 'targets'>,
  edits: readonly FileEdit[],
  read: (file: string) => Promise<string | undefined> = async () => undefined,
): Promise<readonly DeploymentWarning[]> {
  const found = new Map<string, DeploymentWarning>();
  for (const target of targets.filter(mayHaveTraps)) {
    const { file } = target;
    const edit = edits.find((one) => one.file === file);
    const before = edit?.before ?? (await read(file));
    if (before === undefined) continue;
    const warnings = manifestWarnings(edit?.after ?? before, target, readTarget(before, target));
    for (const one of warnings) found.set(`${file}:${one.line}:${one.column}:${one.message}`, { file, ...one });
  }
  return [...found.values()];
}
