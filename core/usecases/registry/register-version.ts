import type { TagReference } from '../../domain/registry/active-versions.ts';
import { freeVersion } from '../../domain/registry/free-version.ts';
import { formatVersionTag, registrationMessage } from '../../domain/registry/gto-tag.ts';
import type { Bump, ModelInterface } from '../../domain/registry/next-version.ts';
import { decideBump, hasNext } from '../../domain/registry/next-version.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { VersionTags } from '../../ports/github/version-tags.ts';
import type { ImageTags } from '../../ports/image/image-tags.ts';
import type { ComparedDataset } from '../../reports/judged-dataset.ts';
import type { ModelImage, ModelVersionReport } from '../../reports/model-version-report.ts';
import { formatVersionTagMessage } from '../../reports/version-tag-line.ts';
import { confirmInputs, decideRegistration } from './decide-registration.ts';
import { type ExistingVersion, type FindVersionPorts, findExistingVersion } from './find-existing-version.ts';
import type { VersionDocument } from './provenance-memory.ts';
import type { RegisterRequest } from './register-request.ts';
import { type KnownVersion, VersionCatalog } from './version-catalog.ts';
import { judgedDataset, type KeptFacts, tagLine, versionReport } from './version-report.ts';

/** Dependencies of registering. */
export interface RegisterPorts extends FindVersionPorts {
  readonly tags: Pick<VersionTags, 'list' | 'create'>;
  /** The believed versions as they are now: asked again after each race. Default: none is believed. */
  readonly versions?: () => Promise<VersionCatalog>;
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
  const first = await findExistingVersion(request, await versionsOf(request, ports), ports);
  if (first !== undefined) return keep(request, first, ports);
  await expectImage(request.image, ports.images);
  await ports.store.putArtifact(request.artifact);
  if (request.predictions !== undefined) await ports.store.putPredictions(request.predictions);
  const documents = await ports.store.putDocuments(request);
  const dataset = judgedDataset(request, await ports.compareDataset(request.evaluation.dataset.digest));
  for (let race = 0; race < MAX_RACES; race++) {
    // Numbers first: a tag that is made from here on is not among them, and its number is then refused as taken.
    const taken = await ports.tags.list(request.model);
    const catalog = await versionsOf(request, ports);
    const existing = await findExistingVersion(request, catalog, ports);
    if (existing !== undefined) return keep(request, existing, ports);
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

async function versionsOf({ model }: RegisterRequest, { versions }: RegisterPorts): Promise<VersionCatalog> {
  return (await versions?.()) ?? new VersionCatalog(model, { list: async () => [], read: noTag });
}

function noTag(): never {
  throw new RangeError('there is no tag to read');
}

/** Of a version that is there already only what comes after its tag is written, where it is missing. */
async function keep(
  request: RegisterRequest,
  { tag, report, reason, store }: ExistingVersion,
  { images }: RegisterPorts,
): Promise<Registration> {
  await store.repair(report);
  await tagImage(request, report, images);
  return { version: report.version, tag, created: false, reason, report };
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
  const report = versionReport(request, kept, { version, uri: store.artifactUri(request.artifact) });
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

/** Version level that the change of the interface requires, against the newest verified version. */
function autoBump(request: RegisterRequest, newest: KnownVersion | undefined): Bump {
  if (newest === undefined) return 'minor';
  return decideBump(newest.document && interfaceOf(newest.document), request.interface);
}

function interfaceOf({ signature, task, features }: VersionDocument): ModelInterface | undefined {
  if (signature === null || typeof task !== 'string' || !Array.isArray(features)) return undefined;
  return { task, features: features.map(String), inputs: signature.inputs, outputs: signature.outputs };
}
