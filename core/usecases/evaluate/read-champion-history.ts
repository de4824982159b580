import type { ChampionHistory } from '../../domain/evaluation/champion-data.ts';
import { fileMetricKey } from '../../domain/metrics/metric-registry.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { RunReport } from '../../reports/run-report.ts';
import { dataDocumentOf } from '../registry/stored-document.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import type { VersionStore } from '../registry/version-store.ts';

/** Data with which a version was made and judged, from its documents; undefined if unknown. */
export async function readChampionHistory(
  version: KnownVersion,
  documents: Pick<VersionStore, 'readDocument'>,
): Promise<ChampionHistory | undefined> {
  const document = await dataDocumentOf(version, documents);
  if (document === undefined) return undefined;
  const evaluation =
    document.evaluation === null ? undefined : await documents.readDocument('evaluation', document.evaluation.digest);
  const judged = evaluation?.dataset;
  const run = document.run === null ? undefined : await documents.readDocument('run', document.run.digest);
  return {
    trainedOn: document.lineage.inputs.map(({ path, digest }) => ({ path, digest })),
    registeredAt: document.createdAt,
    ...trainingMetricsOf(run, evaluation),
    ...(run === undefined ? {} : { params: run.params }),
    ...(evaluation?.results === undefined ? {} : { results: evaluation.results.map((result) => ({ ...result })) }),
    ...predictionsOf(evaluation, version),
    judgedOn: judged === undefined ? null : { digest: judged.digest, to: judged.to ?? null },
  };
}

/** Numbers of its training; those that its gate named are as its release judged them, whatever file they were in. */
function trainingMetricsOf(
  run: RunReport | undefined,
  evaluation: EvaluationReport | undefined,
): Pick<ChampionHistory, 'trainingMetrics'> {
  const judged = (evaluation?.metrics ?? []).flatMap(({ name, slice, value }) => {
    const key = fileMetricKey(name);
    return key === undefined || slice !== undefined ? [] : [[key, value] as const];
  });
  if (run === undefined && judged.length === 0) return {};
  return { trainingMetrics: { ...run?.metrics, ...Object.fromEntries(judged) } };
}

function predictionsOf(
  evaluation: EvaluationReport | undefined,
  { artifactUri }: KnownVersion,
): Pick<ChampionHistory, 'predictions'> {
  const table = evaluation?.candidate.predictions;
  if (table === undefined) return {};
  const classes = evaluation?.curves === undefined ? undefined : (evaluation.curves.classes ?? null);
  return { predictions: { file: table.file, digest: table.digest, artifactUri, classes } };
}
