import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Daemons } from './daemons.ts';
import { KubernetesApi } from './kubernetes-api.ts';
import { podStages } from './pod-stages.ts';
import type { BuiltModule } from './programs.ts';
import { waitUntil } from './wait-until.ts';

const SERVER = 'https://127.0.0.1:6443';
/** Two, so that one can be drained. */
export const NODES = ['node-1', 'node-2'] as const;

/** A control plane that runs, and how it is reached. */
export interface ControlPlane {
  readonly api: KubernetesApi;
  /** Path of a kubeconfig of its administrator. */
  readonly kubeconfig: string;
  /** A certificate and key for 127.0.0.1, signed by the certificate authority that is named; PEM files. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** PEM. */
  readonly ca: string;
}

/** Parts of a control plane. */
export interface ControlPlaneParts {
  readonly folder: string;
  readonly daemons: Daemons;
  readonly modules: Readonly<Record<'etcd' | 'kubernetes' | 'kwok', BuiltModule>>;
}

/** Starts etcd, the API server, the controllers and the scheduler, and kwok in the place of kubelets. */
export async function startControlPlane(parts: ControlPlaneParts): Promise<ControlPlane> {
  const { folder, daemons, modules } = parts;
  const token = randomBytes(16).toString('hex');
  await startApiServer(parts, token);
  const certificate = { cert: join(folder, 'apiserver.crt'), key: join(folder, 'apiserver.key') };
  const ca = await waitUntil(() => readFile(certificate.cert, 'utf8'), { what: 'a certificate of the API server' });
  const api = new KubernetesApi({ server: SERVER, token, ca });
  await waitUntil(() => api.isReady(), { what: 'an API server that is ready', seconds: 120 });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(token, ca));
  startControllers(parts, kubeconfig);
  const stages = join(folder, 'stages.yaml');
  await writeFile(stages, await podStages(modules.kwok));
  const kwok = ['--kubeconfig', kubeconfig, '--manage-all-nodes', '--config', stages, '--node-ip', '127.0.0.1'];
  // Without leases nodes are not ready after a minute, and neither are their pods.
  const leases = ['--node-lease-duration-seconds', '40'];
  daemons.start('kwok', { command: join(modules.kwok.bin, 'kwok'), args: [...kwok, ...leases] });
  for (const name of NODES) await api.apply(nodeOf(name));
  return { api, kubeconfig, certificate, ca };
}

async function startApiServer({ folder, daemons, modules }: ControlPlaneParts, token: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  await writeFile(join(folder, 'accounts.key'), privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'accounts.pub'), publicKey);
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  daemons.start('etcd', {
    command: join(modules.etcd.bin, 'server'),
    args: ['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
  });
  daemons.start('kube-apiserver', {
    command: join(modules.kubernetes.bin, 'kube-apiserver'),
    args: [
      ...['--etcd-servers', 'http://127.0.0.1:2379', '--bind-address', '127.0.0.1', '--secure-port', '6443'],
      ...['--advertise-address', '127.0.0.1', '--endpoint-reconciler-type', 'none', '--cert-dir', folder],
      ...['--service-cluster-ip-range', '10.96.0.0/16', '--authorization-mode', 'RBAC'],
      ...['--token-auth-file', join(folder, 'tokens.csv')],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      ...['--service-account-signing-key-file', join(folder, 'accounts.key')],
      ...['--service-account-key-file', join(folder, 'accounts.pub')],
    ],
  });
}

function startControllers({ folder, daemons, modules }: ControlPlaneParts, kubeconfig: string): void {
  const shared = ['--kubeconfig', kubeconfig, '--leader-elect=false', '--bind-address', '127.0.0.1'];
  daemons.start('kube-controller-manager', {
    command: join(modules.kubernetes.bin, 'kube-controller-manager'),
    args: [...shared, '--service-account-private-key-file', join(folder, 'accounts.key')],
  });
  daemons.start('kube-scheduler', { command: join(modules.kubernetes.bin, 'kube-scheduler'), args: shared });
}

function kubeconfigOf(token: string, ca: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [
      { name: 'e2e', cluster: { server: SERVER, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'admin' } }],
  });
}

function nodeOf(name: string) {
  const capacity = { cpu: '32', memory: '64Gi', pods: '110' };
  const metadata = { name, labels: { 'kubernetes.io/hostname': name }, annotations: { 'kwok.x-k8s.io/node': 'fake' } };
  return { apiVersion: 'v1', kind: 'Node', metadata, status: { capacity, allocatable: capacity } };
}
