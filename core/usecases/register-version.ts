import { formatImageReference } from '../domain/image/image-reference.ts';
import type { HashedArtifact } from '../domain/model/artifact-digest.ts';
import { type ActiveVersion, activeVersions, usedVersions } from '../domain/registry/active-versions.ts';
import { formatVersionTag, registrationMessage } from '../domain/registry/gto-tag.ts';
import type { Bump, ModelInterface, TensorSignature } from '../domain/registry/next-version.ts';
import { decideBump, nextVersion } from '../domain/registry/next-version.ts';
import { artifactFolder, storeUri } from '../domain/registry/store-layout.ts';
import { ServiceError, UserError } from '../errors.ts';
import type { CommitHistory } from '../ports/commit-history.ts';
import type { ImageTags } from '../ports/image-tags.ts';
import type { VersionTags } from '../ports/version-tags.ts';
import type { EvaluationReport } from '../reports/evaluation-report.ts';
import type { ModelImage, ModelVersionReport } from '../reports/model-version-report.ts';
import type { ProfileReport } from '../reports/profile-report.ts';
import type { RunReport } from '../reports/run-report.ts';
import { formatVersionTagMessage, parseVersionTagMessage, type VersionTagLine } from '../reports/version-tag-line.ts';
import { decideRegistration } from './decide-registration.ts';
import type { StoredDocuments, VersionStore } from './version-store.ts';

/** What is registered, and on whose word. */
export interface RegisterRequest {
  readonly model: string;
  readonly commit: string;
  readonly artifact: HashedArtifact;
  readonly evaluation: EvaluationReport;
  readonly run: RunReport | undefined;
  readonly profile: ProfileReport | undefined;
  readonly image: ModelImage | undefined;
  readonly interface: ModelInterface;
  readonly bump: Bump | 'auto';
  /** The document without what only the registration knows. */
  readonly header: Pick<ModelVersionReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
}

/** What registering needs of the world. */
export interface RegisterPorts {
  readonly tags: VersionTags;
  readonly history: CommitHistory;
  readonly store: VersionStore;
  /** Where the image of a version gets its number as a tag. */
  readonly images: ImageTags;
}

/** The version that stands for the artifact now; `created` says whether this call made it. */
export interface Registration {
  readonly version: string;
  readonly tag: string;
  readonly created: boolean;
  readonly reason: string;
  readonly report: ModelVersionReport;
}

/** Chosen: more racing registrations than a repository ever has at once. */
const MAX_RACES = 20;

/**
 * Registers the artifact that was judged as the model's next version.
 *
 * Only digests are written before the tag, and the tag's ref is the lock of the number: two at once make one version,
 * a killed run leaves nothing that a later one trusts, and the same artifact twice makes nothing new.
 *
 * @throws {UserError} REPORT_INVALID when a report is of another model; ARTIFACT_MISMATCH when the evaluation judged other bytes; VERDICT_REFUSED when its verdict does
 *   not permit a release.
 */
export async function registerVersion(request: RegisterRequest, ports: RegisterPorts): Promise<Registration> {
  expectOneModel(request);
  decideRegistration(request.evaluation, request.artifact.digest);
  const first = await findExisting(request, ports);
  if (first !== undefined) return first;
  await expectImage(request.image, ports.images);
  await ports.store.putArtifact(request.artifact);
  const documents = await ports.store.putDocuments(request);
  for (let race = 0; race < MAX_RACES; race++) {
    const made = await createVersion(request, documents, ports);
    if (made !== undefined) return made;
    const existing = await findExisting(request, ports);
    if (existing !== undefined) return existing;
  }
  throw new ServiceError('GITHUB_CONFLICT', `every number tried for ${request.model} was taken at the same moment`, {
    fix: 'Run the job again.',
    retryable: true,
  });
}

function expectOneModel({ model, evaluation, run, profile }: RegisterRequest): void {
  for (const [kind, report] of Object.entries({ evaluation, run, profile })) {
    if (report === undefined || report.model === model) continue;
    throw new UserError('REPORT_INVALID', `the ${kind} report is of ${report.model}, not of ${model}`, {
      fix: 'Give the reports of this model, or leave them where the steps before put them.',
    });
  }
}

/** The version that makes a new one needless: the newest, where it has these bytes or was made from this commit or a later one. */
async function findExisting(request: RegisterRequest, ports: RegisterPorts): Promise<Registration | undefined> {
  const [newest] = activeVersions(request.model, await ports.tags.list(request.model));
  if (newest === undefined) return undefined;
  const details = await ports.tags.read(newest.tag);
  const line = parseVersionTagMessage(details.message);
  const same = line?.artifact.digest === request.artifact.digest;
  const newer = !same && (await ports.history.isAncestorOrSame(request.commit, details.commit));
  if (!same && !newer) return undefined;
  const reason = same
    ? `v${newest.version} has the same digest`
    : `v${newest.version} was made from this commit or a later one`;
  const report = await existingReport(newest, line, ports.store);
  await ports.store.repair(report, request.run);
  await tagImage(request, report, ports.images);
  return { version: newest.version, tag: newest.tag.name, created: false, reason, report };
}

async function existingReport(
  { version, tag }: ActiveVersion,
  line: VersionTagLine | undefined,
  store: VersionStore,
): Promise<ModelVersionReport> {
  const report = await store.readVersion(version, line?.documents['model-version']?.digest);
  if (report !== undefined) return report;
  throw new UserError(
    'VERSION_NOT_FOUND',
    `the tag ${tag.name} is there, but the store has no document of v${version}`,
    {
      fix: `Register another version, or take the tag back with GTO: gto deregister.`,
    },
  );
}

async function createVersion(
  request: RegisterRequest,
  documents: StoredDocuments,
  { tags, store, images }: RegisterPorts,
): Promise<Registration | undefined> {
  const known = await tags.list(request.model);
  const bump = request.bump === 'auto' ? await autoBump(request, known, { tags, store }) : request.bump;
  const version = nextVersion(usedVersions(request.model, known)[0], bump);
  const report = versionReport(request, documents, version, store.uri);
  const reference = await store.putVersionDocument(report);
  const line = tagLine(request, { ...documents, 'model-version': reference }, report);
  const name = formatVersionTag(request.model, version);
  const message = formatVersionTagMessage(registrationMessage(request.model, version), line);
  if ((await tags.create({ name, message, commit: request.commit })) === 'taken') return undefined;
  await store.repair(report, request.run);
  await tagImage(request, report, images);
  return { version, tag: name, created: true, reason: `first registration of these bytes`, report };
}

/** A version that cannot be pulled is never promoted: it is not registered either. */
async function expectImage(image: ModelImage | undefined, images: ImageTags): Promise<void> {
  if (image === undefined || (await images.has(image))) return;
  throw new UserError('REFERENCE_INVALID', `the image ${image.reference} is not in its registry`, {
    fix: 'Push it in a job before this one: build-image does, and gives its reference.',
  });
}

/** After the ref is there, and again by every later run: the number is this version's alone from then on. */
async function tagImage({ image }: RegisterRequest, report: ModelVersionReport, images: ImageTags): Promise<void> {
  if (image === undefined || report.image?.digest !== image.digest) return;
  await images.add(report.image, report.version);
}

/** The image under the number of its version: the tag that build-image gave it says nothing to people. */
function numbered({ repository, digest }: ModelImage, version: string): ModelImage {
  return { reference: formatImageReference({ repository, tag: version, digest }), repository, tag: version, digest };
}

async function autoBump(
  request: RegisterRequest,
  known: Awaited<ReturnType<VersionTags['list']>>,
  { tags, store }: Pick<RegisterPorts, 'tags' | 'store'>,
): Promise<Bump> {
  const [newest] = activeVersions(request.model, known);
  if (newest === undefined) return 'minor';
  const line = parseVersionTagMessage((await tags.read(newest.tag)).message);
  const before = await store.readVersion(newest.version, line?.documents['model-version']?.digest);
  return decideBump(before === undefined ? undefined : interfaceOf(before), request.interface);
}

function interfaceOf(report: ModelVersionReport): ModelInterface | undefined {
  if (report.signature === null) return undefined;
  const { task, features } = report;
  if (typeof task !== 'string' || !Array.isArray(features)) return undefined;
  return { task, features: features.map(String), inputs: report.signature.inputs, outputs: report.signature.outputs };
}

function versionReport(
  request: RegisterRequest,
  documents: StoredDocuments,
  version: string,
  store: string,
): ModelVersionReport {
  const { artifact, run, image } = request;
  return {
    ...request.header,
    name: request.model,
    version,
    task: request.interface.task,
    features: [...request.interface.features],
    artifact: {
      uri: storeUri(store, artifactFolder(artifact.digest)),
      digest: artifact.digest,
      sizeBytes: artifact.sizeBytes,
      files: artifact.files.map(({ path, digest, sizeBytes }) => ({ path, digest, sizeBytes })),
    },
    signature: { inputs: request.interface.inputs.map(copy), outputs: request.interface.outputs.map(copy) },
    lineage: {
      commit: request.commit,
      inputsDigest: run?.inputsDigest ?? null,
      inputs: run?.inputs.map(({ path, digest }) => ({ path, digest })) ?? [],
      params: run?.params ?? {},
      runId: request.header.source.runId,
    },
    run: documents.run ?? null,
    evaluation: documents.evaluation ?? null,
    profile: documents.profile ?? null,
    ...(image === undefined ? {} : { image: numbered(image, version) }),
  };
}

function copy({ name, type, shape }: TensorSignature) {
  return { name, type, shape: [...shape] };
}

function tagLine(
  { evaluation, header }: RegisterRequest,
  documents: VersionTagLine['documents'],
  report: ModelVersionReport,
): VersionTagLine {
  const overall = <T extends { slice?: unknown }>(metrics: readonly T[]) =>
    metrics.filter((m) => m.slice === undefined);
  const { uri, digest, sizeBytes } = report.artifact;
  return {
    schema: 'tidegate.dev/tag/v1',
    artifact: { uri, digest, sizeBytes },
    ...(report.image === undefined ? {} : { image: report.image }),
    metrics: overall(evaluation.metrics).map(({ name, value, interval }) => ({ name, value, interval })),
    comparisons: evaluation.comparisons.map(({ champion, metrics, changes }) => ({
      champion,
      ...(changes === undefined ? {} : { changes }),
      metrics: overall(metrics).map(({ name, direction, champion: before, difference }) => ({
        name,
        direction,
        champion: { value: before.value, interval: before.interval },
        difference: { value: difference.value, interval: difference.interval },
      })),
    })),
    dataset: {
      rows: evaluation.dataset.rows,
      ...(evaluation.dataset.clusters === undefined ? {} : { clusters: evaluation.dataset.clusters }),
    },
    documents,
    runId: header.source.runId,
  };
}
