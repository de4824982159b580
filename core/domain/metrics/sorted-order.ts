const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
/** The upper half of a double: 11 + 11 + 10 bits. */
const SHIFTS = [0, DIGIT_BITS, 2 * DIGIT_BITS];
/** Chosen: below this the buckets cost more than comparing. */
const FEW = 1024;
/** Chosen: longer runs are not sorted by insertion. */
const LONG_RUN = 24;

/**
 * Indexes of the values in ascending order; equal values keep their order.
 *
 * @param values Without NaN.
 * @returns One index a value. -0 and 0 are together, in either order.
 *
 * A radix sort on the upper halves of the doubles, which move with their index, and a sort by value of the few that agree
 * there: linear, where a comparator costs n log n calls.
 */
export function sortedOrder(values: Float64Array): Uint32Array {
  const order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  if (values.length < FEW) return order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const sorted = radixSort({ keys: upperHalves(values), order });
  sortRuns(sorted, values);
  return sorted.order;
}

/** The upper half of each value, such that its order as an unsigned number is that of the values. */
function upperHalves(values: Float64Array): Uint32Array {
  const halves = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const keys = new Uint32Array(values.length);
  for (let i = 0; i < keys.length; i++) {
    const half = halves[2 * i + 1] ?? 0;
    keys[i] = half >>> 31 === 1 ? ~half : half | 0x80000000;
  }
  return keys;
}

interface Keyed {
  readonly keys: Uint32Array;
  readonly order: Uint32Array;
}

function radixSort(first: Keyed): Keyed {
  const size = first.keys.length;
  const counts = SHIFTS.map((shift) => countDigits(first.keys, shift));
  let from = first;
  let spare: Keyed = { keys: new Uint32Array(size), order: new Uint32Array(size) };
  counts.forEach((starts, pass) => {
    if (starts.includes(size)) return;
    scatter(from, spare, { starts: runningSums(starts), shift: SHIFTS[pass] ?? 0 });
    [from, spare] = [spare, from];
  });
  return from;
}

function countDigits(keys: Uint32Array, shift: number): Uint32Array {
  const counts = new Uint32Array(BUCKETS);
  for (let i = 0; i < keys.length; i++) {
    const digit = ((keys[i] ?? 0) >>> shift) & (BUCKETS - 1);
    counts[digit] = (counts[digit] ?? 0) + 1;
  }
  return counts;
}

function runningSums(counts: Uint32Array): Uint32Array {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum - count;
  });
}

interface Pass {
  readonly starts: Uint32Array;
  readonly shift: number;
}

function scatter(from: Keyed, to: Keyed, { starts, shift }: Pass): void {
  for (let i = 0; i < from.keys.length; i++) {
    const key = from.keys[i] ?? 0;
    const digit = (key >>> shift) & (BUCKETS - 1);
    const position = starts[digit] ?? 0;
    starts[digit] = position + 1;
    to.keys[position] = key;
    to.order[position] = from.order[i] ?? 0;
  }
}

/** Sorts what agrees in the upper half; most such runs are of equal values, or short. */
function sortRuns({ keys, order }: Keyed, values: Float64Array): void {
  for (let start = 0; start < keys.length; ) {
    let end = start + 1;
    while (end < keys.length && keys[end] === keys[start]) end++;
    if (end - start > LONG_RUN) sortLongRun(order.subarray(start, end), values);
    else if (end - start > 1) insertionSort(order, values, { start, end });
    start = end;
  }
}

function insertionSort(order: Uint32Array, values: Float64Array, { start, end }: { start: number; end: number }): void {
  for (let i = start + 1; i < end; i++) {
    const row = order[i] ?? 0;
    const value = values[row] ?? 0;
    let at = i;
    for (; at > start && (values[order[at - 1] ?? 0] ?? 0) > value; at--) order[at] = order[at - 1] ?? 0;
    order[at] = row;
  }
}

function sortLongRun(run: Uint32Array, values: Float64Array): void {
  const first = values[run[0] ?? 0];
  if (run.every((row) => values[row] === first)) return;
  run.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
}
