import type { ChampionAbsence } from '../../domain/evaluation/judge-rules.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import type { ScoredBy } from '../../reports/predictions-report.ts';
import type { ShownPath } from './evaluation-request.ts';
import { type Opening, openModel } from './open-model.ts';
import { isTablePath } from './read-predictions.ts';
import type { PlannedModel } from './score-dataset.ts';

/** The champion, as far as it opened. */
export interface Rival {
  readonly found: Champion;
  readonly opened: PlannedModel | null;
  /** Predictions that were made elsewhere. */
  readonly predictions: ShownPath | null;
  /** Names of the classes that they are of, in their order; null for regression, undefined if no one says. */
  readonly classes?: readonly string[] | null | undefined;
  readonly absence: ChampionAbsence;
  /** null where it has no scores. */
  readonly scoredBy: ScoredBy | null;
}

type Found = Extract<Champion, { kind: 'found' }>;

/** Scores that were computed before the judge. */
interface GivenScores {
  readonly predictions: ShownPath;
  readonly scoredBy: ScoredBy;
  readonly classes?: readonly string[] | null | undefined;
  /** A clause. */
  readonly note: string;
}

/**
 * Opens a champion: as a model that the judge runs, or by its predictions of this dataset, from the store or from the job
 * that trained. A champion that has neither is `unreadable`, with a reason that says what is missing.
 */
export async function openChampion(found: Champion, opening: Opening): Promise<Rival> {
  const closed = { found, opened: null, predictions: null, scoredBy: null };
  if (found.kind === 'none') return { ...closed, absence: { kind: 'none' } };
  if (found.kind === 'unreadable') return { ...closed, absence: { kind: 'unreadable', reason: found.reason } };
  if (isTablePath(found.path)) {
    const predictions = { shown: "the champion's predictions", absolute: found.path };
    return { ...closed, predictions, scoredBy: 'predictions', absence: { kind: 'present' } };
  }
  try {
    return await openFound(found, opening);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
    const firm = error instanceof ServiceError ? { isWaivable: false as const } : {};
    return { ...closed, absence: { kind: 'unreadable', reason: error.message, ...firm } };
  }
}

/** A model that the judge runs comes first if it runs the candidate too: the same code then scores both. */
async function openFound(found: Found, opening: Opening): Promise<Rival> {
  const isRun = opening.request.candidate.kind === 'artifact';
  const given = isRun ? undefined : await givenScores(found, opening);
  if (given !== undefined) return scoredRival(found, given);
  // What its team scores by code of its own is not what the bare model gives.
  const isScoredByTeam = found.history?.predictions !== undefined;
  if (isScoredByTeam && !isRun)
    throw new UserError('MODEL_INVALID', withoutScores(found, opening), { fix: 'Set evaluate.predict.' });
  try {
    const opened = await openRival(found.path, opening, found.features);
    return { found, opened, predictions: null, scoredBy: 'onnx', absence: { kind: 'present' } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const rest = isRun ? await givenScores(found, opening) : undefined;
    if (rest !== undefined) return scoredRival(found, rest);
    if (isRun && found.history?.predictions === undefined && opening.request.championScores === undefined) throw error;
    throw new UserError(error.code, withoutScores(found, opening), { fix: error.fix });
  }
}

function scoredRival(found: Found, { predictions, scoredBy, classes, note }: GivenScores): Rival {
  const notes = [found.note, note].filter((text) => text !== undefined).join('; ');
  const noted = { ...found, note: notes };
  return { found: noted, opened: null, predictions, classes, scoredBy, absence: { kind: 'present' } };
}

/** The store's first: no code of the pull request had a say in them. */
async function givenScores(found: Found, opening: Opening): Promise<GivenScores | undefined> {
  const { request, ports } = opening;
  const { history, digest } = found;
  if (history?.predictions !== undefined && history.judgedOn?.digest === (await opening.datasetDigest())) {
    const absolute = await ports.fetchPredictions(history.predictions);
    const predictions = { shown: "the champion's registered predictions", absolute };
    const { classes } = history.predictions;
    return { predictions, scoredBy: 'predictions', classes, note: 'its scores are those of its registration' };
  }
  const handed = request.championScores;
  if (handed?.predictions === undefined || handed.digest !== digest) return undefined;
  if (handed.datasetDigest !== (await opening.datasetDigest())) return undefined;
  const { predictions, scoredBy, note } = handed;
  return { predictions, scoredBy, note };
}

/** Both ways to scores, and what each of them lacks. */
function withoutScores({ version, history, digest }: Found, { request: { championScores } }: Opening): string {
  const name = version === undefined ? 'the champion' : `v${version}`;
  const stored =
    history?.predictions === undefined
      ? 'the store has no predictions of it'
      : 'its predictions in the store are of another dataset';
  if (championScores === undefined) return `${name} has no scores: ${stored}, and training did not score it`;
  const isOther = championScores.digest !== digest;
  const handed = isOther
    ? 'training scored another version'
    : championScores.predictions === undefined
      ? `its own code could not score it (${championScores.note})`
      : 'training scored it on another dataset';
  return `${name} has no scores: ${stored}, and ${handed}`;
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
