import type { JudgedResult } from './judged-result.ts';

/** Predictions that a store keeps. */
export interface StoredTable {
  /** A name with the ending of their format. */
  readonly file: string;
  readonly digest: string;
  /** Of the model that they are of: they are in the same store. */
  readonly artifactUri: string;
  /** Names of the classes that they are probabilities of, in their order; null for regression, undefined if unknown. */
  readonly classes: readonly string[] | null | undefined;
}

/** Facts about the data with which a champion was made and judged. */
export interface ChampionHistory {
  /** Files that its training read. */
  readonly trainedOn: readonly { readonly path: string; readonly digest: string }[];
  /** When it was registered, ISO 8601. */
  readonly registeredAt: string;
  /** The dataset that it was judged on, with its last time where it has times; null where that is not known. */
  readonly judgedOn: { readonly digest: string; readonly to: string | null } | null;
  /** Its scores of the dataset that it was judged on, which the store keeps; absent where it has none. */
  readonly predictions?: StoredTable;
  /** Numbers that its training wrote, by dotted key; null where not finite. */
  readonly trainingMetrics?: Readonly<Record<string, number | null>>;
  /** Files of results that it was judged by; absent in versions of before they were recorded. */
  readonly results?: readonly JudgedResult[];
  /** Parameters that it was trained with. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A dataset as far as comparing needs it. */
export interface DatasetIdentity {
  readonly digest: string;
  /** Its first time, ISO 8601; null where it has none. */
  readonly from: string | null;
}

/**
 * True if a champion may be judged on a dataset: the one that it was judged on, or one of which it cannot have seen a row.
 *
 * `unknown`: only the rows themselves can tell.
 */
export function compareData(dataset: DatasetIdentity, history: ChampionHistory): 'same' | 'newer' | 'seen' | 'unknown' {
  const { trainedOn, judgedOn, registeredAt } = history;
  // A stage may name the test set among what it reads, to write metrics of it: that is not a training on it.
  if (judgedOn === null || judgedOn.digest === dataset.digest) return 'same';
  if (trainedOn.some(({ digest }) => digest === dataset.digest)) return 'seen';
  if (dataset.from === null) return 'unknown';
  const from = Date.parse(dataset.from);
  const isNewer = from > Date.parse(registeredAt) || (judgedOn.to !== null && from > Date.parse(judgedOn.to));
  return isNewer ? 'newer' : 'unknown';
}
