/** The tags of images in their registries. All methods throw ServiceError REGISTRY_REFUSED and REGISTRY_UNREACHABLE. */
export interface ImageTags {
  /** True if the registry has the image of this digest. */
  has(image: { readonly repository: string; readonly digest: string }): Promise<boolean>;
  /**
   * Names an image by one more tag; its digest stays what it is.
   *
   * @returns `exists` where the tag names these bytes already.
   * @throws {ServiceError} REGISTRY_REFUSED also where the tag names other bytes: a version's tag never moves.
   */
  add(image: { readonly repository: string; readonly digest: string }, tag: string): Promise<'added' | 'exists'>;
}
