import { isScalar } from 'yaml';
import { UserError } from '../../errors.ts';
import { IMAGE_KEYS } from './image-parts.ts';
import { type LocatedTarget, nodeAt, partPath, unsupported } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import { formatYamlPath, type YamlPath } from './yaml-path.ts';

const ENTRY_KEYS: readonly string[] = ['name', 'newName', 'newTag', 'digest'];

/**
 * Refuses a target that YAML 1.1 finds elsewhere, or reads as something else, than YAML 1.2 does: `yes` is a truth value
 * there, `010` is 8, and `1_000` a number. What differs elsewhere in the file does not matter.
 *
 * @param locateOlder Locates the same target in `manifest.older()`.
 * @throws {UserError} MANIFEST_UNSUPPORTED with line and path.
 */
export function assertReadersAgree(
  manifest: ParsedManifest,
  located: LocatedTarget,
  locateOlder: () => LocatedTarget,
): void {
  const older = manifest.older();
  const path = valuePaths(located).find((one) => saidAt(manifest, located, one) !== saidAt(older, located, one));
  if (path !== undefined) throw disagreement(manifest, located, path);
  const hasSameDocuments = older.documents.length === manifest.documents.length;
  if (!hasSameDocuments || JSON.stringify(orError(locateOlder)) !== JSON.stringify(located)) {
    throw disagreement(manifest, located, located.path);
  }
}

/** The places whose values say what runs. */
function valuePaths(located: LocatedTarget): readonly YamlPath[] {
  if (located.shape === 'scalar' || located.shape === 'image-override') return [located.path];
  const keys = located.shape === 'image-entry' ? ENTRY_KEYS : IMAGE_KEYS;
  return keys.map((key) => partPath(located, key)).filter((path) => path !== undefined);
}

/** The value with its type, and as it is written. */
function saidAt(manifest: ParsedManifest, { document }: LocatedTarget, path: YamlPath): string {
  const node = nodeAt(manifest, document, path);
  if (!isScalar(node)) return typeof node;
  return `${typeof node.value} ${String(node.value)} ${typeof node.value === 'number' ? node.source : ''}`;
}

/** Undefined where it is not found: then the readers disagree, whatever the reason is. */
function orError(locate: () => LocatedTarget): LocatedTarget | undefined {
  try {
    return locate();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function disagreement(manifest: ParsedManifest, { document }: LocatedTarget, path: YamlPath): UserError {
  const [start] = nodeAt(manifest, document, path)?.range ?? [0];
  const { line } = manifest.lines.linePos(start);
  const message = `${manifest.file}:${line}: readers of YAML 1.1, such as Kubernetes, understand ${formatYamlPath(path)} differently from readers of YAML 1.2`;
  return unsupported(manifest, message, 'Put the value, and the keys and names on its path, in quotes.');
}
