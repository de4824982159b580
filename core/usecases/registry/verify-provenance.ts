import { oneChunk } from '../../async/one-chunk.ts';
import { type AttemptArtifact, newestAttemptsFirst } from '../../domain/model/workflow-artifact.ts';
import {
  type DocumentedVersion,
  documentRefusal,
  isStoredUnderDigest,
  RELEASE_JOB,
  releaseRunRefusal,
  uploadRefusal,
} from '../../domain/registry/release-provenance.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { VersionAttestations } from '../../ports/github/version-tags.ts';
import type { WorkflowArtifact, WorkflowRun, Workflows } from '../../ports/github/workflows.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import type { ModelVersionReport } from '../../reports/model-version-report.ts';
import { readReport } from '../../reports/read-report.ts';
import type { ProvenanceMemory, RememberedRelease, VersionClaim, VersionDocument } from './provenance-memory.ts';

/** Facts from which a version's provenance is verified. */
export interface ProvenancePorts {
  readonly workflows: Pick<Workflows, 'run' | 'attempt' | 'jobs' | 'artifacts' | 'download'>;
  readonly commits: Pick<Commits, 'isAncestorOrSame' | 'wasAt'>;
  readonly archive: ReportArchive;
  readonly hasher: Pick<ArtifactHasher, 'hashChunks'>;
  /** Undefined: the repository signs nothing. */
  readonly attestations?: VersionAttestations | undefined;
}

/** Facts with which a version has to agree. */
export interface ProvenanceContext {
  readonly model: string;
  readonly defaultBranch: { readonly name: string; readonly sha: string };
  /** The ways to write `register.store`; none: nothing is believed. */
  readonly stores: readonly string[];
  /**
   * The ways to write the store that tidegate.yaml of an earlier commit of the default branch named, where it is another
   * one: `register.store` may change, and versions stay where they are. Default: none.
   */
  readonly storesAt?: ((commit: string) => Promise<readonly string[]>) | undefined;
  /** `register.workflow` of tidegate.yaml: the file name of the workflow that registers. */
  readonly releaseWorkflow: string;
  /** `image.repository` of tidegate.yaml. */
  readonly imageRepository: string | undefined;
  /** The run that asks, which has not ended; undefined for the bot. */
  readonly ownRunId?: number | undefined;
  readonly memory: ProvenanceMemory;
  readonly nowMs: number;
}

/** Result of a claim. */
export type Verification =
  /** Its document is believed, as one thing. */
  | {
      readonly kind: 'verified';
      readonly document: VersionDocument;
      readonly by: 'release-run' | 'attestation' | 'store';
    }
  /** A release made it, but GitHub keeps its document no more: only what the default branch has held counts. */
  | { readonly kind: 'expired'; readonly reason: string }
  /** @property isFinal Asking again would tell the same. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isFinal: boolean };

/** Chosen: a document of thousands of files fits. */
const MAX_DOCUMENT_BYTES = 8 * 2 ** 20;
/** Chosen: twenty requests, once for all versions. */
const MAX_MOVES = 2000;

/**
 * Decides whether a version is believed: the one place for the bot and for the actions.
 *
 * It is where its tag names a successful run of the release workflow, for a push to or a dispatch on the default branch
 * at the tag's commit, to which that branch pointed, and the document that this run's register job uploaded has the digest that the tag names. URI,
 * digest, image and version then come from that document, never from the tag. A signed statement about the document
 * does as well.
 */
export class ProvenanceVerifier {
  readonly #context: ProvenanceContext;
  readonly #ports: ProvenancePorts;
  readonly #runs = new Map<number, Promise<WorkflowRun | undefined>>();
  readonly #artifacts = new Map<number, Promise<readonly WorkflowArtifact[]>>();

  constructor(context: ProvenanceContext, ports: ProvenancePorts) {
    this.#context = context;
    this.#ports = ports;
  }

  /** @throws {ServiceError} Where GitHub cannot be asked: that is not an answer. */
  async verify(claim: VersionClaim): Promise<Verification> {
    const { memory, nowMs } = this.#context;
    const known = memory.refusalOf(claim.tag, nowMs);
    if (known !== undefined) return refused(known, true);
    const result = await this.#verify(claim);
    if (result.kind === 'refused' && result.isFinal) memory.refuse(claim.tag, result.reason, nowMs);
    return result;
  }

  async #verify(claim: VersionClaim): Promise<Verification> {
    const { line } = claim;
    const digest = line?.document;
    if (line === undefined || digest === undefined) return refused('its tag has no line from Tidegate', true);
    const attested = await this.#attested(claim, digest);
    if (attested !== undefined) return attested;
    if (line.runId === null) return refused('no workflow run created it', true);
    const release = this.#releaseOf(claim, line.runId, digest);
    const known = this.#context.memory.documentOf(release);
    if (known !== undefined && (await this.#isOnBranch(claim))) return this.#agreeing(claim, known, 'release-run');
    const run = await this.#run(line.runId);
    if (run === undefined) return refused(`run ${line.runId} does not exist`, true);
    const { defaultBranch, releaseWorkflow: workflow } = this.#context;
    const foreign = releaseRunRefusal(run, { commit: claim.commit, defaultBranch: defaultBranch.name, workflow });
    if (foreign !== undefined) return refused(foreign, true);
    if (!(await this.#isOnBranch(claim))) return refused('its commit is not on the default branch', false);
    return (await this.#neverAt(claim)) ?? this.#ofRun(claim, run, release);
  }

  /**
   * A run tells the name of its branch or of its tag, and not which: of a tag with the default branch's name it looks the
   * same. It ran the workflow file of its commit, so that the default branch has to have been at that very commit.
   */
  async #neverAt({ commit }: VersionClaim): Promise<Verification | undefined> {
    const { name, sha } = this.#context.defaultBranch;
    const was = commit === sha || (await this.#ports.commits.wasAt({ name, sha: commit }, MAX_MOVES));
    if (was === true) return undefined;
    if (was === false) return refused(`${name} never pointed to its commit`, false);
    return { kind: 'expired', reason: `GitHub no longer lists whether ${name} pointed to its commit` };
  }

  #releaseOf({ commit }: VersionClaim, runId: number, digest: string): RememberedRelease {
    return { runId, digest, commit, branch: this.#context.defaultBranch.name };
  }

  #isOnBranch({ commit }: VersionClaim): Promise<boolean> {
    return this.#ports.commits.isAncestorOrSame(commit, this.#context.defaultBranch.sha);
  }

  async #attested(claim: VersionClaim, digest: string): Promise<Verification | undefined> {
    const found = await this.#ports.attestations?.documentOf(digest);
    if (found === undefined || (await this.#digestOf(found.bytes)) !== digest) return undefined;
    const document = documentOf(readReport('model-version', found.bytes, 'the attested document'));
    return this.#agreeing(claim, document, 'attestation');
  }

  async #ofRun(claim: VersionClaim, run: WorkflowRun, release: RememberedRelease): Promise<Verification> {
    const uploads = await this.#uploads(run);
    if (typeof uploads === 'string') return refused(uploads, run.conclusion === 'success');
    if (uploads.length === 0) return withoutUpload(run);
    const reasons: string[] = [];
    for (const { attempt, artifact } of uploads) {
      const found = await this.#document(run, { attempt, artifact, release });
      if (typeof found !== 'string') return this.#agreeing(claim, found, 'release-run');
      reasons.push(found);
    }
    return refused(reasons[0] ?? '', run.conclusion === 'success');
  }

  /** Uploads of its attempts, newest first, or the reason why none of them counts. */
  async #uploads(run: WorkflowRun): Promise<readonly AttemptArtifact<WorkflowArtifact>[] | string> {
    const artifacts = await this.#artifactsOf(run.id);
    try {
      return newestAttemptsFirst({ kind: 'version', model: this.#context.model }, artifacts);
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
  }

  /** The document in an artifact, or why it is not believed. */
  async #document(
    run: WorkflowRun,
    {
      attempt,
      artifact,
      release,
    }: { readonly attempt: number; readonly artifact: WorkflowArtifact; readonly release: RememberedRelease },
  ): Promise<VersionDocument | string> {
    const isOwnRun = run.id === this.#context.ownRunId;
    if (!isOwnRun && !(await this.#succeeded(run, attempt))) return `run ${run.id} did not succeed`;
    const jobs = await this.#ports.workflows.jobs(run.id, attempt);
    const foreign = uploadRefusal(artifact.createdAtMs, jobs, isOwnRun);
    if (foreign !== undefined) return foreign;
    if (artifact.sizeBytes > MAX_DOCUMENT_BYTES) return 'its document is too large';
    const bytes = await this.#unpack(artifact);
    if (bytes === undefined) return `the artifact ${artifact.name} holds no document`;
    if ((await this.#digestOf(bytes)) !== release.digest) return `run ${run.id} registered another document`;
    const document = documentOf(readReport('model-version', bytes, artifact.name));
    this.#context.memory.keep(release, document);
    return document;
  }

  /** A run that is run again has not ended: then the attempt that uploaded counts. */
  async #succeeded(run: WorkflowRun, attempt: number): Promise<boolean> {
    if (run.conclusion === 'success') return true;
    return (await this.#ports.workflows.attempt(run.id, attempt))?.conclusion === 'success';
  }

  async #unpack(artifact: WorkflowArtifact): Promise<Uint8Array | undefined> {
    const { archive, workflows } = this.#ports;
    try {
      const files = await archive.read(() => workflows.download(artifact.id), ['model-version.json']);
      return files.get('model-version.json');
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  async #agreeing(
    claim: VersionClaim,
    document: VersionDocument,
    by: 'release-run' | 'attestation',
  ): Promise<Verification> {
    const { model, imageRepository } = this.#context;
    const { version, commit } = claim;
    const placed = { artifactUri: document.artifact.uri, artifactDigest: document.artifact.digest, commit };
    const stores = await storesOf(placed, this.#context, () => this.#isOnBranch(claim));
    // An attestation says which run it was by itself.
    const runId = by === 'attestation' ? (document.lineage.runId ?? 0) : (claim.line?.runId ?? 0);
    const expected = { model, version, commit, runId, stores, imageRepository };
    const reason = documentRefusal(asDocumented(document), expected);
    return reason === undefined ? { kind: 'verified', document, by } : refused(reason, false);
  }

  #run(id: number): Promise<WorkflowRun | undefined> {
    const asked = this.#runs.get(id) ?? this.#ports.workflows.run(id);
    this.#runs.set(id, asked);
    return asked;
  }

  #artifactsOf(id: number): Promise<readonly WorkflowArtifact[]> {
    const asked = this.#artifacts.get(id) ?? this.#ports.workflows.artifacts(id);
    this.#artifacts.set(id, asked);
    return asked;
  }

  #digestOf(bytes: Uint8Array): Promise<string> {
    return this.#ports.hasher.hashChunks(oneChunk(bytes));
  }
}

/**
 * The stores in which a version may be: those of today, and for one that is in none of them that of its own commit.
 *
 * @param isOnBranch True if its commit is on the default branch: no other branch names a store.
 */
export async function storesOf(
  version: Pick<DocumentedVersion, 'artifactUri' | 'artifactDigest' | 'commit'>,
  { stores, storesAt }: Pick<ProvenanceContext, 'stores' | 'storesAt'>,
  isOnBranch: () => Promise<boolean>,
): Promise<readonly string[]> {
  if (stores.length === 0 || storesAt === undefined || isStoredUnderDigest(version, stores)) return stores;
  return (await isOnBranch()) ? [...stores, ...(await storesAt(version.commit))] : stores;
}

function withoutUpload(run: WorkflowRun): Verification {
  if (run.status !== 'completed') return refused(`run ${run.id} has not ended`, false);
  if (run.conclusion !== 'success') return refused(`run ${run.id} did not succeed`, false);
  return {
    kind: 'expired',
    reason: `GitHub no longer has the files that the ${RELEASE_JOB} job of run ${run.id} uploaded`,
  };
}

function refused(reason: string, isFinal: boolean): Verification {
  return { kind: 'refused', reason, isFinal };
}

/** The document without the list of files, which no one asks a remembered document for. */
export function documentOf(report: ModelVersionReport): VersionDocument {
  const { uri, digest, sizeBytes, computation } = report.artifact;
  const { createdAt, name, version, lineage, signature, task, features, run, evaluation, profile, image } = report;
  const { metrics, comparisons, dataset, recorded } = report;
  return {
    ...{ createdAt, name, version, lineage, signature, task, features, run, evaluation, profile, image },
    ...{ metrics, comparisons, dataset },
    ...(recorded === undefined ? {} : { recorded }),
    artifact: { uri, digest, sizeBytes, ...(computation === undefined ? {} : { computation }) },
  };
}

/** The facts of a document that its tag, its run and tidegate.yaml have to agree with. */
export function asDocumented({ name, version, artifact, image, lineage }: VersionDocument): DocumentedVersion {
  return {
    model: name,
    version,
    artifactUri: artifact.uri,
    artifactDigest: artifact.digest,
    commit: lineage.commit,
    runId: lineage.runId,
    ...(image === undefined ? {} : { image }),
  };
}
