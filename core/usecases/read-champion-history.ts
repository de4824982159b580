import type { ChampionHistory } from '../domain/evaluation/champion-data.ts';
import type { KnownVersion } from './version-catalog.ts';
import type { VersionStore } from './version-store.ts';

/** What data a version was made and judged with, from its documents in the store; undefined where it has none. */
export async function readChampionHistory(
  { version, line }: Pick<KnownVersion, 'version' | 'line'>,
  documents: Pick<VersionStore, 'readVersion' | 'readDocument'>,
): Promise<ChampionHistory | undefined> {
  const report = await documents.readVersion(version, line?.documents['model-version']?.digest);
  if (report === undefined) return undefined;
  const evaluation =
    report.evaluation === null ? undefined : await documents.readDocument('evaluation', report.evaluation.digest);
  const judged = evaluation?.dataset;
  const run = report.run === null ? undefined : await documents.readDocument('run', report.run.digest);
  return {
    trainedOn: report.lineage.inputs.map(({ path, digest }) => ({ path, digest })),
    registeredAt: report.createdAt,
    ...(run === undefined ? {} : { trainingMetrics: run.metrics, params: run.params }),
    judgedOn: judged === undefined ? null : { digest: judged.digest, to: judged.to ?? null },
  };
}
