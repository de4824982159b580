import { formatImageReference } from '../../domain/image/image-reference.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { ComparedDataset, JudgedDatasetReport } from '../../reports/judged-dataset.ts';
import type { ModelImage, ModelVersionReport } from '../../reports/model-version-report.ts';
import type { VersionEvidence } from '../../reports/version-evidence.ts';
import type { VersionTagLine } from '../../reports/version-tag-line.ts';
import { confirmInputs } from './decide-registration.ts';
import type { RegisterRequest } from './register-request.ts';
import type { StoredDocuments } from './version-store.ts';

/** Documents of a version besides its bytes. */
export interface KeptFacts {
  readonly documents: StoredDocuments;
  readonly dataset: JudgedDatasetReport;
}

/** The dataset of the evaluation, how it compares with that of the pull request, and who accepted it as a new baseline. */
export function judgedDataset(
  { evaluation }: RegisterRequest,
  pullRequest: ComparedDataset | undefined,
): JudgedDatasetReport {
  const { digest, kind, rows, clusters, trusted, origin } = evaluation.dataset;
  const { rebaseline } = evaluation;
  return {
    digest,
    ...(kind === undefined ? {} : { kind }),
    rows,
    ...(clusters === undefined ? {} : { clusters }),
    ...(trusted === undefined ? {} : { trusted }),
    ...(origin === undefined ? {} : { origin }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(rebaseline === undefined ? {} : { rebaseline }),
  };
}

/** The document of a version: the same request, documents and number give the same one. */
export function versionReport(
  request: RegisterRequest,
  { documents, dataset }: KeptFacts,
  { version, uri }: { readonly version: string; readonly uri: string },
): ModelVersionReport {
  const { artifact, evaluation, run, image } = request;
  return {
    ...request.header,
    name: request.model,
    version,
    task: request.interface.task,
    features: request.interface.features,
    artifact: {
      uri,
      digest: artifact.digest,
      sizeBytes: artifact.sizeBytes,
      ...(evaluation.candidate.computation === undefined ? {} : { computation: evaluation.candidate.computation }),
      files: artifact.files.map(({ path, digest, sizeBytes }) => ({ path, digest, sizeBytes })),
    },
    signature: { inputs: request.interface.inputs.map(copy), outputs: request.interface.outputs.map(copy) },
    lineage: {
      commit: request.commit,
      inputsDigest: confirmInputs(evaluation, run),
      inputs: run?.inputs.map(({ path, digest }) => ({ path, digest })) ?? [],
      params: run?.params ?? {},
      runId: request.header.source.runId,
    },
    dataset,
    ...(request.recorded === undefined ? {} : { recorded: request.recorded }),
    run: documents.run ?? null,
    evaluation: documents.evaluation ?? null,
    profile: documents.profile ?? null,
    ...(image === undefined ? {} : { image: numbered(image, version) }),
    ...evidenceOf(request.evaluation),
  };
}

function copy({ name, type, shape }: ModelTensor) {
  return { name, type, shape };
}

/** The image under the number of its version: the tag that build-image gave it says nothing to people. */
function numbered({ repository, digest }: ModelImage, version: string): ModelImage {
  return { reference: formatImageReference({ repository, tag: version, digest }), repository, tag: version, digest };
}

/** The line of JSON in the message of a version's tag. */
export function tagLine(
  { evaluation, header }: RegisterRequest,
  documents: VersionTagLine['documents'],
  { artifact, image, dataset }: ModelVersionReport,
): VersionTagLine {
  const { uri, digest, sizeBytes } = artifact;
  return {
    schema: 'tidegate.dev/tag/v1',
    artifact: { uri, digest, sizeBytes },
    ...(image === undefined ? {} : { image }),
    ...evidenceOf(evaluation),
    ...(dataset === undefined ? {} : { dataset }),
    documents,
    runId: header.source.runId,
  };
}

/** Evaluation of the version by its release, without slices. */
function evidenceOf({ metrics, comparisons }: EvaluationReport): Omit<VersionEvidence, 'dataset'> {
  const overall = <T extends { slice?: unknown }>(all: readonly T[]) => all.filter((one) => one.slice === undefined);
  return {
    metrics: overall(metrics).map(({ name, value, interval }) => ({ name, value, interval })),
    comparisons: comparisons.map(({ champion, metrics: compared, changes }) => ({
      champion,
      ...(changes === undefined ? {} : { changes }),
      metrics: overall(compared).map(({ name, direction, champion: before, difference }) => ({
        name,
        direction,
        champion: { value: before.value, interval: before.interval },
        difference: { value: difference.value, interval: difference.interval },
      })),
    })),
  };
}
