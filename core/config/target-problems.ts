import { deployProblem, type ReadManifest } from '../domain/manifest/deployable-target.ts';
import type { ManifestTarget } from '../domain/policy/manifest-target.ts';
import type { Problem } from '../errors.ts';
import { parseConfig } from './parse-config.ts';
import type { ModelConfig } from './tidegate-config.ts';

/**
 * Problems of the targets of a config that are known before a release: a manifest or a place that is not there, two that
 * match, a value that is empty or of no known form, an image where versions have none.
 *
 * @param text A tidegate.yaml that holds.
 * @param manifests Targets in other files are not looked at.
 * @returns In the order of the file, each at its target in tidegate.yaml.
 * @throws {UserError} CONFIG_INVALID.
 */
export function targetProblems(text: string, manifests: readonly ReadManifest[]): readonly Problem[] {
  const { config, placeOf } = parseConfig(text);
  const byFile = new Map(manifests.map((manifest) => [manifest.file, manifest]));
  return Object.entries(config.models).flatMap(([name, model]) =>
    model.environments.flatMap((environment, at) =>
      environment.targets.flatMap((target, index): Problem[] => {
        const manifest = byFile.get(target.file);
        const found = manifest && problemOf(target, manifest, model);
        if (found === undefined) return [];
        const place = placeOf(['models', name, 'environments', at, 'targets', index]);
        const where = `models.${name}: target ${index + 1} of ${environment.name}`;
        return [{ message: `${where}: ${found.message}`, fix: found.fix, place }];
      }),
    ),
  );
}

function problemOf(target: ManifestTarget, { file, text, problem }: ReadManifest, model: ModelConfig) {
  if (problem !== undefined) return { message: problem, fix: `Make ${file} a readable text file.` };
  if (text === undefined) {
    const fix =
      'Correct file of this target, or add the file in the same pull request. It is relative to the repository root.';
    return { message: `there is no file ${file}`, fix };
  }
  return deployProblem(text, target, { store: model.register?.store, imageRepository: model.image?.repository });
}
