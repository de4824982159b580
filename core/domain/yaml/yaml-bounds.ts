/** Size limit of a YAML text. Its other bounds follow from it, or are the same for all texts. */
export interface YamlBounds {
  /** Of the whole text in UTF-8. */
  readonly maxBytes: number;
}

/** Why a text is not read, in words for the person who wrote it. */
export interface YamlRefusal {
  /** Continues a sentence whose subject is the file. */
  readonly message: string;
  /** Fix, in the imperative. */
  readonly fix: string;
  /** UTF-16 offset in the text. */
  readonly offset: number;
}

/** Chosen: a file of nothing but short keys with short values has one value per six bytes; real ones have twelve or more. */
export const BYTES_PER_NODE = 6;
/** Chosen: three times as deep as the deepest schema of Kubernetes. */
export const MAX_YAML_DEPTH = 100;
/** Chosen: more than one file with all resources of a cluster has. */
export const MAX_YAML_DOCUMENTS = 1_000;
/** Chosen: a person repeats a part a few dozen times. */
export const MAX_YAML_ALIASES = 1_000;
/** Chosen: values that a text may have once its aliases are replaced by what they represent. */
export const MAX_EXPANDED_YAML_NODES = 200_000;

/** The most values (scalars, lists, mappings, and marks at wrong places) of a text within the bounds. */
export function maxYamlNodes({ maxBytes }: YamlBounds): number {
  return Math.ceil(maxBytes / BYTES_PER_NODE);
}

/** The refusal of a text that is longer than its bound, or undefined. */
export function sizeRefusal(text: string, { maxBytes }: YamlBounds): YamlRefusal | undefined {
  // A UTF-16 unit has one to three bytes in UTF-8: most texts are decided without being encoded.
  if (text.length * 3 <= maxBytes) return undefined;
  const bytes = text.length > maxBytes ? undefined : new TextEncoder().encode(text).length;
  if (bytes !== undefined && bytes <= maxBytes) return undefined;
  const size = bytes === undefined ? `at least ${text.length} bytes` : `${bytes} bytes`;
  const message = `has ${size}, more than the limit of ${maxBytes} bytes`;
  return { message, fix: 'Split the file, or check which program wrote it.', offset: 0 };
}
