import type { ManifestTarget } from '../policy/manifest-target.ts';
import { isTagName } from './image-parts.ts';
import {
  documentsMatching,
  type LocatedTarget,
  type NamedEntry,
  namedEntries,
  nodeAt,
  notFound,
  only,
  scalarText,
  unsupported,
} from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { YamlPath } from './yaml-path.ts';

const TEMPLATE: YamlPath = ['spec', 'template', 'spec'];
/** Path of the pods' spec per kind. */
const POD_SPECS: Readonly<Record<string, YamlPath>> = {
  Deployment: TEMPLATE,
  StatefulSet: TEMPLATE,
  DaemonSet: TEMPLATE,
  ReplicaSet: TEMPLATE,
  Job: TEMPLATE,
  Rollout: TEMPLATE,
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE],
  Pod: ['spec'],
};

/** A pod's spec in a manifest. */
export interface PodPlace {
  readonly document: number;
  /** The path of the pod's spec. */
  readonly spec: YamlPath;
}

/** True if a kind has a pod's spec. */
export function hasPods(kind: string | undefined): boolean {
  return kind !== undefined && Object.hasOwn(POD_SPECS, kind);
}

/** The image of a container, an image volume's reference, or a container's environment value. */
export function locateInWorkload(manifest: ParsedManifest, document: number, target: ManifestTarget): LocatedTarget {
  const spec = POD_SPECS[target.kind ?? ''];
  if (spec === undefined) throw notFound(manifest, `pod template of kind ${target.kind}`);
  if (target.kind === 'Rollout' && nodeAt(manifest, document, ['spec', 'workloadRef']) !== undefined) {
    return locateInPod(manifest, referencedWorkload(manifest, document, target), target);
  }
  return locateInPod(manifest, { document, spec }, target);
}

/** The same in a known pod's spec. */
export function locateInPod(manifest: ParsedManifest, place: PodPlace, target: ManifestTarget): LocatedTarget {
  if (target.volume !== undefined) return volumeReference(manifest, place, target.volume);
  const container = chooseContainer(manifest, place, target);
  if (target.env !== undefined) return environmentValue(manifest, place, { container, target });
  return { shape: 'scalar', document: place.document, path: [...container.path, 'image'], value: 'reference' };
}

/** A Rollout's pods come from the Deployment that its workloadRef names, which has to be in the same file. */
function referencedWorkload(manifest: ParsedManifest, document: number, target: ManifestTarget): PodPlace {
  const at = (key: string) => scalarText(manifest, document, ['spec', 'workloadRef', key]) ?? '';
  const [kind, name] = [at('kind'), at('name')];
  const [found, ...more] = documentsMatching(manifest, { kind, name, namespace: target.namespace });
  const spec = POD_SPECS[kind];
  if (found !== undefined && more.length === 0 && spec !== undefined) return { document: found, spec };
  throw unsupported(
    manifest,
    `the Rollout ${target.name} takes its pods from the ${kind} ${name}, which does not occur exactly once in ${manifest.file}`,
    `Name the ${kind} ${name} and its file as the target.`,
  );
}

function chooseContainer(manifest: ParsedManifest, { document, spec }: PodPlace, target: ManifestTarget): NamedEntry {
  const containers = namedEntries(manifest, document, [...spec, 'containers']);
  const all = [...containers, ...namedEntries(manifest, document, [...spec, 'initContainers'])];
  const wanted = target.container === undefined ? containers : all.filter(({ name }) => name === target.container);
  return only(wanted, {
    manifest,
    what: `container ${target.container ?? ''} of ${target.kind} ${target.name}`.replace(/ +/g, ' '),
    fix: `Add container to the target: ${all.map(({ name }) => name).join(', ')}.`,
  });
}

function volumeReference(manifest: ParsedManifest, { document, spec }: PodPlace, volume: string): LocatedTarget {
  const named = namedEntries(manifest, document, [...spec, 'volumes']).filter(({ name }) => name === volume);
  const { path } = only(named, { manifest, what: `volume ${volume}`, fix: 'Keep one of them.' });
  const image = [...path, 'image'];
  if (nodeAt(manifest, document, image) !== undefined) {
    return { shape: 'scalar', document, path: [...image, 'reference'], value: 'reference' };
  }
  throw unsupported(
    manifest,
    `the volume ${volume} in ${manifest.file} is not an image volume`,
    'Use an image volume.',
  );
}

function environmentValue(
  manifest: ParsedManifest,
  { document }: PodPlace,
  { container, target }: { readonly container: NamedEntry; readonly target: ManifestTarget },
): LocatedTarget {
  const named = namedEntries(manifest, document, [...container.path, 'env']).filter(({ name }) => name === target.env);
  const { path } = only(named, {
    manifest,
    what: `env ${target.env} of the container ${container.name}`,
    fix: 'Keep one of them: the last one wins.',
  });
  if (nodeAt(manifest, document, [...path, 'valueFrom']) !== undefined) {
    const message = `the env ${target.env} in ${manifest.file} comes from another place (valueFrom)`;
    throw unsupported(manifest, message, 'Use that place as the target.');
  }
  const kind = target.value ?? (isTagName(target.env) ? 'tag' : undefined);
  const value = kind === undefined ? {} : { value: kind };
  return { shape: 'scalar', document, path: [...path, 'value'], ...value };
}
