import { newestAttemptsFirst } from '../../domain/model/workflow-artifact.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { WorkflowArtifact, Workflows } from '../../ports/github/workflows.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { MAX_REPORT_ZIP_BYTES } from '../../reports/limits.ts';
import { type BotParser, inProcessParser } from '../registry/in-process-parser.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';

/** Chosen: more promotions than are open at once. */
const MAX_REMEMBERED = 50;

/**
 * Cache of reports of one repository, by run and digest of the report: a run that does not hold it says nothing about
 * another one. What is not there any more stays so.
 */
export type RememberedEvaluations = Map<string, EvaluationReport | undefined>;

/** Dependencies of reading. */
export interface EvaluationSources {
  readonly workflows: Pick<Workflows, 'artifacts' | 'download'>;
  readonly archive: ReportArchive;
  readonly hasher: Pick<ArtifactHasher, 'hashText'>;
  /** Default: in the caller's own thread. */
  readonly parser?: Pick<BotParser, 'readReport'>;
}

/**
 * Evaluations of registered versions in full, from the artifacts of their release runs while GitHub keeps them. Only the
 * very bytes whose digest the version's document names are taken; each is downloaded once.
 */
export class ReleaseEvaluations {
  readonly #sources: EvaluationSources;
  readonly #remembered: RememberedEvaluations;

  constructor(sources: EvaluationSources, remembered: RememberedEvaluations) {
    this.#sources = sources;
    this.#remembered = remembered;
  }

  /** Undefined where its document names none, where its artifact has expired, or where it is not what is named. */
  async of(
    model: string,
    { document, provenance }: Pick<KnownVersion, 'document' | 'provenance'>,
  ): Promise<EvaluationReport | undefined> {
    const digest = document?.evaluation?.digest;
    const runId = provenance.kind === 'history' ? null : provenance.runId;
    if (digest === undefined || runId === null) return undefined;
    const key = `${runId} ${digest}`;
    if (this.#remembered.has(key)) return this.#remembered.get(key);
    const report = await this.#read(model, { runId, digest });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(key, report);
    return report;
  }

  async #read(
    model: string,
    { runId, digest }: { readonly runId: number; readonly digest: string },
  ): Promise<EvaluationReport | undefined> {
    const { workflows } = this.#sources;
    for (const { artifact } of reportsAmong(model, await workflows.artifacts(runId))) {
      if (artifact.sizeBytes > MAX_REPORT_ZIP_BYTES) continue;
      const report = await this.#open(() => workflows.download(artifact.id), digest);
      if (report !== undefined) return report;
    }
    return undefined;
  }

  async #open(fetchZip: () => Promise<Uint8Array>, digest: string): Promise<EvaluationReport | undefined> {
    const { archive, hasher, parser = inProcessParser } = this.#sources;
    try {
      const bytes = (await archive.read(fetchZip, ['evaluation.json'])).get('evaluation.json');
      if (bytes === undefined || hasher.hashText(new TextDecoder().decode(bytes)) !== digest) return;
      return await parser.readReport('evaluation', bytes);
    } catch (error) {
      // Whatever is wrong with it, the version's document is evidence enough.
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}

/** None where two have one name: the version's document is evidence enough. */
function reportsAmong(model: string, artifacts: readonly WorkflowArtifact[]) {
  try {
    return newestAttemptsFirst({ kind: 'report', model }, artifacts);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
