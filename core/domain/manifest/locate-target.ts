import { isMap, isScalar, isSeq } from 'yaml';
import { UserError } from '../../errors.ts';
import { documentsMatching, type ParsedManifest } from './parse-manifest.ts';
import { formatYamlPath, parseYamlPath, type YamlPath } from './yaml-path.ts';

/** A target of tidegate.yaml: a manifest, and what in it. */
export interface ManifestTarget {
  readonly file: string;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly container?: string | undefined;
  readonly volume?: string | undefined;
  readonly env?: string | undefined;
  readonly image?: string | undefined;
  readonly path?: string | undefined;
  readonly parameter?: string | undefined;
  readonly value?: ValueKind | undefined;
}

/** What a scalar says of a version. */
export type ValueKind = 'uri' | 'reference' | 'tag' | 'digest' | 'version';

/** Where a target is: a scalar, or an entry of `images[]` whose keys are set. */
export type LocatedTarget =
  | { readonly shape: 'scalar'; readonly document: number; readonly path: YamlPath; readonly value?: ValueKind }
  | { readonly shape: 'image-entry'; readonly document: number; readonly path: YamlPath };

const POD_TEMPLATES: Readonly<Record<string, YamlPath>> = {
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  Rollout: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  Pod: ['spec'],
};

/** Old style predictors of an InferenceService: the block of a framework. */
const FRAMEWORKS = 'model sklearn xgboost tensorflow pytorch triton onnx huggingface pmml lightgbm paddle'.split(' ');

/**
 * Finds a target in its manifest.
 *
 * @throws {UserError} TARGET_NOT_FOUND, TARGET_AMBIGUOUS (two matches), MANIFEST_UNSUPPORTED (a way to point at it
 *   that this version does not edit).
 */
export function locateTarget(manifest: ParsedManifest, target: ManifestTarget): LocatedTarget {
  refuseUnsupported(target);
  if (target.image !== undefined) return locateImageEntry(manifest, target.image);
  const document = onlyDocument(manifest, target);
  if (target.path !== undefined) {
    const path = parseYamlPath(target.path);
    return { shape: 'scalar', document, path, ...(target.value === undefined ? {} : { value: target.value }) };
  }
  if (target.kind === 'InferenceService') {
    return { shape: 'scalar', document, path: storageUriPath(manifest, document), value: 'uri' };
  }
  return { shape: 'scalar', document, path: containerImagePath(manifest, document, target), value: 'reference' };
}

function refuseUnsupported(target: ManifestTarget): void {
  const key = (['volume', 'env', 'parameter'] as const).find((name) => target[name] !== undefined);
  if (key === undefined) return;
  throw new UserError('MANIFEST_UNSUPPORTED', `a target with ${key} in ${target.file} is not edited by this version`, {
    fix: 'Point at the value with path, such as path: spec.template.spec.containers[0].env[0].value.',
    place: { file: target.file },
  });
}

function onlyDocument(manifest: ParsedManifest, target: ManifestTarget): number {
  const found = documentsMatching(manifest, target);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const wanted =
    [target.kind, target.namespace, target.name].filter((part) => part !== undefined).join(' ') || 'document';
  if (only === undefined) throw notFound(manifest, wanted);
  throw new UserError('TARGET_AMBIGUOUS', `${manifest.file} has ${found.length} of ${wanted}`, {
    fix: 'Add kind, name and namespace to the target, so that one document is meant.',
    place: { file: manifest.file },
  });
}

function locateImageEntry(manifest: ParsedManifest, image: string): LocatedTarget {
  const found = manifest.documents.flatMap((document, index) => {
    const images = document.getIn(['images']);
    if (!isSeq(images)) return [];
    return images.items.flatMap((item, at) =>
      isMap(item) && item.get('name') === image ? [{ document: index, path: ['images', at] as YamlPath }] : [],
    );
  });
  const [only] = found;
  if (only !== undefined && found.length === 1) return { shape: 'image-entry', ...only };
  if (only === undefined) throw notFound(manifest, `images entry with name: ${image}`);
  throw new UserError('TARGET_AMBIGUOUS', `${manifest.file} has ${found.length} images entries named ${image}`, {
    fix: 'Keep one of them.',
    place: { file: manifest.file },
  });
}

function storageUriPath(manifest: ParsedManifest, index: number): YamlPath {
  const predictor = manifest.documents[index]?.getIn(['spec', 'predictor']);
  const paths = isMap(predictor)
    ? FRAMEWORKS.filter((framework) => predictor.hasIn([framework, 'storageUri'])).map((framework) => [
        'spec',
        'predictor',
        framework,
        'storageUri',
      ])
    : [];
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return only;
  if (only === undefined) throw notFound(manifest, 'storageUri under spec.predictor');
  throw new UserError('TARGET_AMBIGUOUS', `${manifest.file} has ${paths.length} storageUri under spec.predictor`, {
    fix: 'Keep one, or point at it with path.',
    place: { file: manifest.file },
  });
}

function containerImagePath(manifest: ParsedManifest, index: number, target: ManifestTarget): YamlPath {
  const template = POD_TEMPLATES[target.kind ?? ''];
  const document = manifest.documents[index];
  if (template === undefined) throw notFound(manifest, `pod template of kind ${target.kind}`);
  if (target.kind === 'Rollout' && document?.hasIn(['spec', 'workloadRef'])) {
    throw new UserError('MANIFEST_UNSUPPORTED', `the Rollout ${target.name} takes its pods from a workloadRef`, {
      fix: 'Name the Deployment that the workloadRef names as the target.',
      place: { file: manifest.file },
    });
  }
  const lists = ['containers', 'initContainers'] as const;
  const all = lists.flatMap((list) => containersOf(document?.getIn([...template, list]), [...template, list]));
  const wanted =
    target.container === undefined
      ? all.filter(({ path }) => path.includes('containers'))
      : all.filter(({ name }) => name === target.container);
  const [only] = wanted;
  if (only !== undefined && wanted.length === 1) return [...only.path, 'image'];
  if (only === undefined)
    throw notFound(manifest, `container ${target.container ?? ''} of ${target.kind} ${target.name}`);
  throw new UserError('TARGET_AMBIGUOUS', `${target.kind} ${target.name} has ${wanted.length} containers`, {
    fix: `Add container to the target: ${wanted.map(({ name }) => name).join(', ')}.`,
    place: { file: manifest.file },
  });
}

function containersOf(list: unknown, path: YamlPath): readonly { name: string; path: YamlPath }[] {
  if (!isSeq(list)) return [];
  return list.items.flatMap((item, index) =>
    isMap(item) ? [{ name: String(item.get('name') ?? ''), path: [...path, index] }] : [],
  );
}

/** The text of a scalar, or undefined where there is none or another kind of node. */
export function scalarText(manifest: ParsedManifest, document: number, path: YamlPath): string | undefined {
  const node = manifest.documents[document]?.getIn(path, true);
  return isScalar(node) && (typeof node.value === 'string' || typeof node.value === 'number')
    ? typeof node.value === 'number'
      ? (node.source ?? String(node.value))
      : node.value
    : undefined;
}

/** The error for what a manifest does not have. */
export function notFound(manifest: ParsedManifest, what: string): UserError {
  return new UserError('TARGET_NOT_FOUND', `${manifest.file} has no ${what.trim()}`, {
    fix: 'Correct the target in tidegate.yaml, or add it to the manifest.',
    place: { file: manifest.file },
  });
}

/** A path for messages. */
export function describePath(path: YamlPath): string {
  return formatYamlPath(path);
}
