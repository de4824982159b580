/**
 * A text's UTF-8 bytes in the shape that object stores take.
 *
 * @example textContent('{}').sizeBytes // => 2
 */
export function textContent(text: string): { readonly sizeBytes: number; open(): AsyncIterable<Uint8Array> } {
  const bytes = new TextEncoder().encode(text);
  return {
    sizeBytes: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}
