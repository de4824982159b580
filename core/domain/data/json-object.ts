/** A mapping of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a mapping, which a list is not. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
