import { mkdir, readFile, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { PROJECT_ROOT } from '../project-root.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Daemons, isListening } from './daemons.ts';
import { type KubernetesObject, valueAt } from './kubernetes-api.ts';
import type { BuiltModule } from './programs.ts';
import { waitUntil } from './wait-until.ts';

const TEMPLATES = join(PROJECT_ROOT, 'templates', 'argocd');
const NAMESPACE = 'argocd';
const INSTALLED = ['CustomResourceDefinition', 'ConfigMap', 'Secret'];
const PORTS = { server: 8080, repoServer: 8081, redis: 6379 } as const;
const METRICS_PORTS = { controller: '8082', server: '8083', repository: '8084', notifications: '9001' } as const;

/** The address of Argo CD's server: of its interface, and of its webhook below `/api/webhook`. */
export const ARGO_CD_URL = `http://127.0.0.1:${PORTS.server}`;

/** Settings of Argo CD for the forge. */
export interface ForgeAccess {
  /** Address of the repository; its webhooks name the same without `.git`. */
  readonly repositoryUrl: string;
  readonly token: string;
  readonly apiUrl: string;
  readonly app: { readonly id: number; readonly installationId: number; readonly privateKey: string };
  readonly webhookSecret: string;
}

/** Parts of Argo CD. */
export interface ArgoCdParts {
  readonly folder: string;
  readonly daemons: Daemons;
  readonly plane: ControlPlane;
  readonly module: BuiltModule;
  /** Folders of the programs that it starts: kustomize, git. */
  readonly path: string;
}

/** An Application that is made of `templates/argocd/application.yaml`. */
export interface ModelApplication {
  readonly name: string;
  readonly repositoryUrl: string;
  /** The one file below `k8s` that it syncs. */
  readonly file: string;
}

/** Installs Argo CD as its manifests do, sets it up by our templates, and starts its programs. */
export async function startArgoCd(parts: ArgoCdParts, forge: ForgeAccess): Promise<void> {
  const { api } = parts.plane;
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const install = await readFile(join(parts.module.source, 'manifests', 'install.yaml'), 'utf8');
  for (const document of parseAllDocuments(install)) {
    const object: KubernetesObject = document.toJS();
    if (!INSTALLED.includes(object.kind)) continue;
    const isNamespaced = object.kind !== 'CustomResourceDefinition';
    await api.apply(isNamespaced ? { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } } : object);
  }
  for (const object of await settingsOf(forge)) await api.apply(object);
  for (const kind of ['Application', 'ApplicationSet', 'AppProject']) {
    const list = () => api.list({ apiVersion: 'argoproj.io/v1alpha1', kind, namespace: NAMESPACE });
    await waitUntil(list, { what: `an API server that serves ${kind}` });
  }
  await startPrograms(parts);
}

/** Our templates, with what people replace in them replaced. */
async function settingsOf(forge: ForgeAccess): Promise<readonly KubernetesObject[]> {
  const notifications = await template('argocd-notifications-cm.yaml');
  const service = {
    ...parse(String(valueAt(notifications, ['data', 'service.github']))),
    appID: String(forge.app.id),
    installationID: String(forge.app.installationId),
    enterpriseBaseURL: forge.apiUrl,
  };
  return [
    await template('argocd-cm.yaml'),
    withData(notifications, {
      context: stringify({ argocdUrl: ARGO_CD_URL }),
      'service.github': stringify(service),
    }),
    secret('argocd-notifications-secret', { 'github-privateKey': forge.app.privateKey }),
    secret('argocd-secret', { 'webhook.github.secret': forge.webhookSecret }),
    {
      ...secret('flights', { type: 'git', url: forge.repositoryUrl, username: 'argocd', password: forge.token }),
      metadata: { name: 'flights', namespace: NAMESPACE, labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    },
  ];
}

/** Makes an Application. A refused sync is tried again once, instead of five times. */
export async function applicationOf({ name, repositoryUrl, file }: ModelApplication): Promise<KubernetesObject> {
  const application = await template('application.yaml');
  const spec = Object(application.spec);
  return {
    ...application,
    metadata: { ...application.metadata, name },
    spec: {
      ...spec,
      source: { ...spec.source, repoURL: repositoryUrl, path: 'k8s', directory: { include: file } },
      destination: { ...spec.destination, namespace: name },
      syncPolicy: { ...spec.syncPolicy, retry: { ...spec.syncPolicy.retry, limit: 1 } },
    },
  };
}

/** A file of `templates/argocd`. */
export async function template(file: string): Promise<KubernetesObject> {
  return parse(await readFile(join(TEMPLATES, file), 'utf8'));
}

function withData(object: KubernetesObject, data: Readonly<Record<string, string>>): KubernetesObject {
  return { ...object, data: { ...Object(object.data), ...data } };
}

function secret(name: string, stringData: Readonly<Record<string, string>>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, stringData };
}

async function startPrograms(parts: ArgoCdParts): Promise<void> {
  const { folder, daemons, plane, module } = parts;
  const bin = join(folder, 'argocd-bin');
  for (const directory of [bin, join(folder, 'tls'), join(folder, 'ssh')]) await mkdir(directory, { recursive: true });
  // git asks a program of this name for the credentials of a repository.
  await symlink(join(module.bin, 'cmd'), join(bin, 'argocd'));
  daemons.start('redis', {
    command: 'redis-server',
    args: ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
  });
  const shared = environmentOf(parts, bin);
  const start = (name: string, args: readonly string[]) => {
    daemons.start(name, { command: join(bin, 'argocd'), args, env: { ...shared, ARGOCD_BINARY_NAME: name } });
  };
  const { controller, server, repository, notifications } = METRICS_PORTS;
  const cluster = ['--namespace', NAMESPACE, '--kubeconfig', plane.kubeconfig];
  const repo = `127.0.0.1:${PORTS.repoServer}`;
  const plain = ['--repo-server', repo, '--repo-server-plaintext'];
  start('argocd-repo-server', ['--disable-tls', '--address', '127.0.0.1', '--metrics-port', repository]);
  await waitUntil(() => isListening(PORTS.repoServer), { what: 'a repo-server that listens' });
  start('argocd-server', [...cluster, ...plain, '--insecure', '--address', '127.0.0.1', '--metrics-port', server]);
  start('argocd-application-controller', [...cluster, ...plain, '--metrics-port', controller]);
  const told = ['--argocd-repo-server', repo, '--argocd-repo-server-plaintext', '--metrics-port', notifications];
  start('argocd-notifications', [...cluster, ...told]);
  await waitUntil(() => isListening(PORTS.server), { what: 'an Argo CD server that listens' });
  const project = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', name: 'default', namespace: NAMESPACE };
  await waitUntil(() => plane.api.get(project), { what: "Argo CD's default project" });
}

function environmentOf({ folder, plane, path }: ArgoCdParts, bin: string) {
  return {
    PATH: [bin, path].join(delimiter),
    KUBECONFIG: plane.kubeconfig,
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_ASK_PASS_SOCK: join(folder, 'ask-pass.sock'),
    ARGOCD_TLS_DATA_PATH: join(folder, 'tls'),
    ARGOCD_SSH_DATA_PATH: join(folder, 'ssh'),
    REDIS_SERVER: `127.0.0.1:${PORTS.redis}`,
  };
}
