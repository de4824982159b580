import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ManifestTarget } from '../../core/domain/policy/manifest-target.ts';
import { entriesOf, fieldOf, itemsOf } from './plain-fields.ts';

/** A place in a manifest that can name a version. */
export interface FoundTarget {
  /** `staging`, `production`, …: the folder or the file that is called so; `production` where none is. */
  readonly environment: string;
  readonly target: ManifestTarget;
  /** The repository of the image that the target names; undefined where it names none. */
  readonly image: string | undefined;
  /** The artifact's address itself is written there, so that no image is needed. */
  readonly takesUri: boolean;
}

const ENVIRONMENT = /^(dev|development|test|qa|staging|stage|preprod|prod|production)$/i;
const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'Job', 'CronJob']);
const MODEL_ADDRESS = /^(?:\w+_)?(?:MODEL|ARTIFACT)_(?:URI|URL)$/i;
/** A variable with such a name is an address only if its value is one: an app may read a file of its image. */
const MODEL_PLACE = /^(?:\w+_)?(?:MODEL|ARTIFACT)_(?:PATH|LOCATION)$/i;

/** Finds InferenceServices, workloads, kustomizations, Argo CD Applications and Helm values. */
export async function findTargets(repository: string, files: readonly string[]): Promise<readonly FoundTarget[]> {
  const manifests = files.filter(
    (file) => /\.ya?ml$/.test(file) && !file.startsWith('.github/') && !/(?:^|\/)templates\//.test(file),
  );
  const found = await Promise.all(
    manifests.map(async (file) => targetsIn(file, await readFile(join(repository, file), 'utf8'))),
  );
  return found.flat();
}

function environmentOf(file: string): string {
  const folder = dirname(file)
    .split('/')
    .find((part) => ENVIRONMENT.test(part));
  const name = /(?:^|[-._])(dev|staging|stage|qa|prod|production)(?=[-._]|$)/i.exec(
    basename(file).replace(/\.ya?ml$/, ''),
  )?.[1];
  return (folder ?? name ?? 'production').toLowerCase();
}

function targetsIn(file: string, text: string): FoundTarget[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  const values = Array.isArray(documents)
    ? documents.map((one): unknown => (one.errors.length > 0 ? undefined : one.toJS()))
    : [];
  const environment = environmentOf(file);
  const make = (target: Omit<ManifestTarget, 'file'>, image?: string, takesUri = false): FoundTarget => ({
    environment,
    target: { file, ...target },
    image,
    takesUri,
  });
  if (/(?:^|\/)kustomization\.ya?ml$/.test(file))
    return itemsOf(fieldOf(values[0], 'images')).flatMap((entry) => {
      const name = fieldOf(entry, 'name');
      const newName = fieldOf(entry, 'newName');
      return typeof name === 'string' ? [make({ image: name }, typeof newName === 'string' ? newName : name)] : [];
    });
  if (/(?:^|\/)values[\w.-]*\.ya?ml$/.test(file)) return helmTargets(values[0], make);
  return values.flatMap((manifest) => manifestTargets(manifest, make));
}

type Make = (target: Omit<ManifestTarget, 'file'>, image?: string, takesUri?: boolean) => FoundTarget;

function manifestTargets(manifest: unknown, make: Make): FoundTarget[] {
  const kind = fieldOf(manifest, 'kind');
  const name = fieldOf(fieldOf(manifest, 'metadata'), 'name');
  if (typeof kind !== 'string' || typeof name !== 'string') return [];
  if (kind === 'InferenceService') return [make({ kind, name }, undefined, true)];
  if (kind === 'Application') return applicationTargets(manifest, name, make);
  return WORKLOADS.has(kind) ? workloadTargets(manifest, { kind, name }, make) : [];
}

function workloadTargets(manifest: unknown, where: { kind: string; name: string }, make: Make): FoundTarget[] {
  const spec = fieldOf(manifest, 'spec');
  const pod = fieldOf(
    fieldOf(where.kind === 'CronJob' ? fieldOf(fieldOf(spec, 'jobTemplate'), 'spec') : spec, 'template'),
    'spec',
  );
  const containers = itemsOf(fieldOf(pod, 'containers'));
  const several = containers.length > 1;
  const found = containers.flatMap((container): FoundTarget[] => {
    const name = fieldOf(container, 'name');
    const image = fieldOf(container, 'image');
    const at = { ...where, ...(several && typeof name === 'string' ? { container: name } : {}) };
    const env = itemsOf(fieldOf(container, 'env'))
      .filter(namesAddress)
      .map((one) => fieldOf(one, 'name'))[0];
    if (typeof env === 'string') return [make({ ...at, env, value: 'uri' }, undefined, true)];
    return typeof image === 'string' ? [make(at, repositoryOf(image))] : [];
  });
  return found.some(({ takesUri }) => takesUri) ? found.filter(({ takesUri }) => takesUri) : found.slice(0, 1);
}

function namesAddress(variable: unknown): boolean {
  const [name, value] = [String(fieldOf(variable, 'name') ?? ''), fieldOf(variable, 'value')];
  return MODEL_ADDRESS.test(name) || (MODEL_PLACE.test(name) && typeof value === 'string' && value.includes('://'));
}

function applicationTargets(manifest: unknown, name: string, make: Make): FoundTarget[] {
  const spec = fieldOf(manifest, 'spec');
  const sources = [fieldOf(spec, 'source'), ...itemsOf(fieldOf(spec, 'sources'))];
  return sources.flatMap((source) => {
    const images = itemsOf(fieldOf(fieldOf(source, 'kustomize'), 'images')).filter((one) => typeof one === 'string');
    const overrides = images.map((image) =>
      make(
        { kind: 'Application', name, image: repositoryOf(image.split('=')[0] ?? image) },
        repositoryOf(image.split('=').at(-1) ?? image),
      ),
    );
    const parameters = itemsOf(fieldOf(fieldOf(source, 'helm'), 'parameters'))
      .map((one) => fieldOf(one, 'name'))
      .filter((one) => typeof one === 'string');
    const tag = parameters.find((one) => /(?:^|\.)image\.tag$/.test(one));
    return [...overrides, ...(tag === undefined ? [] : [make({ kind: 'Application', name, parameter: tag })])];
  });
}

/** `image: {repository, tag}`, and `model.uri` or `modelUri`. */
function helmTargets(values: unknown, make: Make): FoundTarget[] {
  const uri =
    fieldOf(values, 'modelUri') !== undefined
      ? 'modelUri'
      : entriesOf(fieldOf(values, 'model')).some(([key]) => key === 'uri')
        ? 'model.uri'
        : undefined;
  if (uri !== undefined) return [make({ path: uri, value: 'uri' }, undefined, true)];
  const repository = fieldOf(fieldOf(values, 'image'), 'repository');
  if (typeof repository !== 'string' || fieldOf(fieldOf(values, 'image'), 'tag') === undefined) return [];
  return [make({ path: 'image.tag', value: 'tag' }, repository)];
}

/** @example repositoryOf('ghcr.io/acme/churn:v1') // => 'ghcr.io/acme/churn' */
export function repositoryOf(image: string): string {
  return image.replace(/@sha256:.*$/, '').replace(/:[\w.-]+$/, '');
}
