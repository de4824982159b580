/** Chosen: of a million values some 15 share a bucket. */
const BUCKETS = 1 << 16;

/**
 * The values at some ranks, as a full sort would give them: only the buckets in which a rank is are sorted.
 *
 * @param values Any order; those that are not finite do not count.
 * @param ranks Ascending, each from 0 and below the number of finite values.
 */
export function valuesAtRanks(values: Float64Array, ranks: Uint32Array): Float64Array {
  const spread = bucketsOf(values);
  const { starts } = spread;
  const isWanted = new Uint8Array(BUCKETS);
  for (let i = 0, bucket = 0; i < ranks.length; i++) {
    while ((starts[bucket + 1] ?? 0) <= (ranks[i] ?? 0)) bucket++;
    isWanted[bucket] = 1;
  }
  const kept = keep(values, { ...spread, isWanted });
  const found = new Float64Array(ranks.length);
  for (let i = 0, bucket = -1; i < ranks.length; i++) {
    const rank = ranks[i] ?? 0;
    while (bucket < 0 || (starts[bucket + 1] ?? 0) <= rank) {
      bucket++;
      if (isWanted[bucket] === 1) kept.values.subarray(kept.starts[bucket], kept.starts[bucket + 1]).sort();
    }
    found[i] = kept.values[(kept.starts[bucket] ?? 0) + rank - (starts[bucket] ?? 0)] ?? Number.NaN;
  }
  return found;
}

interface Buckets {
  /** The rank of the first value of each bucket; one more at the end. */
  readonly starts: Uint32Array;
  /** Bucket of a finite value; grows with it. */
  readonly bucketOf: (value: number) => number;
}

/** Equal steps from the lowest to the highest value. */
function bucketsOf(values: Float64Array): Buckets {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    // NaN is in no order; infinities are left out by hand.
    if (value < lowest && value > Number.NEGATIVE_INFINITY) lowest = value;
    if (value > highest && value < Number.POSITIVE_INFINITY) highest = value;
  }
  // Halves, since the distance of two numbers may be none.
  const steps = BUCKETS / 2 / (highest / 2 - lowest / 2);
  const scale = Number.isFinite(steps) ? steps : 0;
  const bucketOf = (value: number) => Math.min(BUCKETS - 1, Math.max(0, Math.floor(value * scale - lowest * scale)));
  const starts = new Uint32Array(BUCKETS + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!(value >= lowest && value <= highest)) continue;
    const after = bucketOf(value) + 1;
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let bucket = 1; bucket <= BUCKETS; bucket++) {
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
  }
  return { starts, bucketOf };
}

/** The values of the wanted buckets, bucket by bucket. */
function keep(
  values: Float64Array,
  { starts, bucketOf, isWanted }: Buckets & { readonly isWanted: Uint8Array },
): { readonly starts: Uint32Array; readonly values: Float64Array } {
  const own = new Uint32Array(BUCKETS + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const size = isWanted[bucket] === 1 ? (starts[bucket + 1] ?? 0) - (starts[bucket] ?? 0) : 0;
    own[bucket + 1] = (own[bucket] ?? 0) + size;
  }
  const next = own.slice();
  const kept = new Float64Array(own[BUCKETS] ?? 0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    const bucket = bucketOf(value);
    if (isWanted[bucket] === 0) continue;
    const at = next[bucket] ?? 0;
    kept[at] = value;
    next[bucket] = at + 1;
  }
  return { starts: own, values: kept };
}
