import { newestAttemptsFirst } from '../domain/model/workflow-artifact.ts';
import { UserError } from '../errors.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { ReportArchive } from '../ports/report-archive.ts';
import type { WorkflowRuns } from '../ports/workflow-runs.ts';
import type { EvaluationReport } from '../reports/evaluation-report.ts';
import { readReport } from '../reports/read-report.ts';
import { MAX_ARTIFACT_BYTES } from './publish-evaluation.ts';
import type { KnownVersion } from './version-catalog.ts';

/** Chosen: more promotions than are open at once. */
const MAX_REMEMBERED = 50;

/** What was read already, by the digest of the report; what is not there any more stays so. */
export type RememberedEvaluations = Map<string, EvaluationReport | undefined>;

/** What reading needs. */
export interface EvaluationSources {
  readonly runs: WorkflowRuns;
  readonly archive: ReportArchive;
  readonly hasher: Pick<ArtifactHasher, 'hashText'>;
}

/**
 * Evaluations of registered versions in full, from the artifacts of their release runs while GitHub keeps them. Only the
 * very bytes whose digest the version's tag names are taken; each is downloaded once.
 */
export class ReleaseEvaluations {
  readonly #sources: EvaluationSources;
  readonly #remembered: RememberedEvaluations;

  constructor(sources: EvaluationSources, remembered: RememberedEvaluations) {
    this.#sources = sources;
    this.#remembered = remembered;
  }

  /** Undefined where the tag names none, where its artifact has expired, or where it is not what the tag names. */
  async of(model: string, { line }: Pick<KnownVersion, 'line'>): Promise<EvaluationReport | undefined> {
    const digest = line?.documents.evaluation?.digest;
    const runId = line?.runId;
    if (digest === undefined || runId === undefined || runId === null) return undefined;
    if (this.#remembered.has(digest)) return this.#remembered.get(digest);
    const report = await this.#read(model, { runId, digest });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(digest, report);
    return report;
  }

  async #read(
    model: string,
    { runId, digest }: { readonly runId: number; readonly digest: string },
  ): Promise<EvaluationReport | undefined> {
    const { runs } = this.#sources;
    for (const { artifact } of newestAttemptsFirst(model, await runs.artifacts(runId))) {
      if (artifact.sizeBytes > MAX_ARTIFACT_BYTES) continue;
      const report = await this.#open(await runs.download(artifact.id), digest);
      if (report !== undefined) return report;
    }
    return undefined;
  }

  async #open(zip: Uint8Array, digest: string): Promise<EvaluationReport | undefined> {
    try {
      const bytes = (await this.#sources.archive.read(zip, ['evaluation.json'])).get('evaluation.json');
      if (bytes === undefined || this.#sources.hasher.hashText(new TextDecoder().decode(bytes)) !== digest) return;
      return readReport('evaluation', bytes, 'evaluation.json');
    } catch (error) {
      // Whatever is wrong with it, the tag's own line is evidence enough.
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}
