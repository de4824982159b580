/** An input or output of a model. */
export interface ModelTensor {
  readonly name: string;
  /** Element type in ONNX Runtime's words (`float32`, `int64`, `string`), or `other` for maps and sequences. */
  readonly type: string;
  /** null for an axis of any length. */
  readonly shape: readonly (number | null)[];
}
