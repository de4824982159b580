import { isSeq } from 'yaml';
import { namedEntries, nodeAt, scalarText } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import { imageSchemeOf } from './running-value.ts';
import type { YamlPath } from './yaml-path.ts';

/** A part of a document to warn of. */
export interface Trap {
  readonly document: number;
  readonly path: YamlPath;
  readonly message: string;
  readonly fix: string;
}

type Found = Omit<Trap, 'document'>;

const PREDICTOR: YamlPath = ['spec', 'predictor'];
const annotation = (name: string): YamlPath => ['metadata', 'annotations', `serving.kserve.io/${name}`];
const MODE = annotation('deploymentMode');

/** Facts on which the traps of a service depend. */
interface ServiceFacts {
  readonly at: (path: YamlPath) => string | undefined;
  /** A whole number, or undefined where there is none. */
  readonly count: (path: YamlPath) => number | undefined;
  /** Deployment mode of the service, by current names; undefined: the cluster decides. */
  readonly mode: string | undefined;
}

/** Today's names of the modes that KServe had other names for. */
const RENAMED: Readonly<Record<string, string>> = { RawDeployment: 'Standard', Serverless: 'Knative' };

/**
 * Settings of an InferenceService that are valid, and by which a promotion is not what it seems. Sources: KServe 0.20
 * (defaults, validation and reconcilers), and what was seen of it behind Argo CD.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED where readers of YAML understand such a setting differently.
 */
export function serviceTraps(manifest: ParsedManifest, document: number): Trap[] {
  const at = (path: YamlPath) => scalarText(manifest, document, path);
  const written = at(MODE);
  const facts: ServiceFacts = {
    at,
    count: (path) => (/^-?\d+$/.test(at(path) ?? '') ? Number(at(path)) : undefined),
    mode: RENAMED[written ?? ''] ?? written,
  };
  const found = [
    ...modeTraps(facts),
    ...trafficTraps(facts),
    ...canaryTraps(manifest, document, facts),
    ...replicaTraps(facts),
    ...stopTraps(facts),
    ...storageTraps(manifest, document),
  ];
  return found.map((trap) => ({ document, ...trap }));
}

function modeTraps({ at }: ServiceFacts): Found[] {
  const written = at(MODE) ?? '';
  const renamed = RENAMED[written];
  if (renamed !== undefined) {
    const message = `KServe 0.20 replaces ${written} with ${renamed} in the cluster, so the live object differs from Git: Argo CD shows OutOfSync, and the version does not count as healthy`;
    return [{ path: MODE, message, fix: `Write ${renamed}, which KServe 0.16 and later support.` }];
  }
  if (written !== 'ModelMesh') return [];
  const message =
    'ModelMesh loads the model into pods that already run, so no rollout of pods shows whether the new version works';
  return [{ path: MODE, message, fix: 'Check after each promotion which model the service uses, or use Standard.' }];
}

function trafficTraps({ at, count, mode }: ServiceFacts): Found[] {
  const path: YamlPath = [...PREDICTOR, 'canaryTrafficPercent'];
  const percent = count(path);
  if (at(path) === undefined || percent === 100) return [];
  if (percent === undefined || percent < 0 || percent > 100) {
    const message = `canaryTrafficPercent ${at(path)?.slice(0, 20)} is not a percentage, and the API server accepts it`;
    return [{ path, message, fix: 'Set it to a whole number from 0 to 100, or remove it.' }];
  }
  const standard = 'Standard mode ignores it, so the new version gets all traffic at once';
  const knative = `the new version gets ${percent} % of the traffic until the setting changes, and its health does not show this`;
  const what =
    mode === 'Standard' ? standard : mode === 'Knative' ? knative : `in Knative mode ${knative}; ${standard}`;
  const fix = 'Remove canaryTrafficPercent: environments, soak and health introduce a version in steps.';
  return [{ path, message: `canaryTrafficPercent is set: ${what}`, fix }];
}

function canaryTraps(manifest: ParsedManifest, document: number, { mode }: ServiceFacts): Found[] {
  const path: YamlPath = ['spec', 'canary'];
  const list = nodeAt(manifest, document, path);
  if (!isSeq(list) || list.items.length === 0) return [];
  if (mode === 'Knative') {
    return [{ path, message: 'KServe refuses spec.canary in Knative mode', fix: 'Remove spec.canary.' }];
  }
  const message =
    'spec.canary has its own model and its own share of the traffic: the promotion changes only spec.predictor';
  return [
    { path, message, fix: 'Remove spec.canary before you merge, or add a separate target with path for the canary.' },
  ];
}

function replicaTraps({ at, count, mode }: ServiceFacts): Found[] {
  const [least, most] = [count([...PREDICTOR, 'minReplicas']), count([...PREDICTOR, 'maxReplicas'])];
  const path: YamlPath = [...PREDICTOR, 'minReplicas'];
  if (least !== undefined && most !== undefined && most !== 0 && least > most) {
    const message = `minReplicas ${least} is more than maxReplicas ${most}: KServe refuses the commit`;
    return [{ path, message, fix: 'Set maxReplicas to at least minReplicas.' }];
  }
  if (least !== 0) return [];
  const fix = 'Set minReplicas to 1 or more if health must verify a version.';
  if (mode === 'Standard' && (at(annotation('autoscalerClass')) ?? 'hpa') === 'hpa') {
    return [{ path, message: 'Standard mode does not scale to zero: it runs 1 replica', fix }];
  }
  const message =
    'a service without traffic has no replica, so no pod loads the new version and its health proves nothing';
  return [{ path, message, fix }];
}

function stopTraps({ at }: ServiceFacts): Found[] {
  const path = annotation('stop');
  if (at(path)?.toLowerCase() !== 'true') return [];
  const message =
    'the service is stopped: Argo CD reports Suspended, so the version is not verified and fails at its deadline';
  return [{ path, message, fix: 'Remove the annotation serving.kserve.io/stop, or do not merge while it is set.' }];
}

function storageTraps(manifest: ParsedManifest, document: number): Found[] {
  const uris = namedEntries(manifest, document, [...PREDICTOR, 'storageUris'], 'uri');
  return uris
    .filter(({ name }) => imageSchemeOf(name) !== undefined)
    .map(({ path }) => ({
      path: [...path, 'uri'],
      message: 'KServe before 0.20 injects nothing for an image in storageUris: the server starts without a model',
      fix: 'Use storageUri of the model, or KServe 0.20 or later.',
    }));
}
