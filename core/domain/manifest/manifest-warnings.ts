import { UserError } from '../../errors.ts';
import type { ManifestTarget } from '../policy/manifest-target.ts';
import { locateTarget } from './locate-target.ts';
import { type LocatedTarget, nodeAt, scalarText } from './located-target.ts';
import { type ParsedManifest, parseManifest } from './parse-manifest.ts';
import { imageSchemeOf, type RunningValue, readRunningValue } from './running-value.ts';
import { serviceTraps, type Trap } from './service-traps.ts';

/** A part of a manifest that is valid, and makes a promotion do something else than its diff says. */
export interface ManifestWarning {
  /** Starts at 1. */
  readonly line: number;
  /** Starts at 1. */
  readonly column: number;
  /** Description of the effect, without a full stop. */
  readonly message: string;
  /** One sentence in the imperative. */
  readonly fix: string;
}

/**
 * Warns of what a version meets in the manifest of a target: settings of KServe by which it gets only part of the
 * traffic, or its health proves nothing, and edits that never reach the model. Nothing here is refused.
 *
 * @param text The manifest with the version in it.
 * @param before What the target said before the edit.
 * @returns In the order of the file; empty for manifests that have no such part. A manifest that cannot be read is one
 *   warning.
 */
export function manifestWarnings(
  text: string,
  target: ManifestTarget,
  before: RunningValue,
): readonly ManifestWarning[] {
  if (!mayHaveTraps(target)) return [];
  try {
    const manifest = parseManifest(text, target.file);
    const located = locateTarget(manifest, target);
    const traps = [...imageTraps(manifest, located), ...schemeTraps(manifest, located, before)];
    if (scalarText(manifest, located.document, ['kind']) === 'InferenceService') {
      traps.push(...serviceTraps(manifest, located.document));
    }
    return traps.map((trap) => placed(manifest, trap)).sort((a, b) => a.line - b.line || a.column - b.column);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { line = 1, column = 1 } = error.place ?? {};
    return [{ line, column, message: `warnings cannot be computed: ${error.message}`, fix: error.fix }];
  }
}

/** True if a target can have warnings: of others the manifest need not be parsed again. */
export function mayHaveTraps({ kind, image }: ManifestTarget): boolean {
  return kind === undefined || kind === 'InferenceService' || image !== undefined;
}

function placed(manifest: ParsedManifest, { document, path, message, fix }: Trap): ManifestWarning {
  const [offset] = nodeAt(manifest, document, path)?.range ?? [0];
  const { line, col } = manifest.lines.linePos(offset);
  return { line, column: col, message, fix };
}

/** kustomize and Argo CD replace image references of containers, and know nothing of `storageUri`. */
function imageTraps(manifest: ParsedManifest, located: LocatedTarget): Trap[] {
  const { document } = located;
  const path = located.shape === 'image-entry' ? [...located.path, 'name'] : located.path;
  const name = located.shape === 'image-override' ? located.name : scalarText(manifest, document, path);
  const isImage = located.shape === 'image-entry' || located.shape === 'image-override';
  if (!isImage || name === undefined || imageSchemeOf(name) === undefined) return [];
  const message = `kustomize replaces images of containers only, not storageUri: with an entry named ${name} the model that runs does not change`;
  const fix = 'Use the storageUri as the target: kind: InferenceService, name, and the file that has it.';
  return [{ document, path, message, fix }];
}

/**
 * `oci://` needs a switch of the cluster, which not every way to install KServe sets. A value with a digest has been
 * promoted before, so the switch was needed already.
 */
function schemeTraps(manifest: ParsedManifest, located: LocatedTarget, before: RunningValue): Trap[] {
  const { document, path } = located;
  if (located.shape !== 'scalar' || before.digest !== undefined) return [];
  const scheme = imageSchemeOf(readRunningValue(manifest, located).text);
  if (scheme === undefined) return [];
  const message = `KServe loads ${scheme} only if the settings of the cluster allow it; otherwise the model never becomes ready`;
  const fix =
    scheme === 'oci://'
      ? 'Make sure that enableModelcar is true in storageInitializer of the ConfigMap inferenceservice-config.'
      : 'Make sure that enableOciModelSupport is true in storageInitializer of the ConfigMap inferenceservice-config (KServe 0.20 or later).';
  return [{ document, path, message, fix }];
}
