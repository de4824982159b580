/** Reference to a version in a scalar. */
export type ValueKind = 'uri' | 'reference' | 'tag' | 'digest' | 'version';

/** A target of tidegate.yaml: a manifest, and what in it. */
export interface ManifestTarget {
  readonly file: string;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly container?: string | undefined;
  readonly volume?: string | undefined;
  readonly env?: string | undefined;
  readonly image?: string | undefined;
  readonly path?: string | undefined;
  readonly parameter?: string | undefined;
  readonly value?: ValueKind | undefined;
}
