/** `max-regression` as a type becomes `maxRegression`. */
export type CamelCase<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;

/** An object type with its keys, one level deep, in camel case. */
export type CamelCaseKeys<T> = { [Key in keyof T as Key extends string ? CamelCase<Key> : Key]: T[Key] };

/**
 * The object with its keys, one level deep, in camel case: the file says `max-regression`, the code `maxRegression`.
 *
 * @param value Is not changed.
 * @example camelCaseKeys({ 'max-regression': 1 }) // => { maxRegression: 1 }
 */
export function camelCaseKeys<T extends object>(value: T): CamelCaseKeys<T> {
  const entries = Object.entries(value).map(([key, entry]) => [
    key.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    entry,
  ]);
  // The mapped type says exactly what the line above did; TypeScript cannot follow Object.fromEntries.
  return Object.fromEntries(entries) as CamelCaseKeys<T>;
}
