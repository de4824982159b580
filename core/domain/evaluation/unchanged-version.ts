import type { ChampionHistory } from './champion-data.ts';

/** A candidate, and what it would replace. */
export interface ComparedBytes {
  /** Digests of the model and of the rows that it is judged on. */
  readonly candidate: string;
  readonly dataset: string;
  /** The registered champion; undefined where there is none, or where it has no version. */
  readonly champion:
    | { readonly version: string; readonly digest: string; readonly history: ChampionHistory | undefined }
    | undefined;
  /** The change under review decides how the model is judged. */
  readonly isJudgedAnew: boolean;
}

/**
 * The registered version that a candidate is, byte for byte, where nothing is left to judge: its release judged it on the
 * same rows, and the change under review leaves the gate as it is.
 *
 * @returns Undefined where anything differs, or where no document says on which rows it was judged.
 */
export function unchangedVersion({ candidate, dataset, champion, isJudgedAnew }: ComparedBytes): string | undefined {
  if (isJudgedAnew || champion === undefined || champion.digest !== candidate) return undefined;
  return champion.history?.judgedOn?.digest === dataset ? champion.version : undefined;
}
