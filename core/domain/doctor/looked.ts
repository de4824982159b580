/** Result of a look-up: the value, or the reason why it was not possible. "Could not look" never becomes an answer. */
export type Looked<T> =
  | { readonly kind: 'seen'; readonly value: T }
  /** @param needs What would have to be given to see it, such as `administration: read`. */
  | { readonly kind: 'unknown'; readonly needs: string };

/** A value that was seen. */
export function seen<T>(value: T): Looked<T> {
  return { kind: 'seen', value };
}

/** A value that could not be looked at. */
export function unknown(needs: string): Looked<never> {
  return { kind: 'unknown', needs };
}

/** The value as another one; what is unknown stays so. */
export function mapLooked<T, U>(looked: Looked<T>, of: (value: T) => U): Looked<U> {
  return looked.kind === 'seen' ? seen(of(looked.value)) : looked;
}

/**
 * True if any of several places says yes: true as soon as one does, unknown where one could not be looked at, else false.
 *
 * @example anyOf([seen(false), seen(true)]) // => { kind: 'seen', value: true }
 */
export function anyOf(places: readonly Looked<boolean>[]): Looked<boolean> {
  if (places.some((place) => place.kind === 'seen' && place.value)) return seen(true);
  return places.find((place) => place.kind === 'unknown') ?? seen(false);
}

/** True if all of several places say yes: false as soon as one does not, unknown where one could not be looked at. */
export function allOf(places: readonly Looked<boolean>[]): Looked<boolean> {
  if (places.some((place) => place.kind === 'seen' && !place.value)) return seen(false);
  return places.find((place) => place.kind === 'unknown') ?? seen(true);
}
