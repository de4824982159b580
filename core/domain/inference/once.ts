/** A value that is computed at the first call and kept. */
export function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** A metric without an interval has no influences. */
export const NO_INFLUENCE = (): Float64Array => new Float64Array(0);
