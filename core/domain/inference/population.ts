/** Groups of rows that are not independent of each other. */
export type Sampling =
  | { readonly kind: 'rows' }
  | {
      readonly kind: 'clusters';
      /** Cluster of each row: 0 up to `count` - 1, each at least once. */
      readonly ids: Uint32Array;
      readonly count: number;
      /** Set where clusters are parts of independent rows, made to sum influences by: what to call that. */
      readonly method?: string;
    };

/** Rows of a population: which belong together, their labels and weights. */
export interface Population {
  readonly sampling: Sampling;
  readonly labels: Float64Array;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
  /** The part of all weight that each cluster has, where it is known already. */
  readonly shares?: Float64Array;
  /** Number of rows, where influences are those of parts of them. */
  readonly rows?: number;
}

/** The sampling of rows and their weights: all that limits for every law need of a population. */
export type SampledRows = Pick<Population, 'sampling' | 'weights'>;
