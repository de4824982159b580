import { oneChunk } from '../../async/one-chunk.ts';
import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';
import { textContent } from '../../domain/model/text-content.ts';
import { documentKey, predictionsKey, runKey, storeUri, versionKey } from '../../domain/registry/store-layout.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { ArtifactStore, OpenFile } from '../../ports/store/artifact-store.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { ACTION_LIMITS } from '../../reports/limits.ts';
import type { DocumentReference, ModelVersionReport } from '../../reports/model-version-report.ts';
import type { PredictionsTable } from '../../reports/predictions-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { formatReport, type ReportKind, type ReportOf, readReport } from '../../reports/read-report.ts';
import type { RunReport } from '../../reports/run-report.ts';
import { otherBytes } from './other-bytes.ts';

/** The documents of a registration that are in the store. */
export interface StoredDocuments {
  readonly run?: DocumentReference;
  readonly evaluation?: DocumentReference;
  readonly profile?: DocumentReference;
}

/** Scores of a version on the rows that it was judged on, and their bytes. */
export interface StoredPredictions {
  readonly table: PredictionsTable;
  readonly open: () => AsyncIterable<Uint8Array>;
}

type StoreHasher = Pick<ArtifactHasher, 'hashText' | 'hashChunks'>;

/** A place for versions: their artifacts and their documents. */
export interface RegisterStore {
  readonly objects: ObjectStore;
  readonly artifacts: ArtifactStore;
}

/** Layout of the register in a store: documents by the layout of `store-layout.ts`, artifacts as the store keeps them. */
export class VersionStore {
  readonly #objects: ObjectStore;
  readonly #artifacts: ArtifactStore;
  readonly #hasher: StoreHasher;
  readonly #open: OpenFile | undefined;

  /**
   * @param openFile Opens a file of the artifact by its path in it; only `putArtifact` needs it.
   */
  constructor({ objects, artifacts }: RegisterStore, hasher: StoreHasher, openFile?: OpenFile) {
    this.#objects = objects;
    this.#artifacts = artifacts;
    this.#hasher = hasher;
    this.#open = openFile;
  }

  /** Without a trailing slash. */
  get uri(): string {
    return this.#objects.uri;
  }

  /**
   * Stores the artifact's tree under its digest; what is there already stays, and is read to see that it is the same.
   *
   * @throws {ServiceError} STORE_CORRUPT when the store has other bytes there.
   */
  async putArtifact(artifact: HashedArtifact): Promise<void> {
    const open = this.#open;
    if (open === undefined) throw new RangeError('putArtifact needs a store that was made with openFile');
    await this.#artifacts.put(artifact, open);
  }

  /** The immutable URI of an artifact in this store. */
  artifactUri(artifact: HashedArtifact): string {
    return this.#artifacts.uriOf(artifact);
  }

  /**
   * Stores a table of predictions under its digest; what is there already stays, and is read to see that it is the same.
   *
   * @throws {ServiceError} STORE_CORRUPT when the store has other bytes there.
   */
  async putPredictions({ table, open }: StoredPredictions): Promise<void> {
    const key = predictionsKey(table);
    const result = await this.#objects.put(key, { sizeBytes: table.sizeBytes, open }, 'if-absent');
    if (result !== 'exists') return;
    const stored = await this.#objects.open(key);
    if (stored === undefined || (await this.#hasher.hashChunks(stored)) !== table.digest)
      throw otherBytes(storeUri(this.uri, key), table.digest);
  }

  /** Stores the given documents, each under its own digest. */
  async putDocuments(reports: {
    readonly run: RunReport | undefined;
    readonly evaluation: EvaluationReport;
    readonly profile: ProfileReport | undefined;
  }): Promise<StoredDocuments> {
    return {
      ...(reports.run === undefined ? {} : { run: await this.#putReport('run', reports.run) }),
      evaluation: await this.#putReport('evaluation', reports.evaluation),
      ...(reports.profile === undefined ? {} : { profile: await this.#putReport('profile', reports.profile) }),
    };
  }

  /** Result that `putDocuments` would give for these; nothing is written. */
  referencesOf({ run, evaluation, profile }: Parameters<VersionStore['putDocuments']>[0]): StoredDocuments {
    return {
      ...(run === undefined ? {} : { run: this.#reference(formatReport('run', run)) }),
      evaluation: this.#reference(formatReport('evaluation', evaluation)),
      ...(profile === undefined ? {} : { profile: this.#reference(formatReport('profile', profile)) }),
    };
  }

  /** Stores the document of a version under its digest. */
  async putVersionDocument(report: ModelVersionReport): Promise<DocumentReference> {
    return this.#putReport('model-version', report);
  }

  /**
   * Writes what is written after the tag, where it is missing or is something else: the copy and the name for people, and,
   * where the version says what it was made of, the document of its run under its inputs.
   */
  async repair(report: ModelVersionReport): Promise<void> {
    await this.#objects.put(
      versionKey(report.version),
      textContent(formatReport('model-version', report)),
      'if-absent',
    );
    const { artifact, lineage, run } = report;
    await this.#artifacts.label?.({ digest: artifact.digest, uri: artifact.uri }, `v${report.version}`);
    if (run === null || lineage.inputsDigest === null) return;
    const bytes = await this.#bytes(documentKey(run.digest));
    if (bytes === undefined || (await this.#hasher.hashChunks(oneChunk(bytes))) !== run.digest) return;
    const key = runKey(lineage.inputsDigest, artifact.digest);
    const stored = await this.#objects.open(key);
    if (stored !== undefined && (await this.#hasher.hashChunks(stored)) === run.digest) return;
    await this.#objects.put(key, textContent(new TextDecoder().decode(bytes)), 'replace');
  }

  /**
   * The document with a digest, checked against it.
   *
   * @throws {ServiceError} STORE_CORRUPT when the bytes have another digest.
   */
  async readDocument<Kind extends ReportKind>(kind: Kind, digest: string): Promise<ReportOf<Kind> | undefined> {
    return this.#read(kind, documentKey(digest), digest);
  }

  async #putReport<Kind extends ReportKind>(kind: Kind, report: ReportOf<Kind>): Promise<DocumentReference> {
    const text = formatReport(kind, report);
    const reference = this.#reference(text);
    await this.#objects.put(documentKey(reference.digest), textContent(text), 'if-absent');
    return reference;
  }

  #reference(text: string): DocumentReference {
    const digest = this.#hasher.hashText(text);
    return { uri: this.#uriOf(documentKey(digest)), digest };
  }

  async #read<Kind extends ReportKind>(kind: Kind, key: string, digest?: string): Promise<ReportOf<Kind> | undefined> {
    const bytes = await this.#bytes(key);
    if (bytes === undefined) return undefined;
    const uri = this.#uriOf(key);
    if (digest !== undefined && (await this.#hasher.hashChunks(oneChunk(bytes))) !== digest)
      throw otherBytes(uri, digest);
    return readReport(kind, bytes, uri);
  }

  #uriOf(key: string): string {
    return this.#objects.uriOf?.(key) ?? storeUri(this.uri, key);
  }

  async #bytes(key: string): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    let size = 0;
    const content = await this.#objects.open(key);
    if (content === undefined) return undefined;
    for await (const part of content) {
      size += part.length;
      parts.push(part);
      if (size > ACTION_LIMITS.maxBytes) break;
    }
    return Buffer.concat(parts);
  }
}
