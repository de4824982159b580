/** An environment of the repository: a file below `k8s`, synced by an Application of its own. */
export interface ModelEnvironment {
  readonly name: string;
  readonly kind: 'Deployment' | 'Job' | 'InferenceService';
  readonly apiVersion: string;
  /** Environments that have to be verified before it. */
  readonly after: readonly string[];
  /** Path of the model's address in the live object. */
  readonly model: readonly (string | number)[];
  /** Undefined: its merge alone verifies it, and no Application syncs it. */
  readonly application?: string;
}

/** The App by which Argo CD writes statuses. */
export const ARGO_CD_APP = 'acme-argocd';
/** Duration that a success or a failure has to last, and the deadline for health, in seconds. */
export const [SETTLE_SECONDS, DEADLINE_SECONDS] = [5, 60] as const;
/** After so long without progress a Deployment of Tidegate says so; seconds. */
export const PROGRESS_DEADLINE_SECONDS = 15;

const IN_CONTAINER = ['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value'] as const;
const DEPLOYMENT = { kind: 'Deployment', apiVersion: 'apps/v1', model: IN_CONTAINER } as const;

/** `later` shows by its gate what is known of production. */
export const ENVIRONMENTS = {
  staging: { ...DEPLOYMENT, name: 'staging', after: [], application: 'flights-staging' },
  production: { ...DEPLOYMENT, name: 'production', after: ['staging'], application: 'flights-production' },
  later: { ...DEPLOYMENT, name: 'later', after: ['production'] },
  batch: {
    ...{ name: 'batch', kind: 'Job', apiVersion: 'batch/v1', model: IN_CONTAINER },
    ...{ after: [], application: 'flights-batch' },
  },
  served: {
    ...{ name: 'served', kind: 'InferenceService', apiVersion: 'serving.kserve.io/v1beta1' },
    ...{ model: ['spec', 'predictor', 'model', 'storageUri'], after: [], application: 'flights-served' },
  },
} as const satisfies Record<string, ModelEnvironment>;

/** The files of the repository, with its environments. */
export function repositoryFiles(environments: readonly ModelEnvironment[]): Readonly<Record<string, string>> {
  const manifests = environments.map(({ name, kind }) => [`k8s/${name}.yaml`, MANIFESTS[kind]()]);
  const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { region: north }\n';
  return {
    'tidegate.yaml': configOf(environments),
    'k8s/settings.yaml': settings,
    ...Object.fromEntries(manifests),
  };
}

function configOf(environments: readonly ModelEnvironment[]): string {
  const lines = environments.flatMap(({ name, kind, after, application }) => {
    const inside = kind === 'InferenceService' ? '' : ', container: server, env: MODEL_URI';
    const creator = `creator: "${ARGO_CD_APP}[bot]", settle: ${SETTLE_SECONDS}s, deadline: ${DEADLINE_SECONDS}s`;
    const health = `        health: { from: argocd, context: continuous-delivery/${application}, ${creator} }`;
    return [
      `      - name: ${name}`,
      `        after: [${after.join(', ')}]`,
      `        targets: [{ file: k8s/${name}.yaml, kind: ${kind}, name: flights${inside} }]`,
      ...(application === undefined ? [] : [health]),
    ];
  });
  return `version: 1
models:
  flights:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: test.parquet, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    register: { store: s3://models/flights }
    environments:
${lines.join('\n')}
`;
}

const POD = `      containers:
        - name: server
          image: registry.example/server:1.0.0
          env: [{ name: MODEL_URI, value: "s3://models/none" }]
`;

const MANIFESTS: Readonly<Record<ModelEnvironment['kind'], () => string>> = {
  Deployment: () => `apiVersion: apps/v1
kind: Deployment
metadata: { name: flights }
spec:
  progressDeadlineSeconds: ${PROGRESS_DEADLINE_SECONDS}
  selector: { matchLabels: { app: flights } }
  template:
    metadata: { labels: { app: flights } }
    spec:
${POD}`,
  Job: () => jobManifest({}),
  InferenceService: () => `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: flights }
spec:
  predictor:
    model:
      modelFormat: { name: onnx }
      storageUri: "s3://models/none"
`,
};

/** The Job, with annotations. */
export function jobManifest(annotations: Readonly<Record<string, string>>): string {
  return `apiVersion: batch/v1
kind: Job
metadata: { name: flights, annotations: ${JSON.stringify(annotations)} }
spec:
  template:
    spec:
      restartPolicy: Never
${POD}`;
}
