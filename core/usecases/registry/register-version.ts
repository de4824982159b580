import { formatImageReference } from '../../domain/image/image-reference.ts';
import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { TagReference } from '../../domain/registry/active-versions.ts';
import { freeVersion } from '../../domain/registry/free-version.ts';
import { formatVersionTag, registrationMessage } from '../../domain/registry/gto-tag.ts';
import type { Bump, ModelInterface } from '../../domain/registry/next-version.ts';
import { decideBump, hasNext } from '../../domain/registry/next-version.ts';
import { artifactFolder, storeUri } from '../../domain/registry/store-layout.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { VersionTags } from '../../ports/github/version-tags.ts';
import type { ImageTags } from '../../ports/image/image-tags.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { ComparedDataset, JudgedDatasetReport } from '../../reports/judged-dataset.ts';
import type { ModelImage, ModelVersionReport } from '../../reports/model-version-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { formatReport } from '../../reports/read-report.ts';
import type { RunReport } from '../../reports/run-report.ts';
import type { VersionEvidence } from '../../reports/version-evidence.ts';
import { formatVersionTagMessage, type VersionTagLine } from '../../reports/version-tag-line.ts';
import { confirmInputs, decideRegistration } from './decide-registration.ts';
import type { VersionDocument } from './provenance-memory.ts';
import { type KnownVersion, VersionCatalog } from './version-catalog.ts';
import type { StoredDocuments, StoredPredictions, VersionStore } from './version-store.ts';

/** Subject of a registration, and its evidence. */
export interface RegisterRequest {
  readonly model: string;
  readonly commit: string;
  readonly artifact: HashedArtifact;
  readonly evaluation: EvaluationReport;
  readonly run: RunReport | undefined;
  readonly profile: ProfileReport | undefined;
  /** Its scores, where the evaluation was of scores that were computed before it. */
  readonly predictions: StoredPredictions | undefined;
  readonly image: ModelImage | undefined;
  readonly interface: ModelInterface;
  readonly bump: Bump | 'auto';
  /** The document without what only the registration knows. */
  readonly header: Pick<ModelVersionReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
}

/** Dependencies of registering. */
export interface RegisterPorts {
  readonly tags: Pick<VersionTags, 'list' | 'create'>;
  /** The believed versions as they are now: asked again after each race. Default: none is believed. */
  readonly versions?: () => Promise<VersionCatalog>;
  readonly commits: Pick<Commits, 'isAncestorOrSame'>;
  readonly store: VersionStore;
  /** Registry in which the image of a version gets its number as a tag. */
  readonly images: ImageTags;
  /** Compares the dataset of the evaluation with that of the pull request. */
  readonly compareDataset: (digest: string) => Promise<ComparedDataset>;
}

/** The version that represents the artifact now; `created` says whether this call made it. */
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
 * @throws {UserError} REPORT_INVALID when a report is of another model; ARTIFACT_MISMATCH when the evaluation judged other
 *   bytes; VERDICT_REFUSED when its verdict does not permit a release; INPUTS_MISMATCH when the training says other inputs
 *   than the commit gives.
 */
export async function registerVersion(request: RegisterRequest, ports: RegisterPorts): Promise<Registration> {
  expectOneModel(request);
  decideRegistration(request.evaluation, request.artifact.digest);
  confirmInputs(request.evaluation, request.run);
  const first = await findExisting(request, await versionsOf(request, ports), ports);
  if (first !== undefined) return first;
  await expectImage(request.image, ports.images);
  await ports.store.putArtifact(request.artifact);
  if (request.predictions !== undefined) await ports.store.putPredictions(request.predictions);
  const documents = await ports.store.putDocuments(request);
  const dataset = judgedDataset(request, await ports.compareDataset(request.evaluation.dataset.digest));
  for (let race = 0; race < MAX_RACES; race++) {
    // Numbers first: a tag that is made from here on is not among them, and its number is then refused as taken.
    const taken = await ports.tags.list(request.model);
    const catalog = await versionsOf(request, ports);
    const existing = await findExisting(request, catalog, ports);
    if (existing !== undefined) return existing;
    const made = await createVersion(request, { documents, dataset, catalog, taken }, ports);
    if (made !== undefined) return made;
  }
  throw new ServiceError(
    'GITHUB_CONFLICT',
    `every version number tried for ${request.model} was taken at the same time`,
    {
      fix: 'Run the job again.',
      retryable: true,
    },
  );
}

function expectOneModel({ model, evaluation, run, profile }: RegisterRequest): void {
  for (const [kind, report] of Object.entries({ evaluation, run, profile })) {
    if (report === undefined || report.model === model) continue;
    throw new UserError('REPORT_INVALID', `the ${kind} report is of ${report.model}, not of ${model}`, {
      fix: 'Use the reports of this model, or do not set the paths.',
    });
  }
}

/** The version that makes a new one needless: of this very run, or the newest believed one with these bytes or of a later commit. */
async function findExisting(
  request: RegisterRequest,
  catalog: VersionCatalog,
  ports: RegisterPorts,
): Promise<Registration | undefined> {
  const own = await madeByThisRun(request, catalog, ports.store);
  if (own !== undefined) return keep(request, { ...own, reason: 'this run has already registered it' }, ports);
  const newest = await catalog.newest();
  if (newest?.document === undefined) return undefined;
  const same = newest.artifactDigest === request.artifact.digest;
  const newer = !same && (await ports.commits.isAncestorOrSame(request.commit, newest.commit));
  if (!same && !newer) return undefined;
  const reason = same
    ? `v${newest.version} has the same digest`
    : `v${newest.version} was made from this commit or a later one`;
  return keep(request, { tag: newest.tag, report: await storedReport(newest, ports), reason }, ports);
}

async function versionsOf({ model }: RegisterRequest, { versions }: RegisterPorts): Promise<VersionCatalog> {
  return (await versions?.()) ?? new VersionCatalog(model, { list: async () => [], read: noTag });
}

function noTag(): never {
  throw new RangeError('there is no tag to read');
}

/**
 * Version that another attempt of this run, or a killed one, already tagged; its document is in the store. Anybody
 * may have put both there, so it counts only where it says what this registration would say.
 */
async function madeByThisRun(
  request: RegisterRequest,
  catalog: VersionCatalog,
  store: VersionStore,
): Promise<{ readonly tag: string; readonly report: ModelVersionReport } | undefined> {
  const { header, artifact } = request;
  const { runId } = header.source;
  const claims = runId === null ? [] : await catalog.claimsOf(runId);
  for (const { line, tag, version } of claims) {
    if (line?.document === undefined || line.artifactDigest !== artifact.digest) continue;
    const report = await store.readDocument('model-version', line.document).catch(noReport);
    if (report?.version === version && saysSame(report, request, store)) return { tag: tag.name, report };
  }
  return undefined;
}

/** A file that is not a document does not block a registration. */
function noReport(error: unknown): undefined {
  if (error instanceof UserError || (error instanceof ServiceError && error.code === 'STORE_CORRUPT')) return undefined;
  throw error;
}

/** True if a document is the one of this registration, but for when it was made and what the pull request was judged on. */
function saysSame(report: ModelVersionReport, request: RegisterRequest, store: VersionStore): boolean {
  const dataset = judgedDataset(request, report.dataset?.pullRequest);
  const place = { version: report.version, store: store.uri };
  const own = versionReport(request, { documents: store.referencesOf(request), dataset }, place);
  const { createdAt, tool, source } = report;
  return (
    source.runId === request.header.source.runId &&
    formatReport('model-version', report) === formatReport('model-version', { ...own, createdAt, tool, source })
  );
}

/** Of a version that is there already only what comes after its tag is written, where it is missing. */
async function keep(
  request: RegisterRequest,
  { tag, report, reason }: { readonly tag: string; readonly report: ModelVersionReport; readonly reason: string },
  { store, images }: RegisterPorts,
): Promise<Registration> {
  await store.repair(report);
  await tagImage(request, report, images);
  return { version: report.version, tag, created: false, reason, report };
}

async function storedReport(
  { tag, version, documentDigest }: KnownVersion,
  { store }: RegisterPorts,
): Promise<ModelVersionReport> {
  const report = documentDigest === undefined ? undefined : await store.readDocument('model-version', documentDigest);
  if (report !== undefined) return report;
  throw new UserError('VERSION_NOT_FOUND', `the tag ${tag} exists, but the store has no document of v${version}`, {
    fix: `Register another version, or remove the tag with GTO: gto deregister.`,
  });
}

/** Facts from which a number is chosen: that no existing version is the same is known for these very tags. */
interface NumberFacts {
  readonly catalog: VersionCatalog;
  /** Tags of the model, listed before the catalog. */
  readonly taken: readonly TagReference[];
}

async function createVersion(
  request: RegisterRequest,
  kept: KeptFacts & NumberFacts,
  ports: RegisterPorts,
): Promise<Registration | undefined> {
  const { tags, store, images } = ports;
  const { catalog } = kept;
  const newest = await catalog.newest();
  // What another tool has registered goes on with its numbers; what only looks like ours does not count.
  const elsewhere = catalog.refused().find((tag) => tag.isForeign && hasNext(tag.version));
  const bump = request.bump === 'auto' ? autoBump(request, newest) : request.bump;
  const { model } = request;
  const version = freeVersion(newest?.version ?? elsewhere?.version, { bump, tags: kept.taken, model });
  const report = versionReport(request, kept, { version, store: store.uri });
  const reference = await store.putVersionDocument(report);
  const line = tagLine(request, { ...kept.documents, 'model-version': reference }, report);
  const name = formatVersionTag(request.model, version);
  const message = formatVersionTagMessage(registrationMessage(request.model, version), line);
  if ((await tags.create({ name, message, commit: request.commit })) === 'taken') return undefined;
  await store.repair(report);
  await tagImage(request, report, images);
  return { version, tag: name, created: true, reason: `first registration of these bytes`, report };
}

/** A version that cannot be pulled is never promoted: it is not registered either. */
async function expectImage(image: ModelImage | undefined, images: ImageTags): Promise<void> {
  if (image === undefined || (await images.has(image))) return;
  throw new UserError('REFERENCE_INVALID', `the image ${image.reference} is not in its registry`, {
    fix: 'Push it in a job before this one: build-image pushes it and outputs its reference.',
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

/** Version level that the change of the interface requires, against the newest verified version. */
function autoBump(request: RegisterRequest, newest: KnownVersion | undefined): Bump {
  if (newest === undefined) return 'minor';
  return decideBump(newest.document && interfaceOf(newest.document), request.interface);
}

function interfaceOf({ signature, task, features }: VersionDocument): ModelInterface | undefined {
  if (signature === null || typeof task !== 'string' || !Array.isArray(features)) return undefined;
  return { task, features: features.map(String), inputs: signature.inputs, outputs: signature.outputs };
}

/** Documents of a version besides its bytes. */
interface KeptFacts {
  readonly documents: StoredDocuments;
  readonly dataset: JudgedDatasetReport;
}

function judgedDataset({ evaluation }: RegisterRequest, pullRequest: ComparedDataset | undefined): JudgedDatasetReport {
  const { digest, rows, clusters, trusted, origin } = evaluation.dataset;
  return {
    digest,
    rows,
    ...(clusters === undefined ? {} : { clusters }),
    ...(trusted === undefined ? {} : { trusted }),
    ...(origin === undefined ? {} : { origin }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
  };
}

function versionReport(
  request: RegisterRequest,
  { documents, dataset }: KeptFacts,
  { version, store }: { readonly version: string; readonly store: string },
): ModelVersionReport {
  const { artifact, evaluation, run, image } = request;
  return {
    ...request.header,
    name: request.model,
    version,
    task: request.interface.task,
    features: request.interface.features,
    artifact: {
      uri: storeUri(store, artifactFolder(artifact.digest)),
      digest: artifact.digest,
      sizeBytes: artifact.sizeBytes,
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

function tagLine(
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
