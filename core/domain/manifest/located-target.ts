import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { UserError } from '../../errors.ts';
import type { ValueKind } from '../policy/manifest-target.ts';
import { entryValue, standsFor } from './key-index.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { YamlPath } from './yaml-path.ts';

/** Location of a target, by the shape of the text there. */
export type LocatedTarget =
  /** One scalar; `value` undefined: what the old value is. */
  | { readonly shape: 'scalar'; readonly document: number; readonly path: YamlPath; readonly value?: ValueKind }
  /** An entry of a kustomization's `images`: newName, newTag and digest. */
  | { readonly shape: 'image-entry'; readonly document: number; readonly path: YamlPath }
  /** An image of Helm values: repository, tag or version, and registry and digest where it has them. */
  | { readonly shape: 'image-map'; readonly document: number; readonly path: YamlPath }
  /** The same as Helm parameters of an Argo CD application: the path of each part's value, by its key. */
  | {
      readonly shape: 'image-parameters';
      readonly document: number;
      readonly path: YamlPath;
      readonly values: Readonly<Record<string, YamlPath>>;
    }
  /** An override of an Argo CD application's `kustomize.images`: one string, `name=repository:tag@digest`. */
  | { readonly shape: 'image-override'; readonly document: number; readonly path: YamlPath; readonly name: string };

/** Location of the value of a key of a target with several keys; undefined if it has none. */
export function partPath(located: LocatedTarget, key: string): YamlPath | undefined {
  return located.shape === 'image-parameters' ? located.values[key] : [...located.path, key];
}

/** Something of a list, with the name that it is chosen by. */
export interface NamedEntry {
  readonly name: string;
  readonly path: YamlPath;
}

/** The node at a path as every reader of YAML finds it; undefined where there is none. Errors: as `entryValue`. */
export function nodeAt(manifest: ParsedManifest, document: number, path: YamlPath): Node | undefined {
  let node = standsFor(manifest, manifest.documents[document]?.contents);
  for (const step of path) {
    if (isMap(node)) node = entryValue(manifest, node, String(step));
    else node = isSeq(node) && typeof step === 'number' ? standsFor(manifest, node.items[step]) : undefined;
  }
  return node;
}

/** The text of a scalar, or undefined where there is none or another kind of node. */
export function scalarText(manifest: ParsedManifest, document: number, path: YamlPath): string | undefined {
  return textOf(nodeAt(manifest, document, path));
}

function textOf(node: Node | undefined): string | undefined {
  if (!isScalar(node)) return undefined;
  if (typeof node.value === 'number') return node.source ?? String(node.value);
  return typeof node.value === 'string' ? node.value : undefined;
}

/** The maps of a list, each with what it says under `key`; nothing where there is no list. */
export function namedEntries(manifest: ParsedManifest, document: number, path: YamlPath, key = 'name'): NamedEntry[] {
  const list = nodeAt(manifest, document, path);
  if (!isSeq(list)) return [];
  return list.items.map((item, index) => {
    const entry = standsFor(manifest, item);
    const name = isMap(entry) ? textOf(entryValue(manifest, entry, key)) : undefined;
    return { name: name ?? '', path: [...path, index] };
  });
}

/** The indexes of the documents of a kind and name; an undefined kind, name or namespace matches all. */
export function documentsMatching(
  manifest: ParsedManifest,
  want: {
    readonly kind?: string | undefined;
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
  },
): readonly number[] {
  return manifest.documents.flatMap((document, index) => {
    // A list has no kind and no name: a patch by JSON pointers is one.
    const isAny = want.kind === undefined && want.name === undefined && want.namespace === undefined;
    if (!isMap(document.contents) && !(isAny && isSeq(document.contents))) return [];
    const says = (path: YamlPath, wanted: string | undefined) => {
      const node = wanted === undefined ? undefined : nodeAt(manifest, index, path);
      return wanted === undefined || (isScalar(node) && node.value === wanted);
    };
    const fits =
      says(['kind'], want.kind) &&
      says(['metadata', 'name'], want.name) &&
      says(['metadata', 'namespace'], want.namespace);
    return fits ? [index] : [];
  });
}

/**
 * The one thing that is meant.
 *
 * @throws {UserError} TARGET_NOT_FOUND for none, TARGET_AMBIGUOUS for several.
 */
export function only<T>(
  found: readonly T[],
  { manifest, what, fix }: { readonly manifest: ParsedManifest; readonly what: string; readonly fix: string },
): T {
  const [one] = found;
  if (one === undefined) throw notFound(manifest, what);
  if (found.length === 1) return one;
  throw new UserError('TARGET_AMBIGUOUS', `${manifest.file} has ${found.length} of ${what}`, {
    fix,
    place: { file: manifest.file },
  });
}

/** The error for what a manifest does not have. */
export function notFound(manifest: ParsedManifest, what: string): UserError {
  return new UserError('TARGET_NOT_FOUND', `${manifest.file} has no ${what.trim()}`, {
    fix: 'Correct the target, or add it to the manifest.',
    place: { file: manifest.file },
  });
}

/** The error for what a manifest has and this version does not edit. */
export function unsupported({ file }: ParsedManifest, message: string, fix: string): UserError {
  return new UserError('MANIFEST_UNSUPPORTED', message, { fix, place: { file } });
}
