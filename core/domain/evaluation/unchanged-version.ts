import type { ChampionHistory } from './champion-data.ts';
import { areSameResults, type JudgedResult } from './judged-result.ts';

/** A candidate, and what it would replace. */
export interface ComparedBytes {
  /** Digests of the model and of the rows that it is judged on. */
  readonly candidate: string;
  /** Digest of what it computes; undefined where that is not known. */
  readonly computation: string | undefined;
  readonly dataset: string;
  /** The registered champion; undefined where there is none, or where it has no version. */
  readonly champion:
    | {
        readonly version: string;
        readonly digest: string;
        readonly computation: string | undefined;
        readonly history: ChampionHistory | undefined;
      }
    | undefined;
  /** Digest of the scores, where code of the team computed them; undefined where the judge runs the model. */
  readonly predictions: string | undefined;
  /** Files of results that the candidate is judged by. */
  readonly results?: readonly JudgedResult[] | undefined;
  /** The change under review decides how the model is judged. */
  readonly isJudgedAnew: boolean;
}

/**
 * The registered version that a candidate is, byte for byte or in all that it computes, where nothing is left to judge: its release judged it on the
 * same rows, and the change under review leaves the gate as it is.
 *
 * @returns Undefined where anything differs, or where no document says on which rows it was judged.
 */
export function unchangedVersion(compared: ComparedBytes): string | undefined {
  const { candidate, computation, dataset, predictions, results, champion, isJudgedAnew } = compared;
  if (isJudgedAnew || champion === undefined) return undefined;
  const computesTheSame = computation !== undefined && champion.computation === computation;
  if (champion.digest !== candidate && !computesTheSame) return undefined;
  // Other code scores the same model in another way.
  if (champion.history?.predictions?.digest !== predictions) return undefined;
  // Another training run or test run wrote other numbers of the same model.
  if (champion.history?.results !== undefined && !areSameResults(champion.history.results, results)) return undefined;
  return champion.history?.judgedOn?.digest === dataset ? champion.version : undefined;
}
