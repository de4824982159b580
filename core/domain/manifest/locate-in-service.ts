import { isMap } from 'yaml';
import { UserError } from '../../errors.ts';
import type { ManifestTarget } from '../policy/manifest-target.ts';
import { locateInPod } from './locate-in-pod.ts';
import { type LocatedTarget, namedEntries, nodeAt, only, scalarText } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { YamlPath } from './yaml-path.ts';

const PREDICTOR: YamlPath = ['spec', 'predictor'];
/** `model` is the new style; the others are the blocks of frameworks that came before it. */
const BLOCKS = 'model sklearn xgboost tensorflow pytorch triton onnx huggingface pmml lightgbm paddle'.split(' ');

/**
 * Place of the model in a KServe InferenceService: `storageUri` of its block, the one entry of
 * `storageUris`, or STORAGE_URI of a container of its own; with `container`, `env` or `volume` what they say.
 */
export function locateInService(manifest: ParsedManifest, document: number, target: ManifestTarget): LocatedTarget {
  if (target.container !== undefined || target.env !== undefined || target.volume !== undefined) {
    return locateInPod(manifest, { document, spec: PREDICTOR }, target);
  }
  const uris = storageUris(manifest, document);
  if (uris.length === 0) assertNoStorageKey(manifest, document);
  const path = only(uris, {
    manifest,
    what: 'storageUri under spec.predictor',
    fix: 'Keep one, or point path at it.',
  });
  return { shape: 'scalar', document, path, value: 'uri' };
}

/** `storage` names a model by a key of a Secret and a path: no one value says which version it is. */
function assertNoStorageKey(manifest: ParsedManifest, document: number): void {
  for (const block of BLOCKS) {
    const node = nodeAt(manifest, document, [...PREDICTOR, block, 'storage']);
    if (node === undefined) continue;
    const { line, col } = manifest.lines.linePos(node.range?.[0] ?? 0);
    const message = `${manifest.file}:${line}: the model comes from storage (a key of the Secret storage-config), which is not edited`;
    throw new UserError('MANIFEST_UNSUPPORTED', message, {
      fix: 'Replace storage with storageUri and the whole address of the model.',
      place: { file: manifest.file, line, column: col },
    });
  }
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
