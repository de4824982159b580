import type { ChampionAbsence } from '../../domain/evaluation/judge-rules.ts';
import { planInputs } from '../../domain/model/input-plan.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest, ShownPath } from './evaluation-request.ts';
import { isTablePath } from './read-predictions.ts';
import type { PlannedModel } from './score-dataset.ts';

/**
 * Opens the dataset and both models at the same time, since the engines load in threads of their own.
 *
 * @throws {UserError} The first of the errors of the dataset and the candidate. A champion that does not open is `unreadable`.
 */
export async function openModels(request: EvaluationRequest, champion: Champion, ports: EvaluationPorts) {
  const { candidate, dataset } = request;
  const describing = ports.tables.describe(dataset.absolute, request.config.data.csv);
  const opening = { request, ports, describing };
  const [table, own, rival] = await Promise.allSettled([
    describing,
    candidate.kind === 'artifact' ? openModel(candidate.path.absolute, opening, request.config.data.features) : null,
    openChampion(champion, opening),
  ]);
  if (table.status === 'fulfilled' && own.status === 'fulfilled' && rival.status === 'fulfilled') {
    return { table: table.value, own: own.value, rival: rival.value };
  }
  if (own.status === 'fulfilled') await own.value?.model.close();
  if (rival.status === 'fulfilled') await rival.value.opened?.model.close();
  throw [table, own, rival].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))[0];
}

const SCORES = {
  'binary-classification': 'one',
  'multiclass-classification': 'each-class',
  regression: 'number',
} as const;

interface Opening {
  readonly request: EvaluationRequest;
  readonly ports: EvaluationPorts;
  readonly describing: Promise<TableDescription>;
}

/** @param features Undefined: the model's own input names. */
async function openModel(
  path: string,
  { request, ports, describing }: Opening,
  features: readonly string[] | undefined,
): Promise<PlannedModel> {
  const model = await ports.models.open(path, {
    scores: SCORES[request.config.task],
    output: request.config.evaluate.output,
  });
  try {
    const { columns } = await describing;
    return { model, plan: planInputs(model.inputs, { ...request.config.data, features }, columns) };
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** The champion, as far as it opened. */
export interface Rival {
  readonly found: Champion;
  readonly opened: PlannedModel | null;
  /** Predictions that were made elsewhere. */
  readonly predictions: ShownPath | null;
  readonly absence: ChampionAbsence;
}

async function openChampion(found: Champion, opening: Opening): Promise<Rival> {
  const closed = { found, opened: null, predictions: null };
  if (found.kind === 'none') return { ...closed, absence: { kind: 'none' } };
  if (found.kind === 'unreadable') return { ...closed, absence: { kind: 'unreadable', reason: found.reason } };
  if (isTablePath(found.path)) {
    const predictions = { shown: "the champion's predictions", absolute: found.path };
    return { ...closed, predictions, absence: { kind: 'present' } };
  }
  try {
    return { ...closed, opened: await openRival(found.path, opening, found.features), absence: { kind: 'present' } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...closed, absence: { kind: 'unreadable', reason: error.message } };
  }
}

/** A champion takes the features that it was trained on; where no one said which, those of today, else its own input names. */
async function openRival(
  path: string,
  opening: Opening,
  features: readonly string[] | undefined,
): Promise<PlannedModel> {
  if (features !== undefined) return openModel(path, opening, features);
  const { features: todays } = opening.request.config.data;
  try {
    return await openModel(path, opening, todays);
  } catch (error) {
    if (!(error instanceof UserError) || todays === undefined) throw error;
    return openModel(path, opening, undefined).catch(() => {
      throw new UserError(error.code, `${error.message}; if it was trained on others, champion-features names them`, {
        fix: error.fix,
      });
    });
  }
}
