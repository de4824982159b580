import { describe, expect, it } from 'vitest';
import { editManifest, readTarget } from '../../../../core/domain/manifest/edit-manifest.ts';
import { manifestWarnings } from '../../../../core/domain/manifest/manifest-warnings.ts';

const file = 'k8s/model.yaml';
const target = { file, kind: 'InferenceService', name: 'flights' };
const digest = `sha256:${'a'.repeat(64)}`;
const version = {
  version: '0.2.0',
  artifactUri: 's3://models/flights/sha256/bbb',
  image: { repository: 'registry.example/flights', tag: '0.2.0', digest },
};

interface Service {
  readonly annotations?: string;
  readonly predictor?: string;
  readonly spec?: string;
  readonly model?: string;
}

function service({ annotations = '', predictor = '', spec = '', model = 's3://models/flights/sha256/aaa' }: Service) {
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: flights
  annotations: {${annotations}}
spec:
  predictor:
    minReplicas: 1
    ${predictor}
    model:
      modelFormat: { name: onnx }
      storageUri: ${model}
  ${spec}
`.replace(predictor.includes('minReplicas') ? '    minReplicas: 1\n' : '\0', '');
}

/** As a promotion asks: of the manifest with the version in it. */
function warningsOf(before: string, of: Parameters<typeof editManifest>[1] = target) {
  const { text } = editManifest(before, of, version);
  return manifestWarnings(text, of, readTarget(before, of));
}

const mode = (name: string) => `serving.kserve.io/deploymentMode: ${name}`;

describe('manifestWarnings', () => {
  it.each([
    { name: 'Knative', given: mode('Knative'), says: '10 % of the traffic', never: 'all traffic' },
    { name: 'Standard', given: mode('Standard'), says: 'all traffic at once', never: '10 %' },
    { name: 'no mode', given: '', says: '10 % of the traffic', never: 'OutOfSync' },
  ])('says what canaryTrafficPercent does in $name', ({ given, says, never }) => {
    const [warning, ...more] = warningsOf(service({ annotations: given, predictor: 'canaryTrafficPercent: 10' }));
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ line: 9, column: 27, message: expect.stringContaining(says) });
    expect(warning?.message).not.toContain(never);
  });

  it.each([
    {
      name: 'a canary of its own',
      given: { spec: 'canary: [{ trafficPercent: 5 }]' },
      says: 'spec.canary has its own model',
    },
    {
      name: 'a canary in Knative mode',
      given: { spec: 'canary: [{ trafficPercent: 5 }]', annotations: mode('Knative') },
      says: 'KServe refuses spec.canary',
    },
    { name: 'a percentage of 900', given: { predictor: 'canaryTrafficPercent: 900' }, says: '900 is not a percentage' },
    { name: 'the mode RawDeployment', given: { annotations: mode('RawDeployment') }, says: 'with Standard' },
    { name: 'the mode Serverless', given: { annotations: mode('Serverless') }, says: 'with Knative' },
    { name: 'ModelMesh', given: { annotations: mode('ModelMesh') }, says: 'pods that already run' },
    { name: 'scale to zero', given: { predictor: 'minReplicas: 0' }, says: 'no pod loads the new version' },
    {
      name: 'scale to zero in Standard mode',
      given: { predictor: 'minReplicas: 0', annotations: mode('Standard') },
      says: 'it runs 1 replica',
    },
    {
      name: 'scale to zero by KEDA',
      given: {
        predictor: 'minReplicas: 0',
        annotations: `${mode('Standard')}, serving.kserve.io/autoscalerClass: keda`,
      },
      says: 'no pod loads the new version',
    },
    {
      name: 'more least than most',
      given: { predictor: 'minReplicas: 3\n    maxReplicas: 2' },
      says: 'minReplicas 3 is more than maxReplicas 2',
    },
    { name: 'a stopped service', given: { annotations: 'serving.kserve.io/stop: "true"' }, says: 'Suspended' },
    {
      name: 'an image',
      given: { model: 'oci://registry.example/flights:0.1.0' },
      says: 'only if the settings of the cluster allow it',
    },
    { name: 'a mounted image', given: { model: 'oci+native://registry.example/flights:1' }, says: 'oci+native://' },
  ])('warns of $name, on its line and with a fix', ({ given, says }) => {
    const before = service(given);
    const warnings = warningsOf(before);
    expect(warnings).toMatchObject([
      { message: expect.stringContaining(says), fix: expect.stringMatching(/^[A-Z].*\.$/) },
    ]);
    const [{ line, column } = { line: 0, column: 0 }] = warnings;
    const after = editManifest(before, target, version).text.split('\n');
    expect(after[line - 1]?.slice(column - 1)).toMatch(/^\S/);
    expect(after[line - 1]).toMatch(/canary|deploymentMode|serving\.kserve|minReplicas|storageUri/);
  });

  it('warns of images in storageUris', () => {
    const before = `${service({}).split('    model:')[0]}    storageUris:\n      - uri: oci://registry.example/flights@${digest}\n`;
    expect(warningsOf(before)).toMatchObject([{ line: 11, message: expect.stringContaining('injects nothing') }]);
  });

  it('says nothing about a plain service, nor about an image that was promoted before', () => {
    expect(warningsOf(service({ annotations: mode('Standard') }))).toEqual([]);
    expect(warningsOf(service({ predictor: 'canaryTrafficPercent: 100' }))).toEqual([]);
    expect(warningsOf(service({ spec: 'canary: []' }))).toEqual([]);
    expect(warningsOf(service({ annotations: 'serving.kserve.io/stop: "false"' }))).toEqual([]);
    expect(warningsOf(service({ predictor: 'minReplicas: 2\n    maxReplicas: 0' }))).toEqual([]);
    expect(warningsOf(service({ model: `oci://registry.example/flights:0.1.0@${digest}` }))).toEqual([]);
  });

  it('warns of an images entry that is named as a storageUri, in a kustomization and in an Application', () => {
    const images = `images:\n  - name: oci://registry.example/flights\n    newTag: 0.1.0\n`;
    const entry = { file: 'kustomization.yaml', image: 'oci://registry.example/flights' };
    expect(warningsOf(images, entry)).toMatchObject([{ line: 2, message: expect.stringContaining('not storageUri') }]);
    const plain = { file: 'kustomization.yaml', image: 'registry.example/flights' };
    expect(warningsOf(images.replace('oci://', ''), plain)).toEqual([]);
    const application = `kind: Application\nmetadata: { name: flights }\nspec:\n  source:\n    kustomize:\n      images:\n        - oci://registry.example/flights=registry.example/flights:0.1.0\n`;
    const override = {
      file: 'app.yaml',
      kind: 'Application',
      name: 'flights',
      image: 'oci://registry.example/flights',
    };
    expect(warningsOf(application, override)).toMatchObject([{ line: 7 }]);
  });

  it('warns of the service that a path points into', () => {
    const path = { file, path: 'spec.predictor.model.storageUri' };
    expect(warningsOf(service({ annotations: mode('ModelMesh') }), path)).toHaveLength(1);
  });

  it('warns where readers of YAML understand a setting differently, instead of saying that all is well', () => {
    const before = service({ predictor: 'CanaryTrafficPercent: 10' });
    expect(warningsOf(before)).toMatchObject([{ message: expect.stringContaining('cannot be computed'), line: 8 }]);
  });

  it('orders by line, and gives a line after edits that insert lines', () => {
    const before = service({
      annotations: mode('ModelMesh'),
      predictor: 'canaryTrafficPercent: 10',
      spec: 'canary: [{ trafficPercent: 5 }]',
    });
    expect(warningsOf(before).map(({ line }) => line)).toEqual([5, 9, 13]);
  });
});

describe('storage by key', () => {
  it('is refused by its name, with its line', () => {
    const before = service({}).replace(
      'storageUri: s3://models/flights/sha256/aaa',
      'storage: { key: minio, path: a }',
    );
    expect(() => editManifest(before, target, version)).toThrow(
      expect.objectContaining({
        code: 'MANIFEST_UNSUPPORTED',
        message: expect.stringContaining('storage-config'),
        place: { file, line: 12, column: 16 },
      }),
    );
  });
});
