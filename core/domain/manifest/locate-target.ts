import type { ManifestTarget } from '../policy/manifest-target.ts';
import { locateByPath, locateImageEntry, locateInApplication, onlyDocument } from './locate-image.ts';
import { hasPods, locateInWorkload } from './locate-in-pod.ts';
import { locateInService } from './locate-in-service.ts';
import { type LocatedTarget, unsupported } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import { assertReadersAgree } from './readers-agree.ts';
import { parseYamlPath } from './yaml-path.ts';

const APPLICATIONS = new Set(['Application', 'ApplicationSet']);

/**
 * Finds a target in its manifest, where readers of YAML 1.1 and of YAML 1.2 find the same.
 *
 * @throws {UserError} TARGET_NOT_FOUND, TARGET_AMBIGUOUS (two matches), MANIFEST_UNSUPPORTED (a shape that is not
 *   edited, or that readers understand differently).
 */
export function locateTarget(manifest: ParsedManifest, target: ManifestTarget): LocatedTarget {
  const located = find(manifest, target);
  assertReadersAgree(manifest, located, () => find(manifest.older(), target));
  return located;
}

function find(manifest: ParsedManifest, target: ManifestTarget): LocatedTarget {
  const isApplication = APPLICATIONS.has(target.kind ?? '');
  if (target.image !== undefined && !isApplication) return locateImageEntry(manifest, target.image);
  const document = onlyDocument(manifest, target);
  if (target.path !== undefined) {
    return locateByPath(manifest, { document, path: parseYamlPath(target.path) }, target);
  }
  if (isApplication) return locateInApplication(manifest, document, target);
  if (target.kind === 'InferenceService') return locateInService(manifest, document, target);
  if (hasPods(target.kind)) return locateInWorkload(manifest, document, target);
  throw unsupported(
    manifest,
    `${target.kind ?? 'a target without a kind'} in ${manifest.file} has no standard place for a version`,
    'Point at the value with path, such as path: spec.predictor.model.storageUri.',
  );
}
