import { isMap } from 'yaml';
import { locateInPod } from './locate-in-pod.ts';
import { type LocatedTarget, namedEntries, nodeAt, only, scalarText } from './located-target.ts';
import type { ManifestTarget } from './manifest-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { YamlPath } from './yaml-path.ts';

const PREDICTOR: YamlPath = ['spec', 'predictor'];
/** `model` is the new style; the others are the blocks of frameworks that came before it. */
const BLOCKS = 'model sklearn xgboost tensorflow pytorch triton onnx huggingface pmml lightgbm paddle'.split(' ');

/**
 * Where a KServe InferenceService says which model it serves: `storageUri` of its block, the one entry of
 * `storageUris`, or STORAGE_URI of a container of its own; with `container`, `env` or `volume` what they say.
 */
export function locateInService(manifest: ParsedManifest, document: number, target: ManifestTarget): LocatedTarget {
  if (target.container !== undefined || target.env !== undefined || target.volume !== undefined) {
    return locateInPod(manifest, { document, spec: PREDICTOR }, target);
  }
  const path = only(storageUris(manifest, document), {
    manifest,
    what: 'storageUri under spec.predictor',
    fix: 'Keep one, or point at it with path.',
  });
  return { shape: 'scalar', document, path, value: 'uri' };
}

function storageUris(manifest: ParsedManifest, document: number): readonly YamlPath[] {
  if (!isMap(nodeAt(manifest, document, PREDICTOR))) return [];
  const blocks = BLOCKS.map((block): YamlPath => [...PREDICTOR, block, 'storageUri']);
  const list = namedEntries(manifest, document, [...PREDICTOR, 'storageUris'], 'uri');
  const containers = namedEntries(manifest, document, [...PREDICTOR, 'containers']);
  const variables = containers.flatMap(({ path }) => namedEntries(manifest, document, [...path, 'env']));
  const fromVariables = variables.filter(({ name }) => name === 'STORAGE_URI');
  return [
    ...blocks.filter((path) => scalarText(manifest, document, path) !== undefined),
    ...list.map(({ path }): YamlPath => [...path, 'uri']),
    ...fromVariables.map(({ path }): YamlPath => [...path, 'value']),
  ];
}
