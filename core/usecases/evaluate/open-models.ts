import { UserError } from '../../errors.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { hashDataset } from './hash-dataset.ts';
import { openChampion } from './open-champion.ts';
import { type Opening, openModel } from './open-model.ts';
import { hiddenColumns } from './validate-dataset.ts';

/**
 * Opens the dataset and both models at the same time, since the engines load in threads of their own.
 *
 * @throws {UserError} The first of the errors of the dataset and the candidate. A champion that does not open is `unreadable`.
 */
export async function openModels(request: EvaluationRequest, champion: Champion, ports: EvaluationPorts) {
  const { candidate, dataset } = request;
  const describing = ports.tables.describe(dataset.absolute, {
    ...request.config.data.csv,
    hidesValues: hiddenColumns(request).size > 0,
  });
  let digest: Promise<string> | undefined;
  const datasetDigest = () => {
    digest ??= describing.then((table) => hashDataset(table, dataset, ports.hasher));
    return digest;
  };
  const opening: Opening = { request, ports, describing, datasetDigest };
  const [table, own, rival, scored] = await Promise.allSettled([
    describing,
    candidate.kind === 'artifact' ? openModel(candidate.path.absolute, opening, request.config.data.features) : null,
    openChampion(champion, opening),
    expectScoredRows(opening),
  ]);
  if (scored.status === 'fulfilled') {
    if (table.status === 'fulfilled' && own.status === 'fulfilled' && rival.status === 'fulfilled')
      return { table: table.value, own: own.value, rival: rival.value };
  }
  if (own.status === 'fulfilled') await own.value?.model.close();
  if (rival.status === 'fulfilled') await rival.value.opened?.model.close();
  throw [table, own, rival, scored].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))[0];
}

/** Scores are of the rows that they are judged on. */
async function expectScoredRows({ request: { candidate, dataset }, datasetDigest }: Opening): Promise<void> {
  if (candidate.kind !== 'scored-artifact' || candidate.datasetDigest === undefined) return;
  if ((await datasetDigest()) === candidate.datasetDigest) return;
  throw new UserError(
    'DATASET_MISMATCH',
    `the predictions are of another dataset than ${dataset.shown} has here: it was ${candidate.datasetDigest} where the model was trained`,
    { fix: 'Pull the same data in both jobs, and let no step of the job that trains change the evaluation dataset.' },
  );
}
