/** A field of an object of unknown shape; undefined where it has none. */
export function fieldOf(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** The entries of an object; empty for anything else. */
export function entriesOf(value: unknown): [string, unknown][] {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
}

/** The entries of an object and of the objects in it, an outer one before its inner ones, down to the given number of levels. */
export function* entriesWithin(value: unknown, levels: number): Generator<[string, unknown]> {
  if (levels === 0) return;
  for (const [key, inner] of entriesOf(value)) {
    yield [key, inner];
    yield* entriesWithin(inner, levels - 1);
  }
}

/** The items of a list; empty for anything else. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or the texts of a list. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return itemsOf(value).filter((one) => typeof one === 'string');
}
