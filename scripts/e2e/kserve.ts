import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { ControlPlane } from './control-plane.ts';
import { type Daemons, isListening } from './daemons.ts';
import { type KubernetesObject, listAt, valueAt } from './kubernetes-api.ts';
import type { BuiltModule } from './programs.ts';
import { waitUntil } from './wait-until.ts';

const NAMESPACE = 'kserve';
/** Its controller takes webhooks here. */
const WEBHOOK_PORT = 9443;
const CRDS = ['clusterservingruntimes', 'inferencegraphs', 'inferenceservices', 'servingruntimes', 'trainedmodels'];
/** Its controller starts only where these are served. */
const KINDS = [
  ['v1beta1', 'InferenceService'],
  ['v1alpha1', 'ServingRuntime'],
  ['v1alpha1', 'ClusterServingRuntime'],
  ['v1alpha1', 'InferenceGraph'],
  ['v1alpha1', 'TrainedModel'],
] as const;
const WEBHOOKS = /^inferenceservice\.kserve-webhook-server\./;

/** Parts of KServe. */
export interface KServeParts {
  readonly folder: string;
  readonly daemons: Daemons;
  readonly plane: ControlPlane;
  readonly module: BuiltModule;
}

/** Installs KServe in Standard mode without an ingress, and starts its controller with its webhooks. */
export async function startKServe({ folder, daemons, plane, module }: KServeParts): Promise<void> {
  const { api } = plane;
  const read = (...path: string[]) => readFile(join(module.source, 'config', ...path), 'utf8');
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const name of CRDS) await api.apply(parse(await read('crd', 'full', `serving.kserve.io_${name}.yaml`)));
  const storage = ['clusterstoragecontainer', 'serving.kserve.io_clusterstoragecontainers.yaml'];
  await api.apply(parse(await read('crd', 'full', ...storage)));
  for (const [version, kind] of KINDS) {
    const list = () => api.list({ apiVersion: `serving.kserve.io/${version}`, kind, namespace: NAMESPACE });
    await waitUntil(list, { what: `an API server that serves ${kind}` });
  }
  await api.apply(settingsOf(parse(await read('configmap', 'inferenceservice.yaml'))));
  const certificates = join(folder, 'k8s-webhook-server', 'serving-certs');
  await mkdir(certificates, { recursive: true });
  await copyFile(plane.certificate.cert, join(certificates, 'tls.crt'));
  await copyFile(plane.certificate.key, join(certificates, 'tls.key'));
  daemons.start('kserve', {
    command: join(module.bin, 'manager'),
    args: ['--metrics-addr', '127.0.0.1:8090', '--health-probe-addr', '127.0.0.1:8091'],
    env: { KUBECONFIG: plane.kubeconfig, POD_NAMESPACE: NAMESPACE },
  });
  await waitUntil(() => isListening(WEBHOOK_PORT), { what: "KServe's webhooks", seconds: 120 });
  for (const document of parseAllDocuments(await read('webhook', 'manifests.yaml'))) {
    const hooks = webhooksOf(document.toJS(), plane.ca);
    if (listAt(hooks, ['webhooks']).length > 0) await api.apply(hooks);
  }
  await api.apply(RUNTIME);
}

function settingsOf(shipped: KubernetesObject): KubernetesObject {
  const data = Object(shipped.data);
  const ingress = { ...JSON.parse(data.ingress), disableIngressCreation: true };
  return {
    ...shipped,
    metadata: { name: 'inferenceservice-config', namespace: NAMESPACE },
    data: {
      ...data,
      deploy: JSON.stringify({ defaultDeploymentMode: 'Standard' }),
      ingress: JSON.stringify(ingress),
    },
  };
}

/** The webhooks of InferenceServices and their pods, at an address of the loopback interface. */
function webhooksOf(configuration: KubernetesObject, ca: string): KubernetesObject {
  const webhooks = listAt(configuration, ['webhooks'])
    .filter((hook) => WEBHOOKS.test(String(valueAt(hook, ['name']))))
    .map((hook) => ({
      ...Object(hook),
      clientConfig: {
        url: `https://127.0.0.1:${WEBHOOK_PORT}${valueAt(hook, ['clientConfig', 'service', 'path'])}`,
        caBundle: Buffer.from(ca).toString('base64'),
      },
    }));
  const { apiVersion, kind, metadata } = configuration;
  return { apiVersion, kind, metadata: { name: metadata.name }, webhooks };
}

const RUNTIME: KubernetesObject = {
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'ClusterServingRuntime',
  metadata: { name: 'e2e' },
  spec: {
    supportedModelFormats: [{ name: 'onnx', version: '1', autoSelect: true }],
    protocolVersions: ['v1', 'v2'],
    containers: [{ name: 'kserve-container', image: 'registry.example/server:1.0.0' }],
  },
};
