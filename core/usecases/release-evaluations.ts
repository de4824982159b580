import { slug } from '../domain/model/model-name.ts';
import { UserError } from '../errors.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { ReportArchive } from '../ports/report-archive.ts';
import type { WorkflowArtifact, WorkflowRuns } from '../ports/workflow-runs.ts';
import type { EvaluationReport } from '../reports/evaluation-report.ts';
import { readReport } from '../reports/read-report.ts';
import type { KnownVersion } from './version-catalog.ts';

/** Chosen: the artifact carries the model too, and is held in memory to read the report. */
const MAX_ARTIFACT_BYTES = 128 * 2 ** 20;
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
    const attempts = attemptsOf(model, await runs.artifacts(runId));
    for (const { id } of attempts) {
      const report = await this.#open(await runs.download(id), digest);
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

/** The artifacts of a model's evaluations, newest attempt first; none that is too large to hold. */
function attemptsOf(model: string, artifacts: readonly WorkflowArtifact[]): readonly WorkflowArtifact[] {
  const prefix = `tidegate-${slug(model)}-`;
  const attempt = ({ name }: WorkflowArtifact) => (name.startsWith(prefix) ? name.slice(prefix.length) : '');
  return artifacts
    .filter((artifact) => /^\d{1,9}$/.test(attempt(artifact)) && artifact.sizeBytes <= MAX_ARTIFACT_BYTES)
    .toSorted((a, b) => Number(attempt(b)) - Number(attempt(a)));
}
